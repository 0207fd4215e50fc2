using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Http.Dashboard;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Payments that nobody asks the customer about: their limits, and what the customer is told.</summary>
public sealed class AgreementTests(SharedServer shared) : OwnPageTests(shared)
{
    private static readonly PaymentAgreementTerms terms = new()
    {
        PerPaymentLimit = Money.Yuan(40),
        DailyLimit = Money.Yuan(60),
        MonthlyLimit = Money.Yuan(65),
        TotalLimit = Money.Yuan(100),
        TopUpAllowed = true,
    };

    [Fact]
    public async Task An_agreement_is_told_to_the_customers_phone_and_reading_alone_is_not()
    {
        var (reader, payer) = ((await Partner.PersonsAsync())[2], (await Partner.PersonsAsync())[3]);
        await Partner.LinkAsync(person: 2, details: [new AccountOpening(), new AccountInformation()]);

        var customer = await Partner.LinkAsync(
            person: 3,
            languages: "en",
            details: [new AccountOpening(), new AccountInformation(), terms]
        );

        var account = await Partner.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        var told = await NoticesAsync(1, "may now take payments", payer, all: true);
        Assert.StartsWith(
            $"[Sample Bank] Test App may now take payments from your account ending in {account.MaskedNumber[^4..]} ",
            Assert.Single(told)
        );
        Assert.DoesNotContain(
            await Partner.AllMessagesAsync(reader.Mobile),
            message => message.Text.Contains("may now take payments") || message.Text.Contains("开通免密支付")
        );
    }

    [Fact]
    public async Task A_limit_of_the_month_is_agreed_to_shown_and_kept_until_the_month_ends()
    {
        var customer = await Partner.LinkAsync(
            person: 1,
            languages: "zh-CN",
            details: [new AccountOpening(), new AccountInformation(), terms]
        );
        var agreement = await Partner.Client.Agreements.GetAsync(customer.AgreementId!);
        Assert.Equal((Money.Yuan(65), true), (agreement.MonthlyLimit, agreement.TopUpAllowed));
        Assert.Contains(customer.AuthorizationDetails, granted => granted.MonthlyLimit == terms.MonthlyLimit);

        await Partner.TopUpAsync(customer, Money.Yuan(40), "top-up-2");
        await Partner.TopUpAsync(customer, Money.Yuan(20), "top-up-3");
        await AdvanceToAsync((await MonthAsync(customer)).ResetsAt!.Value);
        await Partner.PayAsync(customer, "order-1", Money.Yuan(40));
        await AdvanceAsync(TimeSpan.FromDays(1));
        var declined = await Partner.PayAsync(customer, "order-2", Money.Yuan(26));
        var month = await MonthAsync(customer);
        Assert.Equal(DeclineCodes.AgreementMonthlyLimit, declined.DeclineCode);
        Assert.Equal((Money.Yuan(65), Money.Yuan(40), Money.Yuan(25)), (month.Limit, month.Used, month.Left));

        await AdvanceToAsync(month.ResetsAt!.Value);
        Assert.Equal(
            PaymentStatus.Captured,
            (await Partner.PayAsync(customer, "order-3", Money.Yuan(20))).Status
        );
        var notices = await NoticesAsync(2, "免密支付", (await Partner.PersonsAsync())[1]);
        Assert.Matches("^【示例银行】您尾号 [0-9]{4} 的电子账户已向 Test App 免密支付 ¥20.00。", notices[0]);
    }

    [Fact]
    public async Task What_is_left_of_the_day_for_top_ups_is_shown_beside_what_is_left_for_payments()
    {
        var customer = await Partner.LinkAsync(
            person: 1,
            details: [new AccountOpening(), new AccountInformation(), terms]
        );
        await Partner.TopUpAsync(customer, Money.Yuan(40), "top-up-2");
        await Partner.PayAsync(customer, "order-1", Money.Yuan(15));

        var shown = await AgreementLimitsAsync(customer);
        Assert.Equal((Money.Yuan(60), Money.Yuan(15), Money.Yuan(45)), SumsOf(shown.Day));
        Assert.Equal((Money.Yuan(60), Money.Yuan(40), Money.Yuan(20)), SumsOf(shown.TopUps!));
        Assert.Equal(shown.Day.ResetsAt, shown.TopUps!.ResetsAt);
        var more = await Partner.TopUpAsync(customer, Money.Yuan(20.01m), "top-up-3");
        Assert.Equal(DeclineCodes.AgreementDailyLimit, more.DeclineCode);
        var all = await Partner.TopUpAsync(customer, Money.Yuan(20), "top-up-4");
        Assert.Equal(TopUpStatus.Succeeded, all.Status);
        Assert.Equal(
            (Money.Yuan(60), Money.Yuan(60), Money.Yuan(0)),
            SumsOf((await Partner.Client.Agreements.GetAsync(customer.AgreementId!)).TopUps!)
        );

        await AdvanceToAsync(shown.TopUps.ResetsAt!.Value);
        Assert.Equal(Money.Yuan(60), (await AgreementLimitsAsync(customer)).TopUps!.Left);
    }

    [Fact]
    public async Task Nothing_is_left_for_top_ups_where_the_agreement_allows_none()
    {
        var customer = await Partner.LinkAsync(
            person: 1,
            details: [new AccountOpening(), new AccountInformation(), terms with { TopUpAllowed = false }]
        );

        Assert.Null((await AgreementLimitsAsync(customer)).TopUps);
        Assert.Null((await Partner.Client.Agreements.GetAsync(customer.AgreementId!)).TopUps);
    }

    [Fact]
    public async Task The_customer_is_told_once_of_each_payment_that_they_were_not_asked_about()
    {
        var payments = Partner.Client.Payments;
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));
        await Partner.PayAsync(Customer, "order-2", Money.Yuan(1_000));
        var held = await payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-3",
                Amount = Money.Yuan(7),
                AgreementId = Customer.AgreementId,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("order-3", "payment")
        );
        await payments.CaptureAsync(
            held.Id,
            new() { Amount = Money.Yuan(3) },
            IdempotencyKey.FromOrder("order-3", "capture")
        );

        var notices = await NoticesAsync(2);
        Assert.Matches(
            "^.Sample Bank. ¥20.00 was paid to Test App from your e-account ending in [0-9]{4}, under",
            notices[1]
        );
        Assert.Contains("Up to ¥7.00 is held for Test App", notices[0]);
        await SignInAsync();
        Assert.Equal(2, (await NoticesAsync(2)).Count);
        await FollowAsync("See what apps took without asking");
        Assert.Equal(
            ["Paid ¥3.00", "Paid ¥20.00"],
            Browser.Page.QuerySelectorAll(".lines li > span:first-child").Select(line => line.TextContent)
        );
        Assert.Contains("Test App", Text());
    }

    [Fact]
    public async Task Of_a_hold_with_a_coupon_the_customer_is_told_what_of_their_own_money_is_held()
    {
        // At the coupon's threshold more is held than the price less the discount.
        var coupon = await Partner.IssueCouponAsync(Customer);
        var held = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(15),
                AgreementId = Customer.AgreementId,
                CouponId = coupon.Id,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        Assert.Contains("Up to ¥14.99 is held", Assert.Single(await NoticesAsync(1)));
        await SignInAsync();
        await FollowAsync("See what apps took without asking");
        Assert.Equal("Held ¥14.99", FirstLine());

        await Partner.Client.Payments.CancelAsync(held.Id, IdempotencyKey.FromOrder("order-1", "cancel"));
        await Browser.GoAsync(Browser.Address);
        Assert.Equal("Held, then released ¥14.99", FirstLine());

        string FirstLine() => Browser.Page.QuerySelector(".lines li > span:first-child")!.TextContent;
    }

    [Fact]
    public async Task Of_what_the_customer_confirmed_no_notice_is_sent()
    {
        var asked = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = "order-1", Amount = Money.Yuan(20) },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        await SignInAsync();
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl + "/confirm"));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Equal(PaymentStatus.Captured, (await Partner.Client.Payments.GetAsync(asked.Id)).Status);

        // A notice of it would have come before that of the next.
        await Partner.PayAsync(Customer, "order-2", Money.Yuan(1));
        Assert.Single(await NoticesAsync(1));
    }

    [Fact]
    public async Task An_agreement_for_some_scenes_is_shown_as_such_and_pays_in_no_other()
    {
        var linked = await Partner.LinkAsync(
            person: 1,
            [new AccountOpening(), terms with { Scenes = [Scenes.Parking, Scenes.Transit, Scenes.Parking] }]
        );
        await Partner.TopUpAsync(linked, Money.Yuan(10), "top-up-2");
        string[] scenes = [Scenes.Parking, Scenes.Transit];
        Assert.Equal(
            scenes,
            linked.AuthorizationDetails.Single(granted => granted.AgreementId is not null).Scenes
        );
        Assert.Equal(scenes, (await Partner.Client.Agreements.GetAsync(linked.AgreementId!)).Scenes);

        var parked = await PayInAsync(linked, "order-1", Scenes.Parking);
        Assert.Equal((PaymentStatus.Captured, Scenes.Parking), (parked.Status, parked.Scene));
        Assert.Equal(Scenes.Parking, (await Partner.Client.Payments.GetAsync(parked.Id)).Scene);
        var watched = await PayInAsync(linked, "order-2", Scenes.Video);
        Assert.Equal(DeclineCodes.AgreementSceneNotCovered, watched.DeclineCode);
        // Without a scene it is the one that the app is registered with.
        Assert.Equal(Scenes.Other, Partner.App.Scene);
        var unnamed = await PayInAsync(linked, "order-3", scene: null);
        Assert.Equal((DeclineCodes.AgreementSceneNotCovered, null), (unnamed.DeclineCode, unnamed.Scene));
        Assert.Equal(
            Money.Yuan(1),
            (await Partner.Client.Agreements.GetAsync(linked.AgreementId!)).TotalPaid
        );

        await SignInAsync(Browser, (await Partner.PersonsAsync())[1]);
        await Browser.GoAsync(Own($"/apps/{linked.ConsentId}"));
        Assert.Contains("Only for: parking; public transport", Text());
    }

    [Fact]
    public async Task What_an_agreement_for_some_scenes_does_not_cover_the_customer_may_confirm()
    {
        var linked = await Partner.LinkAsync(
            person: 1,
            [new AccountOpening(), terms with { Scenes = [Scenes.Parking] }]
        );
        var asked = await PayInAsync(linked, "order-1", Scenes.Video, ConfirmationMode.IfNeeded);
        Assert.Equal((PaymentStatus.RequiresAction, Scenes.Video), (asked.Status, asked.Scene));
    }

    [Fact]
    public async Task An_agreement_made_for_no_scenes_covers_every_scene_of_the_app()
    {
        Assert.Null((await Partner.Client.Agreements.GetAsync(Customer.AgreementId!)).Scenes);
        var bought = await PayInAsync(Customer, "order-1", Scenes.Campus);
        Assert.Equal((PaymentStatus.Captured, Scenes.Campus), (bought.Status, bought.Scene));
    }

    [Theory]
    [InlineData("cinema")]
    [InlineData("Video")]
    [InlineData("parking transit")]
    public async Task A_scene_that_does_not_exist_is_refused_wherever_it_stands(string scene)
    {
        var refused = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            PayInAsync(Customer, "order-1", scene)
        );
        Assert.Equal("/scene", Assert.Single(refused.Errors).Pointer);
        foreach (IReadOnlyList<string> scenes in new IReadOnlyList<string>[] { [], [Scenes.Video, scene] })
        {
            var link = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
                Partner.LinkAsync(person: 1, [terms with { Scenes = scenes }])
            );
            Assert.Contains("/scenes: one or more of video, food_delivery", link.Message);
        }
    }

    private Task<Payment> PayInAsync(
        LinkedCustomer customer,
        string orderNo,
        string? scene,
        ConfirmationMode? confirmation = null
    ) =>
        Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = Money.Yuan(1),
                AgreementId = customer.AgreementId,
                Scene = scene,
                Confirmation = confirmation,
            },
            IdempotencyKey.FromOrder(orderNo, "payment")
        );

    private async Task<LimitUse> MonthAsync(LinkedCustomer customer) =>
        (await AgreementLimitsAsync(customer)).Month!;

    private async Task<AgreementLimits> AgreementLimitsAsync(LinkedCustomer customer) =>
        (await Partner.Client.Accounts.GetLimitsAsync(customer.CustomerId, customer.AccountId!)).Agreement!;

    private static (Money Limit, Money Used, Money Left) SumsOf(LimitUse use) =>
        (use.Limit, use.Used, use.Left);

    private Task AdvanceAsync(TimeSpan by) =>
        Shared.Server.Get<SandboxClock>().AdvanceAsync(new(Partner.SandboxNumber), by);

    private async Task AdvanceToAsync(DateTimeOffset instant)
    {
        var now = await Shared.Server.Get<WorldClocks>().NowAsync(new(Partner.SandboxNumber));
        await AdvanceAsync(instant - now + TimeSpan.FromSeconds(1));
    }

    /// <summary>The notices to the customer, the newest first, once there are as many.</summary>
    private async Task<IReadOnlyList<string>> NoticesAsync(
        int count,
        string saying = "under your agreement",
        SandboxPerson? person = null,
        bool all = false
    )
    {
        var mobile = (person ?? Person).Mobile;
        for (var i = 0; ; i++)
        {
            string[] notices =
            [
                .. (await (all ? Partner.AllMessagesAsync(mobile) : Partner.MessagesAsync(mobile)))
                    .Select(message => message.Text)
                    .Where(text => text.Contains(saying)),
            ];
            if (notices.Length >= count || i == 200)
            {
                return notices;
            }

            await Task.Delay(25);
        }
    }
}
