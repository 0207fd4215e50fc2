using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests.Bench;

/// <summary>Requests as bytes, made and signed before they are sent, so that the load costs the cores little.</summary>
public sealed class Requests
{
    private const long Price = 100;

    private readonly Uri address;
    private readonly BenchData data;
    private readonly RawClient client;
    private readonly string token;

    /// <summary>What the numbers of its orders begin with, so that one bank takes those of several.</summary>
    private readonly string series = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private int orders;

    private Requests(Uri address, BenchData data, RawClient client, string token)
    {
        this.address = address;
        this.data = data;
        this.client = client;
        this.token = token;
    }

    public static Task<Requests> NewAsync(Uri address, BenchData data) => NewAsync(address, data, address);

    /// <param name="to">Where they are sent, of the server's addresses.</param>
    public static async Task<Requests> NewAsync(Uri address, BenchData data, Uri to)
    {
        var client = new RawClient(new RawIdentity(data.ClientId, data.Key), address);
        return new(to, data, client, await client.AppTokenAsync());
    }

    /// <summary>To the route that does nothing.</summary>
    public IReadOnlyList<byte[]> Bare(int count) =>
        [.. Enumerable.Repeat(Encode(BenchServer.Bare, "", "{}"), count)];

    /// <summary>To the route that verifies token and proof only.</summary>
    public async Task<IReadOnlyList<byte[]>> VerifyOnlyAsync(int count)
    {
        var prove = await ProverAsync(BenchServer.VerifyOnly);
        return Sign(count, _ => Encode(BenchServer.VerifyOnly, prove(), "{}"));
    }

    /// <summary>Payments of new orders, spread over the customers.</summary>
    public async Task<IReadOnlyList<byte[]>> PaymentsAsync(int count)
    {
        var prove = await ProverAsync("/v1/payments");
        var first = Interlocked.Add(ref orders, count) - count;
        return Sign(
            count,
            i =>
            {
                var orderNo = $"order-{series}-{first + i}";
                var agreement = data.AgreementIds[(first + i) % data.AgreementIds.Count];
                var body =
                    $$$"""{"order_no":"{{{orderNo}}}","amount":{"currency":"CNY","amount":{{{Price}}}},"agreement_id":"{{{agreement}}}"}""";
                return Encode("/v1/payments", $"{prove()}Idempotency-Key: {orderNo}\r\n", body);
            }
        );
    }

    private static byte[][] Sign(int count, Func<int, byte[]> make)
    {
        var requests = new byte[count][];
        Parallel.For(0, count, i => requests[i] = make(i));
        return requests;
    }

    /// <summary>Makes the two headers of each request, with the server's nonce of now.</summary>
    private async Task<Func<string>> ProverAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(client.Server, "/v1/payments"));
        var nonce = (await client.SendAsync(request)).Headers.GetValues("DPoP-Nonce").Single();
        var header = new JsonObject
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = "ES256",
            ["jwk"] = RawClient.PublicJwkOf(client.DpopKey),
        }.ToJsonString();
        var ath = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        var issued = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var key = client.DpopKey.ExportParameters(includePrivateParameters: true);
        var signers = new ThreadLocal<ECDsa>(() => ECDsa.Create(key));
        return () =>
        {
            var claims = $$"""
                {"jti":"{{Guid.NewGuid():N}}","htm":"POST","htu":"{{new Uri(address, path)}}",
                "iat":{{issued}},"ath":"{{ath}}","nonce":"{{nonce}}"}
                """;
            return $"Authorization: DPoP {token}\r\nDPoP: {RawClient.Sign(header, claims, signers.Value!)}\r\n";
        };
    }

    private byte[] Encode(string path, string headers, string body) =>
        Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}Content-Type: application/json\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n{body}"
        );
}
