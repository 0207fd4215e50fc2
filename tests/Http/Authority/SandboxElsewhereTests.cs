using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>A sandbox whose tokens come from another server.</summary>
public sealed class SandboxElsewhereTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Its_apps_are_registered_at_the_bank_and_get_their_tokens_elsewhere()
    {
        await using var authority = await StubAuthority.StartAsync();
        authority.Introspection = _ =>
            Microsoft.AspNetCore.Http.Results.Json(new JsonObject { ["active"] = true });
        string[] settings =
        [
            $"Authorization:Authority={authority.Issuer}",
            $"Authorization:Audience={BankData.Audience}",
            "Authorization:ClientId=the-bank",
            "Authorization:ClientSecret=secret",
        ];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string app;
        await using (var before = await TestServer.StartAsync(null, folder, settings))
        {
            var sandbox = await AppRegistration.SignUpForSandboxAsync(before.Address, "Elsewhere Ltd");
            using var http = new HttpClient { BaseAddress = before.Address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", sandbox.InitialAccessToken);
            using var registered = await http.PostAsJsonAsync(
                "/oauth/register",
                new JsonObject
                {
                    ["client_name"] = "Elsewhere",
                    ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
                    ["jwks"] = new JsonObject { ["keys"] = new JsonArray(RawClient.PublicJwkOf(key)) },
                }
            );
            app = (await registered.Content.ReadFromJsonAsync<JsonObject>())![
                "client_id"
            ]!.GetValue<string>();
        }

        await using var server = await TestServer.StartAsync(
            null,
            folder,
            [.. settings, $"Authorization:Clients:{app}:ClientId=video-app"]
        );
        using var client = new RawClient(
            new RawIdentity("video-app", ClientKey.CreateEs256()),
            server.Address
        );
        var token = TokenMaker.New(
            authority.Issuer,
            "video-app",
            client.DpopKey,
            authority.Key,
            StubAuthority.KeyId
        );
        var answer = await client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", token);

        Assert.Equal(200, answer.Status);
    }
}
