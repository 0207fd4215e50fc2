using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A registration may be sent back as it was shown (RFC 7592 §2.2).</summary>
public sealed class ShownRegistrationTests(SharedServer shared) : RawClientTests(shared)
{
    /// <summary>What the registration says beside its name, keys and addresses.</summary>
    public static TheoryData<string> Registrations =>
        [
            "{}",
            """{"scope":"introspection","redirect_uris":[]}""",
            """{"scope":"introspection"}""",
            """{"grant_types":["client_credentials"],"redirect_uris":[]}""",
            """{"grant_types":["client_credentials"],"authorization_details_types":[]}""",
            """{"scope":"accounts","authorization_details_types":["account_information"]}""",
            """{"post_logout_redirect_uris":[],"response_types":["code"]}""",
        ];

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task What_was_shown_is_taken_and_shown_again(string members)
    {
        var body = new JsonObject
        {
            ["client_name"] = "Shown",
            ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
            ["jwks"] = JsonNode.Parse(
                $$"""{"keys":[{{RawClient.PublicJwkOf(Client.DpopKey).ToJsonString()}}]}"""
            ),
        };
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
        {
            body[name] = value?.DeepClone();
        }

        var shown = await SendAsync(
            HttpMethod.Post,
            new(Client.Server, "/oauth/register"),
            Client.Partner.InitialAccessToken,
            body
        );
        Assert.True(shown.Status == 201, shown.Text);
        var address = new Uri(shown.Json["registration_client_uri"]!.GetValue<string>());
        var token = shown.Json["registration_access_token"]!.GetValue<string>();
        shown = await SendAsync(HttpMethod.Get, address, token);

        var changed = await SendAsync(HttpMethod.Put, address, token, shown.Json);

        Assert.True(changed.Status == 200, changed.Text);
        var (before, after) = (shown.Json.AsObject(), changed.Json.AsObject());
        before.Remove("registration_access_token");
        after.Remove("registration_access_token");
        Assert.True(JsonNode.DeepEquals(before, after), changed.Text);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"grant_types":["authorization_code"]}""")]
    public async Task An_app_that_sends_customers_needs_a_type(string members)
    {
        var body = JsonNode.Parse(members)!.AsObject();
        body["client_name"] = "Typeless";
        body["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString());
        body["jwks"] = JsonNode.Parse(
            $$"""{"keys":[{{RawClient.PublicJwkOf(Client.DpopKey).ToJsonString()}}]}"""
        );
        body["authorization_details_types"] = new JsonArray();
        var refused = await SendAsync(
            HttpMethod.Post,
            new(Client.Server, "/oauth/register"),
            Client.Partner.InitialAccessToken,
            body
        );
        Assert.Equal((400, "invalid_client_metadata"), (refused.Status, refused.Code));
    }

    private async Task<RawAnswer> SendAsync(
        HttpMethod method,
        Uri address,
        string token,
        JsonNode? body = null
    )
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return await Client.SendAsync(request);
    }
}
