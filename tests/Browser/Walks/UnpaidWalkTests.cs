using OpenBanking.Server.Customers;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Payments that end otherwise than paid, or cannot be paid: the page says why, and what to do.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class UnpaidWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task A_payment_that_is_not_made_says_why_and_leads_on(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("unpaid", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var expiring = await partner.AskAsync(bank, 22, order => order with { ReturnUrl = null });
        await CancelAsync(phone, partner);
        await PayWithCouponAsync(phone, partner, customer);
        await ReleaseAsync(phone, partner);
        await RefundAsync(phone, partner);

        await ToConfirmAsync(phone, partner, 500);
        await phone.CheckAsync("insufficient");
        await phone.PressAsync("main a.quiet");
        await phone.ArriveAsync(bank.OwnPages(partner));
        await phone.PressAsync("a.account");
        await phone.ArriveAsync("**/accounts/acct_*");
        var account = phone.Page.Url;
        await LimitAsync(phone, partner, account);
        await SleepAsync(phone, partner, customer, account);
        await BeAnotherAsync(phone, partner);
        await FreezeAsync(phone, partner, account);
        await bank.Server.PutAccountAsync(partner, customer, AccountStatus.Active);
        await LockPinAsync(phone, partner);

        await bank
            .Server.Get<SandboxClock>()
            .AdvanceAsync(new World(partner.SandboxNumber), TimeSpan.FromHours(2));
        await phone.Page.GotoAsync(expiring.NextAction!.ConfirmationUrl);
        await phone.CheckAsync("expired");
    }

    /// <summary>The app takes one back, and the bank lets another not go out: nobody needs to sign in to be told.</summary>
    private async Task CancelAsync(Phone phone, TestPartner partner)
    {
        var canceled = await partner.AskAsync(bank, 21);
        var link = canceled.NextAction!.ConfirmationUrl;
        await CancelAsync(partner, canceled);
        await phone.Page.GotoAsync(link);
        await phone.CheckAsync("canceled");
        await phone.PressAsync("a.quiet");
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        var risky = await partner.AskAsync(bank, MagicAmounts.RiskDeclined.Amount / 100m);
        await phone.Page.GotoAsync(link.Replace(canceled.Id, risky.Id, StringComparison.Ordinal));
        await phone.SeeAsync();
    }

    /// <summary>From the app to the PIN, what the coupon takes off stands on every page.</summary>
    private async Task PayWithCouponAsync(Phone phone, TestPartner partner, LinkedCustomer customer)
    {
        var page = phone.Page;
        var coupon = await partner.IssueCouponAsync(customer);
        var asked = await partner.AskAsync(bank, 20, order => order with { CouponId = coupon.Id });
        await page.GotoAsync(asked.NextAction!.ConfirmationUrl);
        await AssertSaysAsync(phone, "¥20.00", "−¥5.00", "¥15.00");
        await phone.CheckAsync("coupon");
        await phone.PressAsync();
        await phone.ArriveAsync("**/my/sign-in");
        await AssertSaysAsync(phone, "¥15.00");
        await phone.SignInAsync(bank, partner, (await partner.PersonsAsync())[0].Mobile);
        await phone.ArriveAsync("**/my/pin");
        await AssertSaysAsync(phone, "¥20.00", "−¥5.00", "¥15.00");
        await phone.CheckAsync("coupon-pin");
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        Assert.Equal(Money.Yuan(85), await partner.BalanceAsync(customer));
    }

    private async Task LockPinAsync(Phone phone, TestPartner partner)
    {
        await ToConfirmAsync(phone, partner, 6);
        for (var guess = 1; guess <= PinRules.MostFailures; guess++)
        {
            await phone.FillAsync(("Pin", Steps.WrongPin));
        }

        await phone.CheckRefusedAsync("pin-locked", "Pin");
        await phone.PressAsync("button[formaction*=SignOut]");
        await phone.ArriveAsync("**/my/sign-in");
        await AssertSaysAsync(phone, "¥6.00");
    }

    /// <summary>Whoever reports a loss needs no PIN; from then on every page says that nothing goes out.</summary>
    private async Task FreezeAsync(Phone phone, TestPartner partner, string account)
    {
        var page = phone.Page;
        await page.GotoAsync(account + "/lost");
        await phone.PressAsync("button.danger");
        await phone.ArriveAsync(account);
        await ToConfirmAsync(phone, partner, 7);
        await phone.SeeAsync();
        await phone.PressAsync("button[formaction*=Decline]");
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        await page.GotoAsync(account + "/withdraw");
        await phone.CheckAsync("frozen");
        await page.GotoAsync(account + "/top-up");
        await phone.SeeAsync();
        await page.GotoAsync(account + "/close");
        await phone.CheckAsync("not-closed");
    }

    /// <summary>More than the customer lets go out at once, in what is left of the day, or on any day.</summary>
    private async Task LimitAsync(Phone phone, TestPartner partner, string account)
    {
        await SetAsync(ofPayment: "50", ofDay: "60");
        await ToConfirmAsync(phone, partner, 51);
        await phone.SeeAsync();
        await ToConfirmAsync(phone, partner, 49);
        await phone.SeeAsync();
        await SetAsync(ofPayment: "", ofDay: "30");
        await ToConfirmAsync(phone, partner, 48);
        await phone.SeeAsync();

        async Task SetAsync(string ofPayment, string ofDay)
        {
            await phone.Page.GotoAsync(account + "/limits");
            await phone.FillAsync(("PaymentLimit", ofPayment), ("DayLimit", ofDay), ("Pin", TestPartner.Pin));
            await phone.ArriveAsync(account + "?done=limits");
        }
    }

    /// <summary>Nothing goes out of an account that sleeps.</summary>
    private async Task SleepAsync(Phone phone, TestPartner partner, LinkedCustomer customer, string account)
    {
        await bank.Server.PutAccountAsync(partner, customer, AccountStatus.Dormant);
        await ToConfirmAsync(phone, partner, 8);
        await phone.SeeAsync();
        await phone.Page.GotoAsync(account + "/top-up");
        await phone.SeeAsync();
        await bank.Server.PutAccountAsync(partner, customer, AccountStatus.Active);
    }

    private async Task BeAnotherAsync(Phone phone, TestPartner partner)
    {
        var other = await partner.LinkAsync(1);
        await ToConfirmAsync(phone, partner, 5, other.CustomerId);
        await phone.CheckAsync("of-another");
        await phone.PressAsync("main a.quiet");
        await phone.ArriveAsync("**/pay/pay_*");
    }

    private async Task ReleaseAsync(Phone phone, TestPartner partner)
    {
        var held = await partner.AskAsync(
            bank,
            23,
            order => order with { CaptureMethod = CaptureMethod.Manual }
        );
        var link = held.NextAction!.ConfirmationUrl;
        await phone.Page.GotoAsync(link);
        await phone.PressAsync();
        await phone.ArriveAsync("**/confirm");
        await phone.CheckAsync("hold");
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        await phone.Page.GotoAsync(link);
        await phone.SeeAsync();
        await CancelAsync(partner, held);
        await phone.Page.ReloadAsync();
        await phone.SeeAsync();
    }

    private async Task RefundAsync(Phone phone, TestPartner partner)
    {
        var paid = await partner.AskAsync(bank, 24);
        var link = paid.NextAction!.ConfirmationUrl;
        await phone.Page.GotoAsync(link);
        await phone.PressAsync();
        await phone.ArriveAsync("**/confirm");
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        foreach (var part in (decimal[])[4, 20])
        {
            await partner.Client.Refunds.CreateAsync(
                new CreateRefundRequest { PaymentId = paid.Id, Amount = Money.Yuan(part) },
                IdempotencyKey.FromOrder(paid.OrderNo, $"refund-{part}")
            );
            await phone.Page.GotoAsync(link);
            await phone.SeeAsync();
        }
    }

    private static Task<Payment> CancelAsync(TestPartner partner, Payment payment) =>
        partner.Client.Payments.CancelAsync(payment.Id, IdempotencyKey.FromOrder(payment.OrderNo, "cancel"));

    private async Task ToConfirmAsync(
        Phone phone,
        TestPartner partner,
        decimal yuan,
        string? customerId = null
    )
    {
        var asked = await partner.AskAsync(bank, yuan, order => order with { CustomerId = customerId });
        await phone.Page.GotoAsync(asked.NextAction!.ConfirmationUrl);
        await phone.PressAsync();
        await phone.ArriveAsync("**/confirm");
    }

    private static async Task AssertSaysAsync(Phone phone, params string[] amounts)
    {
        var shown = await phone.Page.Locator("main").InnerTextAsync();
        Assert.All(amounts, amount => Assert.Contains(amount, shown));
        Assert.Contains("Test App", shown);
    }
}
