using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The registration of an app, changed while it runs (RFC 7592 §2.2).</summary>
internal sealed class ManagedRegistration(RawClient client)
{
    private string? token;

    /// <summary>Registers it anew as by default but for these members; one that is null is left out.</summary>
    public async Task ChangeAsync(params (string Name, JsonNode? Value)[] members)
    {
        var app = client.Partner.App;
        var key = client.Identity.Key.PublicJwk;
        var body = new JsonObject
        {
            ["client_name"] = "Test App",
            ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
            ["jwks"] = new JsonObject
            {
                ["keys"] = new JsonArray(
                    new JsonObject
                    {
                        ["kty"] = key.Kty,
                        ["kid"] = key.Kid,
                        ["crv"] = key.Crv,
                        ["x"] = key.X,
                        ["y"] = key.Y,
                    }
                ),
            },
        };
        foreach (var (name, value) in members.Where(member => member.Value is not null))
        {
            body[name] = value;
        }

        using var request = new HttpRequestMessage(HttpMethod.Put, app.RegistrationClientUri);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            token ?? app.RegistrationAccessToken
        );
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        var answer = await client.SendAsync(request);
        Assert.True(answer.Status == 200, answer.Text);
        token = answer.Json["registration_access_token"]!.GetValue<string>();
    }
}
