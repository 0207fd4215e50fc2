using System.Text;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests.Http.Robustness;

/// <summary>A request that no honest client would send.</summary>
/// <param name="What">What was done to it.</param>
public sealed record BrokenRequest(
    HttpMethod Method,
    string Target,
    IReadOnlyList<(string Name, string Value)> Headers,
    byte[] Body,
    string ContentType,
    string What
);

/// <summary>Makes broken requests of the OAuth endpoints: each is well made but for one to three things, so that it gets as
/// far into the server as it can. Everything secret in them holds <see cref="Marker"/>, by which a leak is found.</summary>
/// <param name="calls">Those of callers that the server knows.</param>
public sealed class BrokenRequests(
    RawClient client,
    IReadOnlyList<string> endpoints,
    Random random,
    BrokenCalls calls
)
{
    public const string Marker = "s3cr3t";
    private const string FormType = "application/x-www-form-urlencoded";

    private static readonly string[] contentTypes =
    [
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=\"\\\"",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/json",
        "text/plain",
        ";;;",
        "application/x-www-form-urlencoded; a=b; c",
    ];

    public BrokenRequest Next() =>
        random.Next(12) switch
        {
            0 => Registration(),
            1 => Query(),
            2 => Get(),
            < 6 => calls.Next(),
            _ => Form(),
        };

    /// <summary>A form whose assertion, proof or fields are broken.</summary>
    private BrokenRequest Form()
    {
        var fields = Fields();
        var target =
            random.Next(4) == 0
                ? endpoints[random.Next(endpoints.Count)]
                : Pick("/oauth/token", "/oauth/par");
        var broken = new List<string>();
        var headers = new List<(string, string)> { ("DPoP", Proof(broken)) };
        for (var i = random.Next(3); i >= 0; i--)
        {
            broken.Add(BreakForm(fields, headers));
        }

        var type = random.Next(12) == 0 ? Pick(contentTypes) : FormType;
        var body = Encoding.Latin1.GetBytes(
            string.Join('&', fields.Select(field => $"{field.Name}={field.Value}"))
        );
        if (random.Next(15) == 0)
        {
            body = Shuffled(body);
            broken.Add("bytes");
        }

        return new(HttpMethod.Post, target, headers, body, type, string.Join(", ", broken));
    }

    private List<(string Name, string Value)> Fields() =>
        [
            ("client_assertion_type", Uri.EscapeDataString(RawClient.AssertionType)),
            ("client_assertion", client.NewAssertion()),
            ("grant_type", Pick("client_credentials", "authorization_code", "refresh_token", "password", "")),
            ("code", Marker + random.Next()),
            ("refresh_token", Marker + random.Next()),
            ("token", Marker + random.Next()),
            ("token_type_hint", Pick("access_token", "refresh_token", "x")),
            ("code_verifier", Marker + new string('v', 43)),
            ("response_type", "code"),
            ("redirect_uri", Uri.EscapeDataString(TestPartner.RedirectUri.ToString())),
            ("code_challenge", new string('c', 43)),
            ("code_challenge_method", "S256"),
            ("scope", "openid accounts".Replace(' ', '+')),
            ("state", Marker),
            ("authorization_details", Uri.EscapeDataString("""[{"type":"account_information"}]""")),
        ];

    private string BreakForm(List<(string Name, string Value)> fields, List<(string, string)> headers)
    {
        var at = random.Next(fields.Count);
        var (name, value) = fields[at];
        switch (random.Next(9))
        {
            case 0:
                fields.RemoveAt(at);
                return $"without {name}";
            case 1:
                fields.Add((name, value));
                return $"{name} twice";
            case 2:
                fields[at] = (name, value + new string('A', random.Next(40_000)));
                return $"{name} oversized";
            case 3:
                fields[at] = (name, BrokenText.Encoding(random));
                return $"{name} in an odd encoding";
            case 4:
                fields[at] = (name, Uri.EscapeDataString(BrokenText.Json(random)));
                return $"{name} as {fields[at].Value[..Math.Min(40, fields[at].Value.Length)]}";
            case 5:
                fields.RemoveAll(field => field.Name == "client_assertion");
                fields.Add(("client_assertion", Uri.EscapeDataString(Assertion(out var how))));
                return how;
            case 6:
                headers.Add(("DPoP", client.NewProof(HttpMethod.Post, client.Server, null)));
                return "two proofs";
            case 7:
                fields.AddRange(Enumerable.Range(0, random.Next(200)).Select(i => ($"p{i}", "x")));
                return "many parameters";
            default:
                fields[at] = (BrokenText.Encoding(random), value);
                return $"{name} named otherwise";
        }
    }

    /// <summary>Signed as it should be, whatever it says.</summary>
    private string Assertion(out string how)
    {
        if (random.Next(3) == 0)
        {
            how = "assertion of other parts";
            return BrokenText.Token(random, Marker);
        }

        var member = Pick(
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nbf",
            "jti",
            "alg",
            "kid",
            "typ",
            "crit",
            "x5u"
        );
        how = $"assertion with another {member}";
        return client.NewAssertion(
            (header, claims) =>
                (member is "alg" or "kid" or "typ" or "crit" or "x5u" ? header : claims)[member] =
                    BrokenText.Node(random)
        );
    }

    private string Proof(List<string> broken)
    {
        var address = new Uri(client.Server, "/oauth/token");
        switch (random.Next(4))
        {
            case 0:
                broken.Add("proof of other parts");
                return BrokenText.Token(random, Marker);
            case 1:
                broken.Add("broken jwk");
                return client.NewProof(
                    HttpMethod.Post,
                    address,
                    null,
                    (header, _) => BrokenText.Key(header["jwk"]!.AsObject(), random)
                );
            case 2:
                var member = Pick("jti", "htm", "htu", "iat", "nonce", "ath", "typ", "alg", "jwk", "b64");
                broken.Add($"proof with another {member}");
                return client.NewProof(
                    HttpMethod.Post,
                    address,
                    null,
                    (header, claims) =>
                        (member is "typ" or "alg" or "jwk" or "b64" ? header : claims)[member] =
                            BrokenText.Node(random)
                );
            default:
                return client.NewProof(HttpMethod.Post, address, null);
        }
    }

    private BrokenRequest Registration()
    {
        var key = RawClient.PublicJwkOf(client.DpopKey);
        BrokenText.Key(key, random);
        var request = new JsonObject
        {
            ["client_name"] = "A",
            ["redirect_uris"] = new JsonArray("https://a.example/"),
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(key) },
        };
        var member = Pick(
            "client_name",
            "redirect_uris",
            "jwks",
            "scope",
            "grant_types",
            "scene",
            "jwks_uri"
        );
        if (random.Next(2) == 0)
        {
            request[member] = BrokenText.Node(random);
        }

        var body = random.Next(6) == 0 ? BrokenText.Json(random) : request.ToJsonString();
        return new(
            HttpMethod.Post,
            "/oauth/register",
            [("Authorization", $"Bearer {Pick(client.Partner.InitialAccessToken, Marker, "%e9", "")}")],
            Encoding.UTF8.GetBytes(body),
            Pick("application/json", "application/json", "application/json; charset=utf-16", "text/json"),
            $"registration with another {member}"
        );
    }

    private BrokenRequest Query()
    {
        var query = $"client_id={Pick(client.Identity.ClientId, BrokenText.Encoding(random))}";
        for (var i = random.Next(4); i >= 0; i--)
        {
            query += $"&{Pick("request_uri", "client_id", "state", "lang", BrokenText.Encoding(random))}=";
            query += Pick(
                $"urn:ietf:params:oauth:request_uri:{Marker}",
                BrokenText.Encoding(random),
                new string('q', random.Next(6_000))
            );
        }

        return random.Next(2) == 0
            ? new(
                HttpMethod.Post,
                "/oauth/authorize",
                [],
                Encoding.Latin1.GetBytes(query),
                FormType,
                "query, posted"
            )
            : new(HttpMethod.Get, $"/oauth/authorize?{query}", [], [], "", "query");
    }

    /// <summary>With a token that is none, and by methods that are not meant.</summary>
    private BrokenRequest Get() =>
        new(
            new HttpMethod(Pick("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")),
            endpoints[random.Next(endpoints.Count)] + Pick("", "/", "?a", "/..", "%2f", ";a=b"),
            [
                (
                    "Authorization",
                    $"{Pick("DPoP", "Bearer", "Basic", "dpop,")} {BrokenText.Token(random, Marker)}"
                ),
            ],
            [],
            "",
            "method and token"
        );

    private byte[] Shuffled(byte[] body)
    {
        for (var i = random.Next(10); i >= 0 && body.Length > 0; i--)
        {
            body[random.Next(body.Length)] = (byte)random.Next(256);
        }

        return body;
    }

    private string Pick(params string[] among) => among[random.Next(among.Length)];
}
