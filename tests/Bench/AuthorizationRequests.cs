using System.Text;
using System.Text.Json;

namespace OpenBanking.Tests.Bench;

/// <summary>Requests to an authorization server as bytes, with a client assertion and a DPoP proof of their own, signed
/// before they are sent, so that the load costs the cores little.</summary>
internal sealed class AuthorizationRequests(RawClient client, string redirectUri)
{
    public const string Token = "token";
    public const string Pushed = "par";

    public async Task<byte[][]> MakeAsync(string kind, int count)
    {
        var (path, fields) = kind switch
        {
            Token => ("/oauth/token", [("grant_type", "client_credentials"), ("scope", Scopes.Payments)]),
            Pushed => ("/oauth/par", PushedFields()),
            _ => throw new ArgumentException($"There is no {kind}.", nameof(kind)),
        };
        await LearnNonceAsync(path, fields);
        var address = new Uri(client.Server, path);
        var requests = new byte[count][];
        Parallel.For(0, count, i => requests[i] = Make(address, fields));
        return requests;
    }

    /// <summary>The first answer brings the nonce of now; the second must be what is measured.</summary>
    private async Task LearnNonceAsync(string path, (string Name, string Value)[] fields)
    {
        var parameters = fields.Select(field => (field.Name, (string?)field.Value)).ToList();
        await client.PostFormAsync(path, parameters);
        var answer = await client.PostFormAsync(path, parameters);
        if (answer.Status is < 200 or > 299)
        {
            throw new InvalidOperationException($"{client.Server} refuses {path}: {answer.Text}");
        }
    }

    private byte[] Make(Uri address, IEnumerable<(string Name, string Value)> fields)
    {
        var all = fields
            .Append(("client_assertion_type", RawClient.AssertionType))
            .Append(("client_assertion", client.NewAssertion()));
        var body = string.Join(
            '&',
            all.Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2)}")
        );
        return Encoding.ASCII.GetBytes(
            $"POST {address.AbsolutePath} HTTP/1.1\r\nHost: {address.Authority}\r\n"
                + $"DPoP: {client.NewProof(HttpMethod.Post, address, token: null)}\r\n"
                + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );
    }

    private (string Name, string Value)[] PushedFields() =>
        [
            ("client_id", client.Identity.ClientId),
            ("response_type", "code"),
            ("redirect_uri", redirectUri),
            ("scope", $"{Scopes.OpenId} {Scopes.Accounts}"),
            ("state", "state"),
            ("nonce", "nonce"),
            ("code_challenge", new string('c', 43)),
            ("code_challenge_method", "S256"),
            ("authorization_details", details),
        ];

    private static readonly string details = JsonSerializer.Serialize<IReadOnlyList<AuthorizationDetail>>(
        [new AccountInformation { Actions = [AccountInformation.ReadAccounts] }],
        RequestJson.Default.IReadOnlyListAuthorizationDetail
    );
}
