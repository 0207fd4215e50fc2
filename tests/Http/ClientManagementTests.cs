using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Registrations that are read, changed and deleted (RFC 7592), without the SDK.</summary>
public sealed class ClientManagementTests(SharedServer shared) : RawClientTests(shared)
{
    private string Token => Client.Partner.App.RegistrationAccessToken!;

    [Fact]
    public async Task A_registration_is_read_with_its_own_token_alone()
    {
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);

        var read = await SendAsync(HttpMethod.Get, Token);
        Assert.Equal(200, read.Status);
        Assert.Equal(Client.Partner.ClientId, read.Json["client_id"]!.GetValue<string>());
        // RFC 7592 §3 asks for it in every answer.
        Assert.Equal(Token, read.Json["registration_access_token"]!.GetValue<string>());
        Assert.Equal(AddressOf(Client.Partner), read.Json["registration_client_uri"]!.GetValue<string>());

        foreach (
            var token in new[]
            {
                null,
                "wrong",
                Client.Partner.InitialAccessToken,
                sibling.Partner.App.RegistrationAccessToken,
            }
        )
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
            {
                var refused = await SendAsync(method, token, "{}");
                Assert.Equal((401, "invalid_token"), (refused.Status, refused.Code));
            }
        }

        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Client.Server, "/oauth/register/app_00000000000000000000000000")
        );
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Token}");
        Assert.Equal(401, (await Client.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_change_counts_at_once_and_gives_a_new_token()
    {
        var wide = await Client.AppTokenAsync("payments webhooks");
        var pushed = (await Client.PushAsync()).Json["request_uri"]!.GetValue<string>();
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, "/v1/webhook-endpoints", wide)).Status);

        var changed = await SendAsync(
            HttpMethod.Put,
            Token,
            Registration(
                ("scope", "payments accounts"),
                ("redirect_uris", new JsonArray("https://new.example/callback")),
                ("client_name", "Renamed")
            )
        );

        Assert.Equal(200, changed.Status);
        var token = changed.Json["registration_access_token"]!.GetValue<string>();
        Assert.NotEqual(Token, token);
        Assert.Equal("Renamed", changed.Json["client_name"]!.GetValue<string>());
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, Token)).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, token)).Status);
        // Of a scope the app is no longer registered for, not even a token of before helps.
        var call = await Client.CallAsync(HttpMethod.Get, "/v1/webhook-endpoints", wide);
        Assert.Equal((403, ProblemCodes.InsufficientScope), (call.Status, call.Code));
        // Nor does a request that was pushed for an address that is no longer registered.
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(Client.AuthorizationUrl(pushed));
        Assert.Equal("/bank/error?code=unauthorized_client", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("redirect_uris", """["http://attacker.example/"]""", "invalid_redirect_uri")]
    [InlineData("post_logout_redirect_uris", """["http://attacker.example/"]""", "invalid_redirect_uri")]
    [InlineData("client_id", "\"app_00000000000000000000000000\"", "invalid_client_metadata")]
    [InlineData("grant_types", """["password"]""", "invalid_client_metadata")]
    [InlineData("jwks", """{"keys":[]}""", "invalid_client_metadata")]
    public async Task A_wrong_change_is_refused_and_leaves_the_token(
        string member,
        string value,
        string error
    )
    {
        var answer = await SendAsync(HttpMethod.Put, Token, Registration((member, JsonNode.Parse(value))));
        Assert.Equal((400, error), (answer.Status, answer.Code));
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, Token)).Status);
    }

    [Fact]
    public async Task A_deleted_app_takes_its_tokens_and_consents_along()
    {
        var customer = await Client.Partner.LinkAsync();
        var appToken = await Client.AppTokenAsync();
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", appToken)).Status);

        var deleted = await SendAsync(HttpMethod.Delete, Token);

        Assert.Equal((204, ""), (deleted.Status, deleted.Text));
        Assert.Equal(401, (await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", appToken)).Status);
        var token = await Client.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")]);
        Assert.Equal((401, "invalid_client"), (token.Status, token.Code));
        Assert.Equal(401, (await SendAsync(HttpMethod.Delete, Token)).Status);
        var consents = await Shared
            .Server.Get<Server.Storage.Store>()
            .ListAsync(
                Server.Consents.ConsentTables.Consents,
                new(Client.Partner.SandboxNumber),
                $"state = {Server.Consents.ConsentState.Authorized} ORDER BY id"
            );
        Assert.DoesNotContain(consents, consent => consent.Id.ToString() == customer.ConsentId);
    }

    private string Registration(params (string Name, JsonNode? Value)[] changes)
    {
        var body = new JsonObject
        {
            ["client_name"] = "Test App",
            ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
            ["jwks"] = JsonNode.Parse(
                $$"""{"keys":[{{RawClient.PublicJwkOf(Client.DpopKey).ToJsonString()}}]}"""
            ),
        };
        foreach (var (name, value) in changes)
        {
            body[name] = value;
        }

        return body.ToJsonString();
    }

    private string AddressOf(TestPartner partner) => $"{Client.Issuer}/oauth/register/{partner.ClientId}";

    private async Task<RawAnswer> SendAsync(HttpMethod method, string? token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, AddressOf(Client.Partner));
        if (method == HttpMethod.Put)
        {
            request.Content = new StringContent(body!, Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return await Client.SendAsync(request);
    }
}
