using System.Diagnostics;
using System.Globalization;
using OpenBanking.Tests.Bench.EngineAlone;

namespace OpenBanking.Tests.Bench;

/// <summary>Token requests of an app (client credentials, private_key_jwt, DPoP) and pushed authorization requests, beside
/// npm oidc-provider with the same work in the same minute: one process each. Ours is on the disk before it answers; the
/// other keeps everything in its memory.</summary>
public static class AuthorizationLoad
{
    private const int Rounds = 5;

    /// <summary>Until the runtime has compiled what is in use for the last time: some 40,000 requests.</summary>
    private const int WarmUpRounds = 5;

    /// <summary>Of each server so many that a round takes a few seconds.</summary>
    private const int OurRequests = 8_000;
    private const int TheirRequests = 2_000;

    private static readonly string[] kinds = [AuthorizationRequests.Token, AuthorizationRequests.Pushed];

    public static Task<int> MeasureAsync(int callers) =>
        ServeAsync(
            callers,
            async (data, ours) =>
            {
                var identity = new RawIdentity(data.ClientId, data.Key);
                var address = ours.Client.Server;
                using var other = await OidcProvider.StartAsync(new(address.ToString(), identity));
                using var client = new RawClient(identity, other.Address);
                var theirs = new AuthorizationSide(client, other.Process, OidcProvider.RedirectUri, callers);
                foreach (var kind in kinds)
                {
                    await CompareAsync(kind, ours, theirs);
                }
            }
        );

    /// <summary>Requests of one kind to our server and nothing else, until it is stopped: for a profiler to look at.</summary>
    public static Task<int> RunForProfilerAsync(string kind, int callers) =>
        ServeAsync(
            callers,
            async (_, ours) =>
            {
                Console.WriteLine($"server process {ours.Process.Id}");
                while (true)
                {
                    Console.WriteLine(Show(await ours.RunAsync(kind, OurRequests)));
                }
            }
        );

    private static async Task<int> ServeAsync(int callers, Func<BenchData, AuthorizationSide, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-bench-").FullName;
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var data = await BenchData.WriteAsync(address, folder);
        using var process = Programs.RunBenchServer(address, folder);
        try
        {
            await Programs.WaitUntilReadyAsync(address, Stopwatch.GetTimestamp());
            using var client = new RawClient(new RawIdentity(data.ClientId, data.Key), address);
            await measure(data, new(client, process, address.ToString(), callers));
            return 0;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(string kind, AuthorizationSide ours, AuthorizationSide theirs)
    {
        for (var round = 0; round < WarmUpRounds; round++)
        {
            await ours.RunAsync(kind, OurRequests);
            await theirs.RunAsync(kind, TheirRequests);
        }

        var us = new List<SideResult>();
        var them = new List<SideResult>();
        for (var round = 0; round < Rounds; round++)
        {
            us.Add(await ours.RunAloneAsync(kind, OurRequests));
            them.Add(await theirs.RunAloneAsync(kind, TheirRequests));
            Console.WriteLine($"  round {round + 1}: {Show(us[^1])}; theirs {Show(them[^1])}");
        }

        Console.WriteLine($"{kind}, {ours.Callers} callers, medians of {Rounds} rounds:");
        Print("OpenBanking", us);
        Print("oidc-provider", them);
        Console.WriteLine(
            $"  rate ÷ rate {Ratio(us, them, side => side.Sent.PerSecond)}, "
                + $"their processor time ÷ ours {Ratio(them, us, side => side.Microseconds)}"
        );
    }

    private static void Print(string who, List<SideResult> rounds) =>
        Console.WriteLine(
            $"  {who, -14} {rounds.Select(side => side.Sent.PerSecond).Median(), 7:0} requests/s, "
                + $"p50 {rounds.Select(side => side.Sent.MedianMilliseconds).Median():0.0} ms, "
                + $"p99 {rounds.Select(side => side.Sent.P99Milliseconds).Median():0.0} ms, "
                + $"{rounds.Select(side => side.Microseconds).Median():0} µs of its processor time each, "
                + $"{rounds.Sum(side => side.Sent.Failed)} failed"
        );

    private static string Show(SideResult side) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{side.Sent.PerSecond:0}/s, {side.Microseconds:0} µs each (the load {side.LoadMicroseconds:0} µs), "
                + $"{side.Foreign:P0} foreign load"
        );

    /// <summary>Round by round, since what is around changes from minute to minute.</summary>
    private static string Ratio(List<SideResult> of, List<SideResult> to, Func<SideResult, double> figure) =>
        MeasuredRounds.MinMedianMax([.. of.Zip(to, (left, right) => figure(left) / figure(right))]);
}
