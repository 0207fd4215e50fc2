using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Http;

/// <summary>The steps of the code flow, one request each, with what a test wants changed.</summary>
internal static class AuthorizationFlow
{
    public const string AllDetails = """
        [{"type":"account_opening"},{"type":"account_information"},{"type":"coupon_wallet"},{"type":"payment_agreement",
        "per_payment_limit":{"currency":"CNY","amount":50000},"daily_limit":{"currency":"CNY","amount":100000},
        "total_limit":{"currency":"CNY","amount":1000000},"top_up_allowed":true}]
        """;

    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public static IEnumerable<(string Name, string? Value)> Request =>
        [
            ("response_type", "code"),
            ("redirect_uri", TestPartner.RedirectUri.ToString()),
            ("scope", "openid accounts coupons"),
            ("state", "state"),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)))),
            ("code_challenge_method", "S256"),
            ("authorization_details", AllDetails),
        ];

    extension(RawClient client)
    {
        public Task<RawAnswer> PushAsync(params (string Name, string? Value)[] changes) =>
            client.PostFormAsync("/oauth/par", [.. Request, .. changes]);

        public Task<RawAnswer> PushAsync(Action<JsonObject, JsonObject> assertion) =>
            client.PostFormAsync("/oauth/par", Request, assertion);

        /// <summary>Pushes a request with another proof, or none.</summary>
        public Task<RawAnswer> PushProvenAsync(
            Action<JsonObject, JsonObject>? proof,
            bool withProof = true,
            params (string Name, string? Value)[] changes
        ) => client.PostFormAsync("/oauth/par", [.. Request, .. changes], proof: proof, withProof: withProof);

        /// <summary>Has the customer agree to a request that was pushed; gives the parameters they come back with.</summary>
        public async Task<Dictionary<string, Microsoft.Extensions.Primitives.StringValues>> ComeBackAsync(
            RawAnswer pushed,
            string outside = ""
        )
        {
            var address = client.AuthorizationUrl(pushed.Json["request_uri"]!.GetValue<string>());
            return QueryHelpers.ParseQuery((await client.AgreeAsync(new(address + outside))).Query);
        }

        /// <summary>From the pushed request to the tokens.</summary>
        public async Task<JsonNode> TokensAsync(params (string Name, string? Value)[] changes)
        {
            var (code, redirect) = await client.AuthorizeAsync(changes);
            return (await client.RedeemAsync(code, redirect)).Json;
        }

        public Uri AuthorizationUrl(string requestUri) =>
            new(
                client.Server,
                $"/oauth/authorize?client_id={client.Partner.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}"
            );

        /// <summary>Plays the customer on the bank's pages.</summary>
        public async Task<Uri> AgreeAsync(Uri address)
        {
            using var customer = new BankCustomer(
                (await client.Partner.PersonsAsync())[0],
                client.Partner.MessagesUrl,
                TestPartner.Pin
            );
            return await customer.AgreeAsync(address, TestPartner.RedirectUri);
        }

        /// <summary>From the pushed request to the code.</summary>
        public async Task<(string Code, string RedirectUri)> AuthorizeAsync(
            params (string Name, string? Value)[] changes
        )
        {
            var pushed = await client.PushAsync(changes);
            var callback = await client.AgreeAsync(
                client.AuthorizationUrl(pushed.Json["request_uri"]!.GetValue<string>())
            );
            var query = QueryHelpers.ParseQuery(callback.Query);
            return (query["code"].ToString(), TestPartner.RedirectUri.ToString());
        }

        public Task<RawAnswer> RedeemAsync(
            string code,
            string redirect,
            params (string Name, string? Value)[] changes
        ) =>
            client.PostFormAsync(
                "/oauth/token",
                [
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("redirect_uri", redirect),
                    ("code_verifier", Verifier),
                    .. changes,
                ]
            );

        public Task<RawAnswer> RefreshAsync(
            string refreshToken,
            params (string Name, string? Value)[] changes
        ) =>
            client.PostFormAsync(
                "/oauth/token",
                [("grant_type", "refresh_token"), ("refresh_token", refreshToken), .. changes]
            );

        public Task<RawAnswer> RevokeAsync(string token) =>
            client.PostFormAsync("/oauth/revoke", [("token", token)], withProof: false);
    }
}
