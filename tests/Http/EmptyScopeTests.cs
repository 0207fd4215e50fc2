using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Consents without a scope: details say what is allowed, and need no scope (RFC 9396 §3).</summary>
public sealed class EmptyScopeTests(SharedServer shared) : BankPageTests(shared)
{
    private const string Agreement = """
        {"type":"payment_agreement","per_payment_limit":{"currency":"CNY","amount":50000},
        "daily_limit":{"currency":"CNY","amount":100000},"total_limit":{"currency":"CNY","amount":1000000},"top_up_allowed":true}
        """;

    private const string Opening = """{"type":"account_opening"}""";
    private const string OptionalAccount = """{"type":"account_information","optional":true}""";

    /// <summary>Of the only scope that was asked for the details are left out, or the details need none. An empty scope is none
    /// (RFC 6749 §3.3).</summary>
    [Theory]
    [InlineData("accounts", $"[{Opening},{Agreement},{OptionalAccount}]")]
    [InlineData(null, $"[{Opening},{Agreement}]")]
    public async Task What_a_customer_allowed_without_a_scope_can_be_redeemed_and_used(
        string? scope,
        string details
    )
    {
        using var client = new RawClient(Partner, Shared.Server.Address);
        var pushed = await client.PushAsync(("scope", scope), ("authorization_details", details));
        Assert.Equal(201, pushed.Status);
        await Browser.GoAsync(client.AuthorizationUrl(pushed.Json["request_uri"]!.GetValue<string>()));
        await ToConsentAsync();
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        var code = QueryHelpers.ParseQuery(Browser.Address.Query)["code"].ToString();

        var redeemed = await client.RedeemAsync(code, TestPartner.RedirectUri.ToString());
        Assert.Equal((200, null), (redeemed.Status, redeemed.Code));
        AssertNoScope(redeemed);
        var granted = redeemed.Json["authorization_details"]!.AsArray();
        Assert.Equal(
            ["account_opening", "payment_agreement"],
            granted.Select(detail => detail!["type"]!.GetValue<string>())
        );

        var refreshToken = redeemed.Json["refresh_token"]!.GetValue<string>();
        var refreshed = await client.RefreshAsync(refreshToken);
        Assert.Equal(200, refreshed.Status);
        AssertNoScope(refreshed);
        var wider = await client.RefreshAsync(refreshToken, ("scope", "accounts"));
        Assert.Equal((400, "invalid_scope"), (wider.Status, wider.Code));
        foreach (var tokens in new[] { redeemed, refreshed })
        {
            var token = tokens.Json["access_token"]!.GetValue<string>();
            var refused = await client.CallAsync(HttpMethod.Get, "/v1/accounts", token);
            Assert.Equal((403, ProblemCodes.InsufficientScope), (refused.Status, refused.Code));
        }

        await PayAsync(client, granted[1]!["agreement_id"]!.GetValue<string>());
    }

    private static void AssertNoScope(RawAnswer tokens)
    {
        Assert.False(tokens.Json.AsObject().ContainsKey("scope"));
        var claims = tokens.Json["access_token"]!.GetValue<string>().Split('.')[1];
        Assert.False(JsonNode.Parse(Base64Url.DecodeFromChars(claims))!.AsObject().ContainsKey("scope"));
    }

    /// <summary>By the agreement, with the app's own token.</summary>
    private async Task PayAsync(RawClient client, string agreement)
    {
        var topUp = await Partner.Client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = agreement, Amount = Money.Yuan(100) },
            IdempotencyKey.FromOrder("order-1", "top-up")
        );
        await Partner.Client.TopUps.WaitAsync(topUp.Id);
        var paid = await client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            await client.AppTokenAsync(),
            $$$"""{"order_no":"order-1","agreement_id":"{{{agreement}}}","amount":{"currency":"CNY","amount":100}}""",
            "order-1-payment"
        );
        Assert.Equal((201, "captured"), (paid.Status, paid.Json["status"]!.GetValue<string>()));
    }
}
