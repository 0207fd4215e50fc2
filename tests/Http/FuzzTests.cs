using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Thousands of broken requests: no 5xx, and the server goes on. <c>FUZZ_SEED</c> plays a run again.</summary>
public sealed class FuzzTests(SharedServer shared, ITestOutputHelper output)
{
    private const int Requests = 2_000;

    /// <summary>What breaks parsers, one after the other.</summary>
    private static readonly string[] poison =
    [
        "null",
        "true",
        "[]",
        "{}",
        "[null]",
        "{\"a\":null}",
        "-0",
        "1e400",
        "9223372036854775808",
        "9007199254740993",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"𝟙\"",
        "\"\"",
        "\"' OR 1=1 --\"",
        "\"%00%n%s\"",
        "\"../../../etc/passwd\"",
        "\"<script>\"",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    ];

    private static readonly (string Path, string Body)[] bodies =
    [
        (
            "/v1/payments",
            """{"order_no":"o","amount":{"currency":"CNY","amount":1},"agreement_id":"agr_x","coupon_id":"c","description":"d"}"""
        ),
        (
            "/v1/payments",
            """
            {"order_no":"o","amount":{"currency":"CNY","amount":1},"agreement_id":"a",
            "capture_method":"manual","expires_at":"2026-01-01T00:00:00Z"}
            """
        ),
        (
            "/v1/payments",
            """
            {"order_no":"o","amount":{"currency":"CNY","amount":2},"splits":[
            {"amount":{"currency":"CNY","amount":1}},{"sub_merchant_id":"s","amount":{"currency":"CNY","amount":1}}]}
            """
        ),
        ("/v1/payments/pay_x/capture", """{"amount":{"currency":"CNY","amount":1},"final":"f"}"""),
        ("/v1/refunds", """{"payment_id":"pay_x","amount":{"currency":"CNY","amount":1},"reason":"r"}"""),
        ("/v1/sub-merchants", """{"name":"Noodles","reference":"shop-1"}"""),
        ("/v1/sandbox/clock", """{"advance_seconds":1}"""),
        ("/v1/top-ups", """{"agreement_id":"agr_x","amount":{"currency":"CNY","amount":1}}"""),
        ("/v1/coupons", """{"stock_id":"stk_x","customer_id":"cus_x"}"""),
        ("/v1/webhook-endpoints", """{"url":"http://localhost:9/","events":["payment.captured"]}"""),
        ("/sandbox/partners", """{"partner_name":"p"}"""),
        (
            "/oauth/register",
            """
            {"client_name":"A","redirect_uris":["https://a.example/"],
            "jwks":{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]},"grant_types":["refresh_token"]}
            """
        ),
    ];

    [Fact]
    public async Task No_broken_request_is_a_server_error()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"FUZZ_SEED={seed}");
        var random = new Random(seed);
        using var client = await shared.NewRawClientAsync();
        var token = await client.AppTokenAsync();

        for (var i = 0; i < Requests; i++)
        {
            var (what, answer) = random.Next(3) switch
            {
                0 => await SendBrokenFormAsync(client, random),
                1 => await SendBrokenProofAsync(client, token, random),
                _ => await SendBrokenBodyAsync(client, token, random),
            };
            Assert.True(
                answer.Status < 500,
                $"FUZZ_SEED={seed}, request {i}: {what} gave {answer.Status} {answer.Text}"
            );
            Assert.DoesNotContain("   at ", answer.Text);
        }
    }

    private static async Task<(string, RawAnswer)> SendBrokenBodyAsync(
        RawClient client,
        string token,
        Random random
    )
    {
        var (path, valid) = bodies[random.Next(bodies.Length)];
        var bytes =
            random.Next(2) == 0
                ? BreakBytes(valid, random)
                : Encoding.UTF8.GetBytes(BreakShape(valid, random));
        var answer = await client.CallAsync(
            HttpMethod.Post,
            path,
            token,
            "{}",
            $"fuzz-{random.Next()}",
            change: request =>
            {
                request.Content = new ByteArrayContent(bytes);
                request.Content.Headers.ContentType = new("application/json");
                if (path == "/oauth/register")
                {
                    request.Headers.Remove("Authorization");
                    request.Headers.Add("Authorization", $"Bearer {client.Partner.InitialAccessToken}");
                }
            }
        );
        return ($"{path} {Encoding.UTF8.GetString(bytes)}", answer);
    }

    private static async Task<(string, RawAnswer)> SendBrokenFormAsync(RawClient client, Random random)
    {
        var path = random.Next(2) == 0 ? "/oauth/par" : "/oauth/token";
        string[] names =
        [
            "grant_type",
            "code",
            "refresh_token",
            "scope",
            "redirect_uri",
            "response_type",
            "authorization_details",
            "code_challenge",
            "state",
            "client_id",
            "client_assertion",
        ];
        var parameters = Enumerable
            .Range(0, random.Next(1, 6))
            .Select(_ => (names[random.Next(names.Length)], (string?)poison[random.Next(poison.Length)]))
            .ToArray();
        var answer = await client.PostFormAsync(path, parameters, (_, claims) => BreakMember(claims, random));
        return ($"{path} {string.Join("&", parameters)}", answer);
    }

    private static async Task<(string, RawAnswer)> SendBrokenProofAsync(
        RawClient client,
        string token,
        Random random
    )
    {
        var header = BreakShape(
            """{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"a","y":"b"}}""",
            random
        );
        var claims = BreakShape(
            """{"jti":"j","htm":"GET","htu":"http://localhost/","iat":1,"ath":"a","nonce":"n"}""",
            random
        );
        var answer = await client.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token,
            change: request =>
            {
                request.Headers.Remove("DPoP");
                request.Headers.TryAddWithoutValidation(
                    "DPoP",
                    RawClient.Sign(header, claims, client.DpopKey)
                );
            }
        );
        return ($"{header} {claims}", answer);
    }

    /// <summary>Flips, cuts and repeats bytes.</summary>
    private static byte[] BreakBytes(string valid, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(valid).ToList();
        for (var i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            var position = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0:
                    bytes[position] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(position, random.Next(bytes.Count - position));
                    break;
                default:
                    bytes.InsertRange(position, bytes.Take(random.Next(20)).ToArray());
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts poison in the place of one value, at any depth.</summary>
    private static string BreakShape(string valid, Random random)
    {
        var values = new List<(int Start, int Length)>();
        var reader = new System.Text.Json.Utf8JsonReader(Encoding.UTF8.GetBytes(valid));
        while (reader.Read())
        {
            if (
                reader.TokenType
                is System.Text.Json.JsonTokenType.String
                    or System.Text.Json.JsonTokenType.Number
            )
            {
                values.Add(
                    ((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex))
                );
            }
        }

        var (start, length) = values[random.Next(values.Count)];
        return valid[..start] + poison[random.Next(poison.Length)] + valid[(start + length)..];
    }

    private static void BreakMember(JsonObject claims, Random random)
    {
        if (random.Next(3) == 0)
        {
            var name = claims.ElementAt(random.Next(claims.Count)).Key;
            claims[name] = random.Next(2) == 0 ? null : new JsonArray("x", 7);
        }
    }
}
