using System.Buffers.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Who the customer is (OpenID Connect Core §5.3).</summary>
public sealed class UserInfoTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Route = "/oauth/userinfo";

    [Fact]
    public async Task The_customer_is_the_one_of_the_id_token_and_nothing_more_is_said()
    {
        var tokens = await Client.TokensAsync();
        var access = tokens["access_token"]!.GetValue<string>();
        var idToken = tokens["id_token"]!.GetValue<string>();
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(idToken.Split('.')[1]))!;

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var answer = await Client.CallAsync(method, Route, access);
            Assert.Equal(200, answer.Status);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            var sub = Assert.Single(answer.Json.AsObject());
            Assert.Equal(claims["sub"]!.GetValue<string>(), sub.Value!.GetValue<string>());
        }

        // An id token is no access token (RFC 9068 §4, RFC 8725 §3.11).
        var confused = await Client.CallAsync(HttpMethod.Get, Route, idToken);
        Assert.Equal((401, ProblemCodes.InvalidToken), (confused.Status, confused.Code));
    }

    [Fact]
    public async Task It_needs_a_customers_token_with_openid_and_its_proof()
    {
        var withoutOpenId = (await Client.TokensAsync(("scope", "accounts coupons"))).AsObject();
        var access = withoutOpenId["access_token"]!.GetValue<string>();
        Assert.False(withoutOpenId.ContainsKey("id_token"));

        var noScope = await Client.CallAsync(HttpMethod.Get, Route, access);
        var ofApp = await Client.CallAsync(HttpMethod.Get, Route, await Client.AppTokenAsync());
        var noProof = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            access,
            change: request => request.Headers.Remove("DPoP")
        );
        var bearer = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            access,
            change: request =>
            {
                request.Headers.Remove("Authorization");
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {access}");
            }
        );
        var inAddress = await Client.CallAsync(HttpMethod.Get, $"{Route}?access_token={access}", access);

        Assert.Equal((403, ProblemCodes.InsufficientScope), (noScope.Status, noScope.Code));
        Assert.Equal((403, ProblemCodes.InsufficientScope), (ofApp.Status, ofApp.Code));
        Assert.Equal((401, ProblemCodes.InvalidProof), (noProof.Status, noProof.Code));
        Assert.Equal((401, ProblemCodes.InvalidToken), (bearer.Status, bearer.Code));
        Assert.Equal((401, ProblemCodes.InvalidToken), (inAddress.Status, inAddress.Code));
    }
}
