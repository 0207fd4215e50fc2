using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>A partner's app that gets its tokens at the authority, and uses them at the bank with the same DPoP key.</summary>
internal sealed class PartnerElsewhere : IDisposable
{
    private const int MostSteps = 10;

    public PartnerElsewhere(RawIdentity identity, Uri authority, Uri bank)
    {
        Authority = new(identity, authority);
        Bank = new(identity, bank) { DpopKey = Authority.DpopKey };
    }

    public RawClient Authority { get; }

    public RawClient Bank { get; }

    /// <summary>A token of the app itself.</summary>
    public async Task<string> AppTokenAsync(string? resource = null) =>
        ValueOf(
            await PostAsync(
                "/oauth/token",
                ("grant_type", "client_credentials"),
                ("scope", string.Join(' ', Scopes.OfApp)),
                ("resource", resource)
            ),
            "access_token"
        );

    /// <summary>A customer's token, by PAR and code.</summary>
    public async Task<string> CustomerTokenAsync(string customer, string details)
    {
        var pushed = await PostAsync(
            "/oauth/par",
            [
                .. AuthorizationFlow.Request,
                ("client_id", Authority.Identity.ClientId),
                ("redirect_uri", OidcProvider.RedirectUri),
                ("scope", "openid accounts"),
                ("login_hint", customer),
                ("authorization_details", details),
            ]
        );
        var code = await AuthorizeAsync(ValueOf(pushed, "request_uri"));
        return ValueOf(
            await PostAsync(
                "/oauth/token",
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", OidcProvider.RedirectUri),
                ("code_verifier", AuthorizationFlow.Verifier)
            ),
            "access_token"
        );
    }

    public Task<RawAnswer> RevokeAsync(string token) => PostAsync("/oauth/revoke", ("token", token));

    /// <summary>Asks the bank.</summary>
    public Task<RawAnswer> GetAsync(string path, string token) => Bank.CallAsync(HttpMethod.Get, path, token);

    /// <summary>Asks the bank with a proof of so much later.</summary>
    public Task<RawAnswer> GetLaterAsync(string path, string token, TimeSpan ahead) =>
        Bank.CallAsync(
            HttpMethod.Get,
            path,
            token,
            proof: (_, payload) => payload["iat"] = (DateTimeOffset.UtcNow + ahead).ToUnixTimeSeconds()
        );

    public void Dispose()
    {
        Authority.Dispose();
        Bank.Dispose();
    }

    /// <summary>Posts a form, again when the authority wants its nonce.</summary>
    private async Task<RawAnswer> PostAsync(string path, params (string Name, string? Value)[] form)
    {
        var answer = await Authority.PostFormAsync(path, form);
        return answer is { Status: 400, Code: "use_dpop_nonce" }
            ? await Authority.PostFormAsync(path, form)
            : answer;
    }

    /// <summary>Follows the authority's pages as a browser does that is there for nothing else: every cookie goes
    /// everywhere.</summary>
    private async Task<string> AuthorizeAsync(string requestUri)
    {
        using var http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
        );
        var cookies = new Dictionary<string, string>();
        var address = new Uri(
            Authority.Server,
            $"/oauth/authorize?client_id={Authority.Identity.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}"
        );
        for (var steps = 0; !IsBack(address); steps++)
        {
            Assert.True(steps < MostSteps, $"The authority leads round in circles: {address}");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation(
                "Cookie",
                string.Join("; ", cookies.Select(one => $"{one.Key}={one.Value}"))
            );
            using var page = await http.SendAsync(request);
            Keep(page, cookies);
            address = new Uri(
                address,
                page.Headers.Location
                    ?? throw new InvalidOperationException(await page.Content.ReadAsStringAsync())
            );
        }

        return QueryHelpers.ParseQuery(address.Query)["code"].ToString();
    }

    private static bool IsBack(Uri address) =>
        address.AbsoluteUri.StartsWith(OidcProvider.RedirectUri, StringComparison.Ordinal);

    private static void Keep(HttpResponseMessage page, Dictionary<string, string> cookies)
    {
        foreach (var set in page.Headers.TryGetValues("Set-Cookie", out var all) ? all : [])
        {
            var pair = set.Split(';')[0].Split('=', 2);
            cookies[pair[0]] = pair[1];
        }
    }

    private static string ValueOf(RawAnswer answer, string member) =>
        answer.Json[member] is JsonNode value
            ? value.GetValue<string>()
            : throw new InvalidOperationException(answer.Text);
}
