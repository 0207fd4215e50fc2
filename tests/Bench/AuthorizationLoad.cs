using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace OpenBanking.Tests.Bench;

/// <summary>Token requests of an app (client credentials, private_key_jwt, DPoP) and pushed authorization requests, beside
/// npm oidc-provider with the same work in the same minute: one process each. Ours is on the disk before it answers; the
/// other keeps everything in its memory.</summary>
public static class AuthorizationLoad
{
    private const int Rounds = 5;
    private const int RequestsInRound = 1_000;
    private const int Callers = 32;

    private static readonly (string Name, string Value)[] token = [("grant_type", "client_credentials")];

    public static async Task<int> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-bench-").FullName;
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var data = await BenchData.WriteAsync(address, folder);
        using var ours = Programs.RunBenchServer(address, folder);
        using var other = await OidcProvider.StartAsync(
            new(address.ToString(), new RawIdentity(data.ClientId, data.Key))
        );
        try
        {
            await Programs.WaitUntilReadyAsync(address, Stopwatch.GetTimestamp());
            using var client = new RawClient(new RawIdentity(data.ClientId, data.Key), address);
            using var otherClient = new RawClient(new RawIdentity(data.ClientId, data.Key), other.Address);
            (string, string)[] details = [("authorization_details", Details)];
            await CompareAsync(
                "token",
                new(client, ours, "/oauth/token", token),
                new(otherClient, other.Process, "/oauth/token", token)
            );
            await CompareAsync(
                "pushed request",
                new(client, ours, "/oauth/par", [.. Pushed(data.ClientId, address.ToString()), .. details]),
                new(otherClient, other.Process, "/oauth/par", Pushed(data.ClientId, OidcProvider.RedirectUri))
            );
            return 0;
        }
        finally
        {
            ours.Kill();
            await ours.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Details { get; } =
        JsonSerializer.Serialize<IReadOnlyList<AuthorizationDetail>>(
            [
                new PaymentAgreementTerms
                {
                    PerPaymentLimit = Money.Yuan(1),
                    DailyLimit = Money.Yuan(1),
                    TotalLimit = Money.Yuan(1),
                },
            ],
            RequestJson.Default.IReadOnlyListAuthorizationDetail
        );

    private static (string, string)[] Pushed(string clientId, string redirectUri) =>
        [
            ("client_id", clientId),
            ("response_type", "code"),
            ("redirect_uri", redirectUri),
            ("scope", Scopes.OpenId),
            ("state", "state"),
            ("nonce", "nonce"),
            ("code_challenge", new string('c', 43)),
            ("code_challenge_method", "S256"),
        ];

    private static async Task CompareAsync(string what, Side ours, Side theirs)
    {
        await ours.RunAsync();
        await theirs.RunAsync();
        var us = new List<SideResult>();
        var them = new List<SideResult>();
        for (var round = 0; round < Rounds; round++)
        {
            us.Add(await ours.RunAsync());
            them.Add(await theirs.RunAsync());
        }

        Console.WriteLine($"{what}: {Callers} callers, median of {Rounds} rounds of {RequestsInRound}:");
        Print("OpenBanking", us);
        Print("oidc-provider", them);
        Console.WriteLine(
            $"  rate ÷ rate {Ratio(us, them, side => side.PerSecond)}, "
                + $"their processor time ÷ ours {Ratio(them, us, side => side.Microseconds)} (min / median / max)"
        );
    }

    private static void Print(string who, List<SideResult> rounds) =>
        Console.WriteLine(
            $"  {who, -14} {rounds.Select(side => side.PerSecond).Median(), 7:0} requests/s, "
                + $"{rounds.Select(side => side.Microseconds).Median(), 7:0} µs of processor each, "
                + $"{rounds.Sum(side => side.Failed)} failed"
        );

    private static string Ratio(List<SideResult> of, List<SideResult> to, Func<SideResult, double> figure)
    {
        var ratios = of.Zip(to, (left, right) => figure(left) / figure(right)).Order().ToList();
        return $"{ratios[0]:0.0} / {ratios[ratios.Count / 2]:0.0} / {ratios[^1]:0.0}";
    }

    private sealed record SideResult(double PerSecond, double Microseconds, int Failed);

    private sealed record Side(
        RawClient Client,
        Process Process,
        string Path,
        IReadOnlyList<(string Name, string Value)> Fields
    )
    {
        public async Task<SideResult> RunAsync()
        {
            var requests = await MakeAsync();
            Process.Refresh();
            var before = Process.TotalProcessorTime;
            var round = await Connections.SendAsync(Client.Server, requests, Callers);
            Process.Refresh();
            var spent = Process.TotalProcessorTime - before;
            return new(round.PerSecond, spent.TotalMicroseconds / requests.Length, round.Failed);
        }

        /// <summary>Assertions and proofs are made before: a load that costs the cores little.</summary>
        private async Task<byte[][]> MakeAsync()
        {
            // The first answer brings the nonce of now, and the second must be what is measured.
            var fields = Fields.Select(field => (field.Name, (string?)field.Value)).ToList();
            await Client.PostFormAsync(Path, fields);
            var answer = await Client.PostFormAsync(Path, fields);
            if (answer.Status is < 200 or > 299)
            {
                throw new InvalidOperationException($"{Client.Server} refuses {Path}: {answer.Text}");
            }

            var address = new Uri(Client.Server, Path);
            var requests = new byte[RequestsInRound][];
            Parallel.For(0, requests.Length, i => requests[i] = Make(address));
            return requests;
        }

        private byte[] Make(Uri address)
        {
            IEnumerable<(string Name, string Value)> fields =
            [
                .. Fields,
                ("client_assertion_type", RawClient.AssertionType),
                ("client_assertion", Client.NewAssertion()),
            ];
            var body = string.Join(
                '&',
                fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")
            );
            return Encoding.ASCII.GetBytes(
                $"POST {Path} HTTP/1.1\r\nHost: {address.Authority}\r\n"
                    + $"DPoP: {Client.NewProof(HttpMethod.Post, address, token: null)}\r\n"
                    + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}"
            );
        }
    }
}
