using System.Text;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Clients that say what their tokens are for (RFC 8707): this server, and no other.</summary>
public sealed class ResourceIndicatorTests(SharedServer shared) : RawClientTests(shared)
{
    public static TheoryData<string> Wrong { get; } =
    ["https://other.example", "{issuer}/", "{issuer}/v1", "{issuer}#part", "{issuer}?q=1", "api", "/v1"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Another_resource_is_no_target(string resource)
    {
        var parameter = ("resource", resource.Replace("{issuer}", Client.Issuer));
        var pushed = await Client.PushAsync(parameter);
        var token = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials"), parameter]
        );

        foreach (var answer in new[] { pushed, token })
        {
            Assert.Equal((400, "invalid_target"), (answer.Status, answer.Code));
            Assert.Contains(Client.Issuer, (string)answer.Json["error_description"]!);
        }
    }

    [Fact]
    public async Task The_server_itself_is_one()
    {
        var (code, redirect) = await Client.AuthorizeAsync(("resource", Client.Issuer));
        var tokens = await Client.RedeemAsync(code, redirect, ("resource", Client.Issuer));
        Assert.Equal(200, tokens.Status);
        var refresh = (string)tokens.Json["refresh_token"]!;
        var refused = await Client.RefreshAsync(refresh, ("resource", "https://other.example"));
        Assert.Equal((400, "invalid_target"), (refused.Status, refused.Code));
        Assert.Equal(200, (await Client.RefreshAsync(refresh, ("resource", Client.Issuer))).Status);
        // One without a value is none (RFC 6749 §3.1).
        Assert.Equal(200, (await Client.RefreshAsync(refresh, ("resource", ""))).Status);
    }

    [Theory]
    [InlineData("resource={issuer}&resource={issuer}", 201, null)]
    [InlineData("resource={issuer}&resource=https://other.example", 400, "invalid_target")]
    [InlineData("resource=https://other.example&resource={issuer}", 400, "invalid_target")]
    [InlineData("Resource=https://other.example", 201, null)]
    public async Task It_may_be_said_more_than_once(string resources, int status, string? error)
    {
        var form = AuthorizationFlow
            .Request.Append(("client_assertion_type", RawClient.AssertionType))
            .Append(("client_assertion", Client.NewAssertion()))
            .Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2!)}");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.Server, "/oauth/par"));
        request.Content = new StringContent(
            $"{string.Join('&', form)}&{resources.Replace("{issuer}", Uri.EscapeDataString(Client.Issuer))}",
            Encoding.UTF8,
            "application/x-www-form-urlencoded"
        );

        var answer = await Client.SendAsync(request);

        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(error, answer.Code);
    }
}
