using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>Payments that a customer confirms, from the partner's request to the way back.</summary>
public sealed class ConfirmationTests(SharedServer shared) : ConfirmationPageTests(shared)
{
    [Fact]
    public async Task A_customer_sees_who_gets_how_much_signs_in_and_pays_once()
    {
        var asked = await AskAsync(20);
        Assert.Equal(PaymentStatus.RequiresAction, asked.Status);
        Assert.Equal(NextActionType.Confirm, asked.NextAction!.Type);
        Assert.Equal((null, null, null), (asked.AgreementId, asked.AccountId, asked.CustomerId));
        Assert.Equal((Money.Cny(0), Money.Cny(0)), (asked.CapturedAmount, asked.RefundableAmount));
        Assert.Equal(asked.Id, (await Partner.Client.Orders.GetAsync("order-1")).LastPayment!.Id);
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));

        await Browser.GoAsync(new Uri(asked.NextAction.ConfirmationUrl));
        Assert.Contains("Test App asks you to pay ¥20.00 One month of films", Text());
        Assert.Contains("Nothing is paid before you confirm", Text());
        await ToConfirmAsync(asked);
        Assert.Contains("¥20.00", Text());
        Assert.Contains("Test App", Text());
        await Browser.SubmitAsync(("Pin", "1"));
        Assert.Contains("six digits", Text(), StringComparison.OrdinalIgnoreCase);
        await Browser.SubmitAsync(("Pin", "246802"));
        Assert.Contains("That is not your PIN", Text());
        var (form, fields) = (
            Browser.Address,
            Browser.HiddenFields().Append(new("Pin", TestPartner.Pin)).ToList()
        );
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Captured);

        // Pressed twice: it is paid once, and what became of it is said.
        using var again = await Browser.PostAsync(form, fields);
        Assert.EndsWith($"/pay/{asked.Id}", again.Headers.Location!.ToString());
        await Browser.GoAsync(new Uri(asked.NextAction.ConfirmationUrl));
        Assert.Contains("Paid.", Text());
        Assert.Equal(Money.Yuan(80), await Partner.BalanceAsync(Customer));

        var paid = await Payments.GetAsync(asked.Id);
        Assert.Equal((PaymentStatus.Captured, null, null), (paid.Status, paid.NextAction, paid.AgreementId));
        Assert.Equal((Customer.CustomerId, Customer.AccountId), (paid.CustomerId, paid.AccountId));
        Assert.Equal(
            [EventTypes.PaymentRequiresAction, EventTypes.PaymentCaptured],
            await EventsOfAsync(asked)
        );
        var refund = await Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = paid.Id },
            Key("refund")
        );
        Assert.Equal(Money.Yuan(20), refund.CustomerAmount);
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task A_customer_sees_the_merchant_on_the_pages_and_on_the_statement()
    {
        var noodles = await Partner.Client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "Noodle Bar" },
            Key("noodles")
        );
        var asked = await AskAsync(Order(20) with { SubMerchantId = noodles.Id });
        Assert.Equal(noodles.Id, Assert.Single(asked.Splits!).SubMerchantId);

        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        Assert.Contains("Noodle Bar asks you to pay ¥20.00", Text());
        await ToConfirmAsync(asked);
        // Closed meanwhile: what the customer was asked for is still paid.
        await Partner.Client.SubMerchants.CloseAsync(noodles.Id);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Captured);

        var paid = await Payments.GetAsync(asked.Id);
        Assert.Equal(Money.Yuan(20), Assert.Single(paid.Splits!).CapturedAmount);
        await Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = paid.Id, Amount = Money.Yuan(5) },
            Key("refund")
        );
        await Browser.GoAsync(Own());
        await FollowAsync("Type II e-account");
        Assert.Contains("Refund +¥5.00 Noodle Bar", Text());
        Assert.Contains("Payment −¥20.00 Noodle Bar · One month of films", Text());
    }

    [Fact]
    public async Task What_a_customer_confirmed_is_not_among_what_they_were_not_asked_about()
    {
        await Partner.PayAsync(Customer, "without-asking", Money.Yuan(1));
        var asked = await AskAsync(Order(20));
        await ToConfirmAsync(asked);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Captured);
        var held = await Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "held",
                Amount = Money.Yuan(2),
                AgreementId = Customer.AgreementId,
                CaptureMethod = CaptureMethod.Manual,
            },
            Key("held")
        );
        await Payments.CancelAsync(held.Id, Key("cancel"));
        await Partner.TopUpAsync(Customer, Money.Yuan(4), "top-up-2");

        await Browser.GoAsync(Own("/payments"));

        Assert.Equal(
            ["Held, then released ¥2.00", "Paid ¥1.00"],
            Browser
                .Page.QuerySelectorAll(".lines > li > span:first-child")
                .Select(line => line.TextContent.Trim())
        );
    }

    [Fact]
    public async Task A_coupon_is_shown_with_who_pays_it_and_is_for_its_own_customer()
    {
        var coupon = await Partner.Client.Coupons.ListAsync(Customer.CustomerId).FirstAsync();
        var asked = await AskAsync(Order(20) with { CouponId = coupon.Id });
        Assert.Equal((Money.Yuan(5), Money.Yuan(15)), (asked.DiscountAmount, asked.CustomerAmount));
        Assert.Equal(Customer.CustomerId, asked.CustomerId);

        _ = await Partner.LinkAsync(1);
        using var other = new Browser();
        await ToConfirmAsync(asked, other, (await Partner.PersonsAsync())[1]);
        Assert.Contains("meant for another customer", Text(other));
        await other.SubmitAsync("SignOut");
        Assert.EndsWith("/my/sign-in", other.Address.AbsolutePath);

        await ToConfirmAsync(asked);
        Assert.Equal(
            ["Test App", "order-1", "−¥5.00", "¥15.00"],
            Browser.Page.QuerySelectorAll("dd").Select(shown => shown.TextContent)
        );
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Captured);
        Assert.Equal(Money.Yuan(85), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task A_customer_who_says_no_pays_nothing_and_the_order_can_be_tried_again()
    {
        var coupon = await Partner.Client.Coupons.ListAsync(Customer.CustomerId).FirstAsync();
        var asked = await AskAsync(Order(20) with { CouponId = coupon.Id });
        await ToConfirmAsync(asked);

        await Browser.SubmitAsync("Decline");

        AssertBack(Browser, asked, PaymentStatus.Canceled);
        var canceled = await Payments.GetAsync(asked.Id);
        Assert.Equal(
            (PaymentStatus.Canceled, DeclineCodes.CustomerDeclined),
            (canceled.Status, canceled.DeclineCode)
        );
        Assert.Equal((Money.Cny(0), Money.Cny(0)), (canceled.CustomerAmount, canceled.DiscountAmount));
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        Assert.Contains("You chose not to pay", Text());
        var again = await Payments.CreateAsync(
            Order(20),
            IdempotencyKey.FromOrder("order-1", "payment", attempt: 2)
        );
        Assert.Equal(PaymentStatus.RequiresAction, again.Status);
    }

    [Fact]
    public async Task Money_that_is_to_be_held_is_held_and_captured_later()
    {
        var asked = await AskAsync(Order(50) with { CaptureMethod = CaptureMethod.Manual });
        await ToConfirmAsync(asked);
        Assert.Contains("The money is held first", Text());
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Authorized);

        var paid = await Payments.CaptureAsync(
            asked.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(12) },
            Key("capture")
        );

        Assert.Equal((PaymentStatus.Captured, Money.Yuan(12)), (paid.Status, paid.CapturedAmount));
        Assert.Equal(Money.Yuan(88), await Partner.BalanceAsync(Customer));
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        Assert.Equal("¥12.00", Browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Contains("Paid.", Text());
        Assert.DoesNotContain("The money is held first", Text());
    }

    [Fact]
    public async Task Money_that_was_held_and_came_back_is_said_to_be_back()
    {
        var asked = await AskAsync(Order(50) with { CaptureMethod = CaptureMethod.Manual });
        await ToConfirmAsync(asked);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        Assert.Contains("The money is held.", Text());

        await Payments.CancelAsync(asked.Id, Key("cancel"));

        await Browser.GoAsync(new Uri(asked.NextAction.ConfirmationUrl));
        Assert.Contains("The money was held and is back on your account.", Text());
        Assert.DoesNotContain("The money is held first", Text());
        Assert.Null(Browser.Page.QuerySelector(".done"));
    }

    [Fact]
    public async Task It_is_paid_from_the_account_that_was_chosen_and_from_no_other()
    {
        var asked = await AskAsync(20);
        await ToConfirmAsync(asked);

        // As if it had been closed in another window: it is not offered any more.
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Account", "acct_closed"));

        Assert.Contains("The account you chose is not there any more", Text());
        Assert.Equal(PaymentStatus.RequiresAction, (await Payments.GetAsync(asked.Id)).Status);
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task Above_a_thousand_yuan_a_code_is_asked_whose_message_names_payee_and_amount()
    {
        await Partner.TopUpAsync(Customer, Money.Yuan(1_500), "top-up-2");
        var asked = await AskAsync(1_200);
        await ToConfirmAsync(asked);
        Assert.Null(Browser.Page.QuerySelector("input[name=Pin]"));

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.SubmitAsync("Code");
        var (code, message) = await PaymentCodeAsync();
        Assert.Contains("to pay ¥1,200.00 to Test App", message);
        await Browser.SubmitAsync("Code");
        Assert.Contains("A code was sent to this number a moment ago", Text());
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Code", code == "000000" ? "000001" : "000000"));
        Assert.Contains("not the code", Text(), StringComparison.OrdinalIgnoreCase);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Code", code));

        AssertBack(Browser, asked, PaymentStatus.Captured);
        Assert.Equal(Money.Yuan(400), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task An_account_that_cannot_pay_is_told_in_plain_words_with_a_way_on()
    {
        var asked = await AskAsync(100.01m);
        await ToConfirmAsync(asked);

        Assert.Contains("not enough", Text());
        Assert.Contains("Bring money to it", Text());
        Assert.Null(Browser.Page.QuerySelector("input[name=Pin]"));
        await Partner.TopUpAsync(Customer, Money.Yuan(1), "top-up-2");
        await Browser.GoAsync(Browser.Address);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Captured);
    }

    [Fact]
    public async Task What_was_changed_in_the_form_or_taken_back_meanwhile_is_not_paid()
    {
        var asked = await AskAsync(20);
        await ToConfirmAsync(asked);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Digest", new string('0', 64)));
        Assert.Contains("not what would be paid", Text());

        var canceled = await Payments.CancelAsync(asked.Id, Key("cancel"));
        Assert.Equal((PaymentStatus.Canceled, null), (canceled.Status, canceled.DeclineCode));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        Assert.EndsWith($"/pay/{asked.Id}", Browser.Address.AbsolutePath);
        Assert.Contains("was taken back", Text());
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task Two_browsers_and_the_partner_at_once_come_to_one_end()
    {
        using var second = new Browser();
        var asked = await AskAsync(20);
        await ToConfirmAsync(asked);
        await ToConfirmAsync(asked, second);

        var cancel = Payments.CancelAsync(asked.Id, Key("cancel"));
        await Task.WhenAll(
            Browser.SubmitAsync(("Pin", TestPartner.Pin)),
            second.SubmitAsync(("Pin", TestPartner.Pin)),
            cancel.ContinueWith(_ => { }, TaskScheduler.Default)
        );

        var ended = await Payments.GetAsync(asked.Id);
        Assert.Equal(
            cancel.IsCompletedSuccessfully ? PaymentStatus.Canceled : PaymentStatus.Captured,
            ended.Status
        );
        Assert.Equal(
            cancel.IsCompletedSuccessfully ? Money.Yuan(100) : Money.Yuan(80),
            await Partner.BalanceAsync(Customer)
        );
    }
}
