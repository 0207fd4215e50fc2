using System.Text.Json;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>The sample shop's page says in its user's words what went wrong, and never pays an order twice.</summary>
public sealed class VideoShopTests : VideoShop
{
    [Fact]
    public async Task A_purchase_that_the_bank_never_saw_is_closed_before_another_is_paid()
    {
        await LinkAsync();
        await PressAsync("TopUp");

        Assert.Contains("never done twice", await PressAsync("Buy", ProblemCodes.InternalError, times: 2));
        var unknown = Assert.Single(Orders());
        await PressAsync("Buy");
        await ShowsAsync("You are in.");

        var late = await Assert.ThrowsAsync<OpenBankingException>(() =>
            Bank.Client.Payments.CreateAsync(
                new() { OrderNo = unknown, Amount = Money.Yuan(19.90m) },
                IdempotencyKey.FromOrder(unknown, "late")
            )
        );
        Assert.Equal(ProblemCodes.OrderClosed, late.Code);
    }

    [Fact]
    public async Task A_purchase_whose_answer_was_lost_is_paid_once_however_often_it_is_pressed()
    {
        await LinkAsync();
        await PressAsync("TopUp");
        Way.LosesAnswersTo = "POST /v1/payments";

        Assert.Contains("never done twice", await PressAsync("Buy"));
        await ShowsAsync("You are in.");
        Way.LosesAnswersTo = null;
        Assert.Contains("id=\"balance\">¥80.10", await PressAsync("Buy"));
        Assert.Contains("id=\"balance\">¥80.10", await PressAsync("PayOnce"));

        Assert.Single(Orders());
    }

    [Fact]
    public async Task A_payment_that_was_confirmed_since_the_answer_that_was_lost_is_not_to_be_confirmed_again()
    {
        await LinkAsync();
        await PressAsync("TopUp");
        var customer = await Bank.LinkCustomerAsync(MagicPersons.All[0].Person);
        // The bank knows one address of this app.
        Way.Change = body =>
            body.Replace("/orders/confirmed", Callback.AbsolutePath, StringComparison.Ordinal);
        Way.LosesAnswersTo = "POST /v1/payments";
        Way.WhenLost = async answer =>
        {
            Way.LosesAnswersTo = null;
            var waiting = JsonSerializer.Deserialize(answer, ResponseJson.Default.Payment)!;
            Assert.Equal(PaymentStatus.RequiresAction, waiting.Status);
            await Bank.Customers.ConfirmPaymentAsync(customer, waiting);
        };

        Assert.Contains("Your e-account", await PressAsync("PayOnce"));

        await ShowsAsync("You are in.");
        Assert.Single(Orders());
    }

    [Fact]
    public async Task Two_presses_at_once_pay_once()
    {
        await LinkAsync();
        await PressAsync("TopUp");
        await PressAsync("Buy", ProblemCodes.InternalError, times: 2);
        Way.Delay = TimeSpan.FromMilliseconds(200);

        await Task.WhenAll(PressAsync("Buy"), PressAsync("Buy"), PressAsync("Buy"));

        await ShowsAsync("You are in.");
        Assert.Contains("id=\"balance\">¥80.10", await PageAsync("/"));
    }

    [Fact]
    public async Task A_top_up_that_the_bank_never_saw_is_made_once()
    {
        await LinkAsync();

        Assert.Contains("never done twice", await PressAsync("TopUp", ProblemCodes.InternalError, times: 2));

        Assert.Contains("id=\"balance\">¥100.00", await PressAsync("TopUp"));
        Assert.Contains("id=\"balance\">¥200.00", await PressAsync("TopUp"));
    }

    [Fact]
    public async Task A_top_up_whose_answer_was_lost_is_made_once_whatever_is_pressed_and_answered_meanwhile()
    {
        await LinkAsync();
        Way.LosesAnswersTo = "POST /v1/top-ups";
        Assert.Contains("never done twice", await PressAsync("TopUp"));
        Way.LosesAnswersTo = null;

        Way.BusyFor = "POST /v1/top-ups";
        Assert.Contains("cannot be reached", await PressAsync("TopUp"));
        Way.BusyFor = null;
        Assert.Contains("5.00 off", await PressAsync("Voucher"));

        Assert.Contains("id=\"balance\">¥100.00", await PressAsync("TopUp"));
    }

    [Fact]
    public async Task A_top_up_whose_end_is_not_seen_is_said_to_be_on_its_way()
    {
        await LinkAsync();
        Way.BusyFor = "GET /v1/top-ups";

        Assert.Contains("on its way", await PressAsync("TopUp"));
    }

    [Fact]
    public async Task What_was_given_back_is_said_with_the_voucher_only_if_there_was_one()
    {
        await LinkAsync();
        await PressAsync("TopUp");
        await PressAsync("Buy");
        await ShowsAsync("You are in.");
        Assert.Contains("Your money is back.", await PressAsync("Refund"));

        await PressAsync("Voucher");
        await PressAsync("Buy");
        await ShowsAsync("You are in.");
        Assert.Contains("Your money and your voucher are back.", await PressAsync("Refund"));
    }

    [Fact]
    public async Task A_refund_that_the_shop_has_no_money_for_is_not_told_as_a_bank_that_is_away()
    {
        await LinkAsync();
        await PressAsync("TopUp");
        await PressAsync("Buy");
        await ShowsAsync("You are in.");

        var page = await PressAsync("Refund", ProblemCodes.InsufficientPartnerBalance);

        Assert.Contains("We are looking into it.", page);
        Assert.Contains("Your money is back.", await PressAsync("Refund"));
    }

    [Fact]
    public async Task A_payment_that_is_too_risky_is_declined_without_a_page_of_the_bank()
    {
        // The bank knows one address of this app.
        Way.Change = body =>
            body.Replace("1990", $"{MagicAmounts.RiskDeclined.Amount}", StringComparison.Ordinal)
                .Replace("/orders/confirmed", Callback.AbsolutePath, StringComparison.Ordinal);

        Assert.Contains("The bank declined this payment", await PressAsync("PayOnce"));
        await SaysAsync(@"\(decline code risk_declined\)");
    }

    [Fact]
    public async Task What_is_unknown_is_asked_again_with_the_same_key_and_done_once()
    {
        await LinkAsync();
        Assert.Contains("id=\"balance\">¥100.00", await PressAsync("TopUp", ProblemCodes.InternalError));
        await SaysAsync("Asking the bank again");

        // Without a voucher nothing is read before the payment.
        await PressAsync("Buy", ProblemCodes.InternalError);
        await ShowsAsync("You are in.");
        Assert.Contains("id=\"balance\">¥80.10", await PageAsync("/"));
        Assert.Single(Orders());

        await PressAsync("Refund", ProblemCodes.InternalError);
        Assert.Contains("id=\"balance\">¥100.00", await PageAsync("/"));
    }

    [Fact]
    public async Task Staff_find_in_the_log_which_limit_declined_and_what_is_left_of_it()
    {
        await LinkAsync();
        Way.Change = body => body.Replace(":1990", ":20001", StringComparison.Ordinal);

        var page = await PressAsync("Buy");
        Assert.Contains("A limit is reached", page);
        Assert.DoesNotContain("agreement_per_payment", page);
        await SaysAsync(
            "Order video-.* was declined: .*200\\.00 CNY at the most.*decline code agreement_per_payment_limit_exceeded"
        );

        Way.BusyFor = "GET /v1/agreements";
        Assert.Contains("A limit is reached", await PressAsync("Buy"));
        await SaysAsync(@"was declined: agreement_per_payment_limit_exceeded \(");
    }

    [Fact]
    public async Task Members_see_what_is_left_of_their_limits()
    {
        await LinkAsync();
        Assert.Contains("id=\"left-here\">¥500.00 of ¥500.00", await PressAsync("TopUp"));
        await PressAsync("Buy");
        await ShowsAsync("You are in.");

        var page = await PageAsync("/");
        Assert.Contains("id=\"left-here\">¥480.10 of ¥500.00", page);
        Assert.Contains("id=\"left-month\">¥980.10 of ¥1000.00", page);
        Assert.Contains("id=\"left-today\">¥9980.10 of ¥10000.00", page);
    }

    [Fact]
    public async Task Whoever_links_as_another_person_has_not_the_first_ones_voucher()
    {
        await LinkAsync();
        Assert.Contains("5.00 off", await PressAsync("Voucher"));

        await LinkAsync(MagicPersons.All[1].Person);

        var page = await PageAsync("/");
        Assert.Contains("Get the bank's voucher", page);
        Assert.DoesNotContain("class=\"notice\"", page);
    }

    [Fact]
    public async Task A_decline_is_told_in_both_languages_and_without_codes()
    {
        await LinkAsync();

        var page = await PressAsync("Buy");

        Assert.Contains("Your balance is too low", page);
        Assert.Contains("余额不足", page);
        Assert.DoesNotContain("insufficient_funds", page);
    }

    [Fact]
    public async Task A_consent_that_ended_leads_to_the_link()
    {
        await LinkAsync();
        await foreach (var consent in Bank.Client.Consents.ListAsync())
        {
            await Bank.Client.Consents.RevokeAsync(consent.Id);
        }

        var page = await PressAsync("Buy");

        Assert.Contains("Link it again", page);
        Assert.Contains("/openbanking/link", page);
    }

    [Fact]
    public async Task A_bank_that_is_down_is_said_to_be_so_on_every_way_in()
    {
        await LinkAsync();
        await Bank.DisposeAsync();

        Assert.Contains("cannot be reached", await PageAsync("/"));
        // What is between the two does not say whether the bank had the payment before it went.
        Assert.Contains("never done twice", await PressAsync("Buy"));
        Assert.Contains("cannot be reached", await PressAsync("PayOnce"));
        Assert.Contains("cannot be reached", await PageAsync("/openbanking/link"));
        Assert.Contains("cannot be reached", await PageAsync("/orders/confirmed?payment_id=pay_1"));
    }

    [Fact]
    public async Task An_address_that_somebody_typed_is_answered_with_the_page_and_not_shown_on_it()
    {
        foreach (var query in new[] { "", "?payment_id=", "?payment_id=pay_1", "?payment_id=.." })
        {
            Assert.Contains("This order is not yours.", await PageAsync($"/orders/confirmed{query}"));
        }

        Assert.Contains("was not linked", await PageAsync("/openbanking/callback?error=access_denied"));
        Assert.DoesNotContain("your PIN", await PageAsync("/?notice=Tell%20us%20your%20PIN"));
    }
}
