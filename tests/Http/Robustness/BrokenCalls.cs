using System.Text;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests.Http.Robustness;

/// <summary>Makes broken requests of those who have let themselves be known: an app that asks who its customer is, one that
/// changes its registration, a resource server that asks about tokens, a browser that signs out. What lets them in is right,
/// mostly, so that the rest is read.</summary>
/// <param name="token">An access token of the client.</param>
public sealed class BrokenCalls(RawClient client, RawClient resourceServer, string token, Random random)
{
    private const string FormType = "application/x-www-form-urlencoded";

    private static readonly string[] registered =
    [
        "client_name",
        "redirect_uris",
        "post_logout_redirect_uris",
        "jwks",
        "grant_types",
        "authorization_details_types",
        "token_endpoint_auth_method",
        "dpop_bound_access_tokens",
        "client_id",
    ];

    public BrokenRequest Next() =>
        random.Next(4) switch
        {
            0 => UserInfo(),
            1 => Management(),
            2 => Introspection(),
            _ => SignOut(),
        };

    /// <summary>A token that is good, or nearly, with a proof of which one thing is not.</summary>
    private BrokenRequest UserInfo()
    {
        const string path = "/oauth/userinfo";
        var method = random.Next(2) == 0 ? HttpMethod.Get : HttpMethod.Post;
        var sent = random.Next(4) == 0 ? Damaged(token) : token;
        var member = Pick("jti", "htm", "htu", "iat", "nonce", "ath", "typ", "alg", "jwk", "crit");
        var proof = client.NewProof(
            method,
            new Uri(client.Server, path),
            sent,
            (header, claims) =>
                (member is "typ" or "alg" or "jwk" or "crit" ? header : claims)[member] = BrokenText.Node(
                    random
                )
        );
        return new(
            method,
            path + Pick("", "?access_token=" + BrokenRequests.Marker, "?" + BrokenText.Encoding(random)),
            [("Authorization", $"{Pick("DPoP", "dpop", "Bearer", "DPoP DPoP")} {sent}"), ("DPoP", proof)],
            [],
            method == HttpMethod.Post ? FormType : "",
            $"user info, proof with another {member}"
        );
    }

    /// <summary>Never one that would be carried out: what comes after must meet the same registration.</summary>
    private BrokenRequest Management()
    {
        var app = client.Partner.App;
        var change = new JsonObject
        {
            ["client_name"] = "A",
            ["redirect_uris"] = new JsonArray("https://a.example/"),
            ["scope"] = "no_such_scope",
        };
        change[Pick(registered)] = BrokenText.Node(random);
        var known = random.Next(4) > 0;
        return new(
            known
                ? Pick(HttpMethod.Put, HttpMethod.Put, HttpMethod.Patch)
                : Pick(HttpMethod.Get, HttpMethod.Delete),
            "/oauth/register/"
                + (known ? app.ClientId : Pick(app.ClientId, BrokenText.Encoding(random), "a/b")),
            [("Authorization", $"Bearer {(known ? app.RegistrationAccessToken : BrokenRequests.Marker)}")],
            Encoding.UTF8.GetBytes(random.Next(4) == 0 ? BrokenText.Json(random) : change.ToJsonString()),
            Pick("application/json", "application/json", "application/json; charset=utf-16", "text/json"),
            "a changed registration"
        );
    }

    private BrokenRequest Introspection() =>
        new(
            HttpMethod.Post,
            "/oauth/introspect",
            [],
            Form(
                ("client_assertion_type", RawClient.AssertionType),
                ("client_assertion", resourceServer.NewAssertion()),
                (
                    "token",
                    Pick(
                        BrokenText.Token(random, BrokenRequests.Marker),
                        Damaged(token),
                        BrokenRequests.Marker
                    )
                ),
                (Pick("token_type_hint", "token", "claims"), BrokenText.Json(random))
            ),
            FormType,
            "an introspected token"
        );

    private BrokenRequest SignOut()
    {
        var fields = Form(
            ("id_token_hint", Pick(BrokenText.Token(random, BrokenRequests.Marker), Damaged(token))),
            (Pick("client_id", "logout_hint", "id_token_hint"), client.Identity.ClientId),
            ("post_logout_redirect_uri", Pick("https://evil.example/", "javascript:a", "//a", "a")),
            (Pick("state", "ui_locales"), BrokenText.Json(random))
        );
        return random.Next(2) == 0
            ? new(HttpMethod.Post, "/bank/end-session", [], fields, FormType, "a form that signs out")
            : new(
                HttpMethod.Get,
                $"/bank/end-session?{Encoding.ASCII.GetString(fields.AsSpan(0, Math.Min(fields.Length, 6_000)))}",
                [],
                [],
                "",
                "an address that signs out"
            );
    }

    /// <summary>The token with one character changed, or a part too few or too many.</summary>
    private string Damaged(string text)
    {
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text[..at],
            1 => $"{text}.{BrokenRequests.Marker}",
            _ => $"{text[..at]}{(text[at] == 'A' ? 'B' : 'A')}{text[(at + 1)..]}",
        };
    }

    private byte[] Form(params (string Name, string Value)[] fields)
    {
        var encoded = fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}");
        return Encoding.ASCII.GetBytes(
            string.Join('&', random.Next(4) == 0 ? encoded.Append(BrokenText.Encoding(random)) : encoded)
        );
    }

    private T Pick<T>(params T[] among) => among[random.Next(among.Length)];
}
