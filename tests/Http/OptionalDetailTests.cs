using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the customer may leave out, on a page made from the stored request.</summary>
public sealed class OptionalDetailTests(SharedServer shared) : BankPageTests(shared)
{
    private static readonly AuthorizationDetail[] details =
    [
        new AccountOpening(),
        new AccountInformation { Actions = [AccountInformation.ReadBalances], Optional = true },
        new CouponWallet { Optional = true },
        new PaymentAgreementTerms
        {
            PerPaymentLimit = Money.Yuan(500),
            DailyLimit = Money.Yuan(1_000),
            TotalLimit = Money.Yuan(10_000),
            Optional = true,
        },
    ];

    [Fact]
    public async Task Nothing_optional_is_ticked_and_what_is_not_ticked_is_not_granted()
    {
        var link = await ToChoicesAsync(details);
        Assert.Equal(3, Browser.Page.QuerySelectorAll("input[name=Allowed]").Length);
        Assert.Empty(Browser.Page.QuerySelectorAll("input[name=Allowed][checked]"));
        Assert.Contains("¥500.00", Browser.Page.QuerySelector("main")!.TextContent);
        Assert.StartsWith(
            "/once.js",
            Assert.Single(Browser.Page.QuerySelectorAll("script")).GetAttribute("src")
        );

        await Browser.SubmitAsync(("Allowed", "coupon_wallet"), ("Pin", TestPartner.Pin));

        var linked = await Partner.Client.AccountLinks.CompleteAsync(link.Session, Browser.Address);
        Assert.Equal(
            ["account_opening", "coupon_wallet"],
            linked.AuthorizationDetails.Select(detail => detail.Type)
        );
        Assert.Null(linked.AgreementId);
        var consent = await Partner.Client.Consents.GetAsync(linked.ConsentId);
        Assert.Equal(
            ["account_opening", "coupon_wallet"],
            consent.AuthorizationDetails.Select(detail => detail.Type)
        );
        await Partner.Client.Coupons.ListAsync(linked.CustomerId).ToListAsync();
        var refused = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            Partner.Client.Accounts.GetAsync(linked.CustomerId, linked.AccountId!)
        );
        Assert.Equal(ProblemCodes.InsufficientScope, refused.Code);
    }

    [Fact]
    public async Task Nothing_is_allowed_without_the_PIN_and_what_was_ticked_stays_ticked()
    {
        var link = await ToChoicesAsync(details);
        Assert.True(Browser.Page.QuerySelector("input[name=Pin]")!.HasAttribute("required"));

        await Browser.SubmitAsync(("Allowed", "payment_agreement"));
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        Assert.NotEmpty(Browser.Page.QuerySelector("#pin-error")!.TextContent.Trim());
        Assert.True(Browser.Page.QuerySelector("#allow-payment_agreement")!.HasAttribute("checked"));

        await Browser.SubmitAsync(("Allowed", "payment_agreement"), ("Pin", TestPartner.Pin));
        var linked = await Partner.Client.AccountLinks.CompleteAsync(link.Session, Browser.Address);
        Assert.StartsWith("agr_", linked.AgreementId);
    }

    [Theory]
    [InlineData(null, "Only for: parking; food delivery")]
    [InlineData("zh-CN", "仅用于：停车；外卖")]
    public async Task The_page_says_for_which_scenes_an_agreement_is(string? language, string said)
    {
        var agreement = details.OfType<PaymentAgreementTerms>().Single();
        await ToChoicesAsync(
            [new AccountOpening(), agreement with { Scenes = [Scenes.Parking, Scenes.FoodDelivery] }],
            language
        );
        Assert.Contains(said, Browser.Page.QuerySelector("main")!.TextContent);
    }

    [Fact]
    public async Task Only_what_was_asked_for_can_be_ticked()
    {
        var link = await ToChoicesAsync([new AccountOpening(), new CouponWallet { Optional = true }]);
        await Browser.SubmitAsync(
            ("Allowed", "payment_agreement"),
            ("Allowed", "account_information"),
            ("Pin", TestPartner.Pin)
        );
        var linked = await Partner.Client.AccountLinks.CompleteAsync(link.Session, Browser.Address);
        Assert.Equal(["account_opening"], linked.AuthorizationDetails.Select(detail => detail.Type));
    }

    [Fact]
    public async Task Whoever_allows_nothing_is_asked_to_say_so()
    {
        // Somebody who has an account already: the first link opened it.
        await Partner.LinkAsync();
        var before = (await MessagesAsync())[0].SentAt;
        await Task.Delay(TimeSpan.FromSeconds(10.2));
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = [new CouponWallet { Optional = true }],
            }
        );
        await Browser.GoAsync(link.AuthorizationUrl);
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        while ((await MessagesAsync())[0].SentAt <= before)
        {
            await Task.Delay(50);
        }

        await Browser.SubmitAsync(("Code", await CodeAsync()));
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);

        await Browser.SubmitAsync();

        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        Assert.Contains("Tick what you allow", Browser.Page.QuerySelector("#allowed-error")!.TextContent);
    }

    private async Task<AccountLink> ToChoicesAsync(
        IReadOnlyList<AuthorizationDetail> asked,
        string? language = null
    )
    {
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = asked,
                UiLocales = language,
            }
        );
        await Browser.GoAsync(link.AuthorizationUrl);
        await ToConsentAsync();
        return link;
    }
}
