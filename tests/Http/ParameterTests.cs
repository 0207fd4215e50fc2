using System.Text;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>How parameters of forms and addresses are read: their bytes, their scopes, their amounts.</summary>
public sealed class ParameterTests(SharedServer shared) : RawClientTests(shared)
{
    [Theory]
    [InlineData("/oauth/par", "state=%ff")]
    [InlineData("/oauth/par", "state=%C3")]
    [InlineData("/oauth/par", "state=%ED%A0%80")]
    [InlineData("/oauth/par", "%ff=1")]
    [InlineData("/oauth/token", "scope=%C0%AF")]
    [InlineData("/oauth/revoke", "token=%ff")]
    [InlineData("/oauth/introspect", "token=%ff")]
    [InlineData("/oauth/token", "scope=\u00ff")]
    public async Task Parameters_that_are_not_in_utf8_are_refused(string path, string form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.Server, path));
        request.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
        var answer = await Client.SendAsync(request);
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        Assert.Equal(
            "Send the parameters in UTF-8, percent-encoded.",
            answer.Json["error_description"]!.GetValue<string>()
        );
    }

    [Theory]
    [InlineData("/oauth/authorize")]
    [InlineData("/bank/end-session")]
    public async Task So_are_those_of_an_address(string path)
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            if (method == HttpMethod.Post && path == "/oauth/authorize")
            {
                continue;
            }

            using var request = new HttpRequestMessage(
                method,
                new Uri(Client.Server, method == HttpMethod.Get ? $"{path}?state=%ff" : path)
            );
            request.Content =
                method == HttpMethod.Get
                    ? null
                    : new StringContent("state=%ff", Encoding.ASCII, "application/x-www-form-urlencoded");
            request.Content?.Headers.ContentType!.CharSet = null;
            var answer = await Client.SendAsync(request);
            Assert.Equal(303, answer.Status);
            Assert.EndsWith("/bank/error?code=invalid_request", answer.Headers.Location!.ToString());
        }
    }

    [Fact]
    public async Task A_state_in_any_script_comes_back_as_it_was()
    {
        const string state = "价 é 100% %ff a+b";
        var back = await Client.ComeBackAsync(await Client.PushAsync(("state", state)));
        Assert.Equal(state, back["state"].ToString());
    }

    [Fact]
    public async Task A_scope_that_is_named_twice_is_given_once()
    {
        var tokens = await Client.TokensAsync(("scope", "accounts  openid coupons accounts"));
        var refreshed = await Client.RefreshAsync(
            tokens["refresh_token"]!.GetValue<string>(),
            ("scope", "accounts accounts")
        );
        var app = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials"), ("scope", "webhooks payments  webhooks ")]
        );

        Assert.Equal("accounts openid coupons", tokens["scope"]!.GetValue<string>());
        Assert.Equal("accounts", refreshed.Json["scope"]!.GetValue<string>());
        Assert.Equal("webhooks payments", app.Json["scope"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_scope_of_spaces_is_none()
    {
        var pushed = await Client.PushAsync(("scope", " "));
        var token = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials"), ("scope", "  ")]
        );

        Assert.Equal((400, "invalid_scope"), (pushed.Status, pushed.Code));
        Assert.Equal((400, "invalid_scope"), (token.Status, token.Code));
    }

    [Theory]
    [InlineData("daily_limit", "0", "/daily_limit/amount: A number of fen from 1 to 10,000,000,000")]
    [InlineData("per_payment_limit", "-5", "/per_payment_limit/amount: A number of fen from 1 to")]
    [InlineData("total_limit", "10000000001", "/total_limit/amount: A number of fen from 1 to")]
    [InlineData("total_limit", "9223372036854775807", "/total_limit/amount: A number of fen from 1 to")]
    [InlineData("total_limit", "9223372036854775808", "/total_limit/amount: A whole number of fen")]
    [InlineData("total_limit", "10000000000", null)]
    public async Task A_limit_of_an_agreement_is_an_amount_that_can_be_paid(
        string limit,
        string amount,
        string? reason
    )
    {
        var terms = new Dictionary<string, string>
        {
            ["per_payment_limit"] = "100",
            ["daily_limit"] = "1000",
            ["total_limit"] = "10000",
        };
        terms[limit] = amount;
        var limits = terms.Select(term =>
            $$""" "{{term.Key}}":{"currency":"CNY","amount":{{term.Value}}} """
        );
        var answer = await Client.PushAsync(
            (
                "authorization_details",
                $$"""[{"type":"payment_agreement","top_up_allowed":false,{{string.Join(',', limits)}}}]"""
            )
        );
        if (reason is null)
        {
            Assert.True(answer.Status == 201, answer.Text);
            return;
        }

        Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
        Assert.Contains(reason, answer.Json["error_description"]!.GetValue<string>());
    }
}
