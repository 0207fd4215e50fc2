using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Tokens for a part of a consent, and consents of which a part is given back (RFC 9396 §6).</summary>
public sealed class NarrowingTests(SharedServer shared) : RawClientTests(shared)
{
    private const string AccountOnly = """[{"type":"account_information","actions":["read_accounts"]}]""";

    [Fact]
    public async Task A_refreshed_token_may_hold_less_and_the_next_one_all_again()
    {
        var tokens = await Client.TokensAsync();
        var account = tokens["authorization_details"]![0]!["account_id"]!.GetValue<string>();

        var narrow = await RefreshAsync(tokens, AccountOnly);
        var granted = Assert.Single(narrow.Json["authorization_details"]!.AsArray());
        Assert.Equal("""["read_accounts"]""", granted!["actions"]!.ToJsonString());
        Assert.Equal(200, await CallAsync("/v1/accounts", narrow.Json));
        Assert.Equal(403, await CallAsync($"/v1/accounts/{account}/transactions", narrow.Json));
        Assert.Equal(403, await CallAsync("/v1/coupons", narrow.Json));

        var all = (await RefreshAsync(tokens, details: null)).Json;
        Assert.Equal(200, await CallAsync($"/v1/accounts/{account}/transactions", all));
        Assert.Equal(4, all["authorization_details"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_code_may_be_redeemed_for_less()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var answer = await Client.RedeemAsync(code, redirect, ("authorization_details", AccountOnly));
        Assert.Equal(200, answer.Status);
        Assert.Equal(403, await CallAsync("/v1/coupons", answer.Json));
    }

    [Theory]
    [InlineData("""[{"type":"payment_initiation"}]""")]
    [InlineData("""[{"type":"surprise"}]""")]
    [InlineData("""[{"type":"coupon_wallet","surprise":1}]""")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    public async Task Nobody_gets_more_than_was_granted(string details)
    {
        var tokens = await Client.TokensAsync();
        var answer = await RefreshAsync(tokens, details);
        Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_agreement_is_as_its_customer_agreed_to_it()
    {
        var tokens = await Client.TokensAsync();
        var wider = await RefreshAsync(tokens, AuthorizationFlow.AllDetails.Replace("50000", "50001"));
        Assert.Equal((400, "invalid_authorization_details"), (wider.Status, wider.Code));
        Assert.Equal(200, (await RefreshAsync(tokens, AuthorizationFlow.AllDetails)).Status);
    }

    [Fact]
    public async Task An_opening_is_of_the_class_that_was_granted()
    {
        var tokens = await Client.TokensAsync();
        var other = await RefreshAsync(tokens, """[{"type":"account_opening","account_type":"type_iii"}]""");
        Assert.Equal((400, "invalid_authorization_details"), (other.Status, other.Code));
        Assert.Equal(
            "account_opening: /account_type: type_ii was granted; leave it out, or say that.",
            (string)other.Json["error_description"]!
        );

        // Whatever the class, it may be left out.
        var small = await Client.Partner.LinkTypeThreeAsync(person: 1);
        var narrowed = await Client.Partner.Client.Consents.NarrowAsync(
            small.ConsentId,
            [new AccountOpening()]
        );
        Assert.Equal(AccountType.TypeThree, Assert.Single(narrowed.AuthorizationDetails).AccountType);
        foreach (var same in new[] { "", ",\"account_type\":\"type_ii\"" })
        {
            var answer = await RefreshAsync(tokens, $$"""[{"type":"account_opening"{{same}}}]""");
            Assert.Equal(200, answer.Status);
            Assert.Equal("type_ii", (string)answer.Json["authorization_details"]![0]!["account_type"]!);
        }
    }

    [Fact]
    public async Task An_agreement_is_for_the_scenes_its_customer_agreed_to()
    {
        var tokens = await Client.TokensAsync(("authorization_details", For("parking", "transit")));
        foreach (var other in new[] { For(), For("parking"), For("parking", "transit", "video") })
        {
            var answer = await RefreshAsync(tokens, other);
            Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
        }

        Assert.Equal(200, (await RefreshAsync(tokens, For("transit", "parking"))).Status);

        static string For(params string[] scenes) =>
            JsonSerializer.Serialize<AuthorizationDetail[]>(
                [
                    new PaymentAgreementTerms
                    {
                        PerPaymentLimit = Money.Yuan(1),
                        DailyLimit = Money.Yuan(1),
                        TotalLimit = Money.Yuan(1),
                        Scenes = scenes is [] ? null : scenes,
                    },
                    new AccountOpening(),
                ],
                RequestJson.Default.AuthorizationDetailArray
            );
    }

    [Fact]
    public async Task What_was_not_granted_cannot_be_had_by_refreshing()
    {
        var tokens = await Client.TokensAsync(
            (
                "authorization_details",
                """[{"type":"account_opening"},{"type":"account_information","actions":["read_balances"]}]"""
            )
        );
        foreach (
            var wider in new[]
            {
                """[{"type":"account_information"}]""",
                """[{"type":"account_information","actions":["read_balances","read_transactions"]}]""",
                """[{"type":"coupon_wallet"}]""",
            }
        )
        {
            var answer = await RefreshAsync(tokens, wider);
            Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task Details_are_no_apps_own()
    {
        var answer = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials"), ("authorization_details", AccountOnly)]
        );
        Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_part_given_back_ends_the_tokens_and_the_agreement_at_once()
    {
        var tokens = await Client.TokensAsync();
        var consentId = tokens["consent_id"]!.GetValue<string>();
        var agreementId = tokens["authorization_details"]![3]!["agreement_id"]!.GetValue<string>();
        Assert.Equal(200, await CallAsync("/v1/coupons", tokens));

        var consent = await Client.Partner.Client.Consents.NarrowAsync(consentId, [new CouponWallet()]);

        Assert.Equal(ConsentStatus.Authorized, consent.Status);
        Assert.Equal("coupon_wallet", Assert.Single(consent.AuthorizationDetails).Type);
        Assert.Equal(401, await CallAsync("/v1/coupons", tokens));
        var agreement = await Client.Partner.Client.Agreements.GetAsync(agreementId);
        Assert.Equal(ConsentStatus.Revoked, agreement.Status);
        var next = (await RefreshAsync(tokens, details: null)).Json;
        Assert.Equal(200, await CallAsync("/v1/coupons", next));
        Assert.Equal(403, await CallAsync("/v1/accounts", next));
        Assert.Single(next["authorization_details"]!.AsArray());
    }

    [Fact]
    public async Task A_consent_is_never_widened_and_not_narrowed_when_it_has_ended()
    {
        var tokens = await Client.TokensAsync();
        var consents = Client.Partner.Client.Consents;
        var consentId = tokens["consent_id"]!.GetValue<string>();
        await consents.NarrowAsync(consentId, [new CouponWallet()]);

        var wider = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            consents.NarrowAsync(consentId, [new CouponWallet(), new AccountInformation()])
        );
        var none = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            consents.NarrowAsync(consentId, [])
        );
        await consents.RevokeAsync(consentId);
        var ended = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            consents.NarrowAsync(consentId, [new CouponWallet()])
        );

        Assert.Equal(ProblemCodes.InvalidRequest, wider.Code);
        Assert.Equal(ProblemCodes.InvalidRequest, none.Code);
        Assert.Equal(ProblemCodes.ConsentNotActive, ended.Code);
    }

    [Fact]
    public async Task It_is_said_why_a_consent_is_not_narrowed_so()
    {
        var tokens = await Client.TokensAsync();
        var consentId = tokens["consent_id"]!.GetValue<string>();
        var agreement = AuthorizationFlow.AllDetails;

        Assert.Contains("whole, or left out", await WhyNotAsync(agreement.Replace("50000", "40000")));
        Assert.Contains(
            "no such field",
            await WhyNotAsync("""[{"type":"coupon_wallet","account_id":"acc_00000000000000000000000000"}]""")
        );
        await Client.Partner.Client.Consents.NarrowAsync(consentId, [new CouponWallet()]);
        Assert.Contains(
            "the consent still has: coupon_wallet",
            await WhyNotAsync("""[{"type":"account_information"}]""")
        );

        async Task<string> WhyNotAsync(string details)
        {
            var answer = await Client.CallAsync(
                HttpMethod.Post,
                $"/v1/consents/{consentId}/narrow",
                await Client.AppTokenAsync(),
                $$"""{"authorization_details":{{details}}}"""
            );
            Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
            return (string)Assert.Single(answer.Json["errors"]!.AsArray())!["detail"]!;
        }
    }

    [Theory]
    [InlineData("[{}]", "/0/type", "required")]
    [InlineData("""[{"optional":true}]""", "/0/type", "required")]
    [InlineData("""[{"Type":"coupon_wallet"}]""", "/0/type", "required")]
    [InlineData("""[{"type":"coupon_wallet"},{}]""", "/1/type", "required")]
    [InlineData("""[{"type":"nope"}]""", "/0/type", "wrong_type")]
    [InlineData("""[{"type":1}]""", "/0/type", "wrong_type")]
    [InlineData("""[{"type":null}]""", "/0/type", "wrong_type")]
    [InlineData("""["coupon_wallet"]""", "/0", "wrong_type")]
    [InlineData("[null]", "/0", "wrong_type")]
    public async Task A_detail_says_what_it_is(string details, string place, string code)
    {
        var tokens = await Client.TokensAsync();

        var answer = await Client.CallAsync(
            HttpMethod.Post,
            $"/v1/consents/{tokens["consent_id"]}/narrow",
            await Client.AppTokenAsync(),
            $$"""{"authorization_details":{{details}}}"""
        );

        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
        var error = Assert.Single(answer.Json["errors"]!.AsArray())!;
        Assert.Equal(
            ("/authorization_details" + place, code),
            ((string?)error["pointer"], (string?)error["code"])
        );
    }

    private async Task<int> CallAsync(string path, JsonNode tokens) =>
        (await Client.CallAsync(HttpMethod.Get, path, tokens["access_token"]!.GetValue<string>())).Status;

    private Task<RawAnswer> RefreshAsync(JsonNode tokens, string? details) =>
        Client.RefreshAsync(tokens["refresh_token"]!.GetValue<string>(), ("authorization_details", details));
}
