using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>What the sample shop does beside selling: it renews memberships, takes in what it missed, shows its owner what was
/// paid out, and lets members go.</summary>
public sealed class VideoMembersTests : VideoShop
{
    /// <summary>The bank sends a number one code in ten seconds.</summary>
    private static readonly TimeSpan pauseOfCodes = TimeSpan.FromSeconds(10.5);

    [Fact]
    public async Task A_month_that_is_over_is_renewed_under_the_agreement_and_charged_once_however_often_it_is_run()
    {
        await BuyAsync();
        Assert.Contains("id=\"until\"", await PageAsync("/"));
        Assert.Equal((0, 0, 0), await RenewAsync(days: 20));

        Way.LosesAnswersTo = "POST /v1/payments";
        Assert.Equal((0, 0, 1), await RenewAsync(days: 40));
        Way.LosesAnswersTo = null;
        await RenewAsync(days: 40);
        await ShowsAsync("You are in.");
        Assert.Equal((0, 0, 0), await RenewAsync(days: 40));

        Assert.Contains("id=\"balance\">¥60.20", await PageAsync("/"));
        Assert.Equal(2, Orders().Count);
    }

    [Fact]
    public async Task Nobody_is_charged_who_has_ended_the_agreement()
    {
        await BuyAsync();
        await EndConsentsAsync();

        Assert.Equal((0, 1, 0), await RenewAsync(days: 40));

        Assert.Contains("Your month is over", await PageAsync("/"));
        Assert.Single(Orders());
    }

    [Fact]
    public async Task A_renewal_of_which_nobody_knows_whether_it_was_paid_is_settled_before_the_membership_ends()
    {
        await BuyAsync();
        // No webhook tells of it.
        await Bank.Client.WebhookEndpoints.DeleteAsync(EndpointId);
        Way.LosesAnswersTo = "POST /v1/payments";
        Assert.Equal((0, 0, 1), await RenewAsync(days: 40));
        Way.LosesAnswersTo = null;
        await EndConsentsAsync();

        Assert.Equal((1, 0, 0), await RenewAsync(days: 40));

        // It was: so there is nothing to buy.
        await PressAsync("PayOnce");
        Assert.Equal(2, Orders().Count);
    }

    [Fact]
    public async Task A_renewal_that_the_bank_never_saw_is_closed_before_the_membership_ends()
    {
        await BuyAsync();
        Way.BusyFor = "POST /v1/payments";
        Assert.Equal((0, 0, 1), await RenewAsync(days: 40));
        Way.BusyFor = null;
        await EndConsentsAsync();

        Assert.Equal((0, 1, 0), await RenewAsync(days: 40));

        Assert.Contains("Your month is over", await PageAsync("/"));
        Assert.Equal(2, Orders().Count);
        var renewal = await Bank.Client.Orders.GetAsync(Orders().MaxBy(order => order.Length)!);
        Assert.NotNull(renewal.ClosedAt);
    }

    [Fact]
    public async Task A_renewal_that_is_declined_ends_the_membership_and_the_log_says_why()
    {
        await BuyAsync();
        Way.Change = body => body.Replace(":1990", ":10001", StringComparison.Ordinal);

        Assert.Equal((0, 1, 0), await RenewAsync(days: 40));

        Assert.Contains("Your month is over", await PageAsync("/"));
        await SaysAsync(@"\(decline code insufficient_funds\)");
    }

    [Fact]
    public async Task A_month_that_was_paid_once_is_not_renewed()
    {
        await LinkAsync();
        await PressAsync("PayOnce");
        await DeliverAsync(EventTypes.PaymentCaptured, Assert.Single(Orders()));

        var page = await PageAsync("/");
        Assert.Contains("You are in.", page);
        Assert.DoesNotContain("id=\"until\"", page);
        Assert.Equal((0, 0, 0), await RenewAsync(days: 40));
    }

    [Theory]
    [InlineData("Origin", "https://elsewhere.example")]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    public async Task Renewals_are_run_by_programs_of_this_machine_alone(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "/renewals"));
        request.Headers.Add(header, value);

        using var answer = await Browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_happened_while_the_shop_was_away_is_taken_in_when_it_starts()
    {
        await BuyAsync();
        await StopShopAsync();
        // No webhook tells of it later.
        await Bank.Client.WebhookEndpoints.DeleteAsync(EndpointId);
        await Bank.Webhooks.SubscribeAsync(EventTypes.PaymentRefunded);
        var payment = await Bank.Client.Orders.GetAsync(Assert.Single(Orders()));
        await Bank.Client.Refunds.CreateAsync(
            new() { PaymentId = payment.LastPayment!.Id },
            IdempotencyKey.FromOrder("by-staff", "refund")
        );
        await Bank.Webhooks.WaitForAsync(EventTypes.PaymentRefunded);

        await StartShopAsync();

        await ShowsAsync("Buy for ¥19.90");
    }

    [Fact]
    public async Task The_owner_sees_what_was_paid_out_and_what_the_bank_took_for_it()
    {
        Assert.Contains("Nothing yet", await PageAsync("/settlement"));
        await Bank.SetFeesAsync(60);
        await Bank.Webhooks.SubscribeAsync(EventTypes.PayoutSucceeded);
        await BuyAsync();

        await Bank.Clock.AdvanceAsync(TimeSpan.FromDays(2));
        await Bank.Webhooks.WaitForAsync(EventTypes.PayoutSucceeded);

        var page = await PageAsync("/settlement");
        Assert.Contains("· 19.78 CNY · succeeded", page);
        Assert.Contains("<dd>19.90 CNY</dd>", page);
        Assert.Contains("<dd>0.12 CNY</dd>", page);
    }

    [Fact]
    public async Task Whoever_takes_the_account_out_of_the_app_has_ended_the_consent_at_the_bank()
    {
        await LinkAsync();

        var page = await PressAsync("Unlink");

        Assert.Contains("nothing is charged to it any more", page);
        Assert.Contains("/openbanking/link", page);
        var consent = await Bank.Client.Consents.ListAsync().SingleAsync();
        Assert.Equal(ConsentStatus.Revoked, consent.Status);
        Assert.Equal((0, 0, 0), await RenewAsync(days: 40));
    }

    [Fact]
    public async Task A_new_link_takes_the_place_of_the_one_before_and_taking_the_account_out_ends_all()
    {
        await BuyAsync();
        await Task.Delay(pauseOfCodes);
        await LinkAsync();

        Assert.Equal([ConsentStatus.Revoked, ConsentStatus.Authorized], await ConsentsAsync());
        Assert.Equal((1, 0, 0), await RenewAsync(days: 40));
        await PressAsync("Unlink");
        Assert.Equal([ConsentStatus.Revoked, ConsentStatus.Revoked], await ConsentsAsync());
        Assert.Equal((0, 1, 0), await RenewAsync(days: 80));
    }

    [Fact]
    public async Task What_a_link_before_had_given_is_not_charged_once_another_person_is_linked()
    {
        await BuyAsync();
        Way.BusyFor = "POST /v1/consents";
        await LinkAsync(MagicPersons.All[1].Person);
        Way.BusyFor = null;

        Assert.Contains("nothing is charged to it any more", await PressAsync("Unlink"));

        Assert.Equal([ConsentStatus.Revoked, ConsentStatus.Revoked], await ConsentsAsync());
        Assert.Equal((0, 1, 0), await RenewAsync(days: 40));
    }

    private Task<List<ConsentStatus>> ConsentsAsync() =>
        Bank.Client.Consents.ListAsync().Select(consent => consent.Status).ToListAsync().AsTask();

    /// <summary>What the customer does at the bank.</summary>
    private async Task EndConsentsAsync()
    {
        await foreach (var consent in Bank.Client.Consents.ListAsync())
        {
            await Bank.Client.Consents.RevokeAsync(consent.Id);
        }
    }

    private async Task BuyAsync()
    {
        await LinkAsync();
        await PressAsync("TopUp");
        await PressAsync("Buy");
        await ShowsAsync("You are in.");
    }

    /// <summary>Delivers an event as the bank does.</summary>
    private async Task DeliverAsync(string type, string orderNo)
    {
        var body = Encoding.UTF8.GetBytes(
            $$"""
            {"id":"evt_1","type":"{{type}}","created_at":"{{DateTimeOffset.UtcNow:O}}","api_version":"v1","sequence":1,
            "data":{"status":"captured","payment_id":"pay_1","order_no":"{{orderNo}}"} }
            """
        );
        var headers = new WebhookSigner(EndpointSecret).Sign("evt_1", DateTimeOffset.UtcNow, body);
        using var delivery = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(Address, "/openbanking/webhooks")
        )
        {
            Content = new ByteArrayContent(body),
        };
        delivery.Headers.Add(WebhookHeaders.IdName, headers.Id);
        delivery.Headers.Add(WebhookHeaders.TimestampName, headers.Timestamp);
        delivery.Headers.Add(WebhookHeaders.SignatureName, headers.Signature);
        using var answer = await Browser.SendAsync(delivery);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    /// <summary>Runs the renewals as the scheduler would on a later day.</summary>
    private async Task<(int Renewed, int Lapsed, int Open)> RenewAsync(int days)
    {
        var day = Uri.EscapeDataString($"{TimeProvider.System.GetUtcNow().AddDays(days):O}");
        using var answer = await Browser.PostAsync(new Uri(Address, $"/renewals?at={day}"), content: null);
        var run = await answer.Content.ReadFromJsonAsync<JsonObject>();
        return (
            run!["renewed"]!.GetValue<int>(),
            run["lapsed"]!.GetValue<int>(),
            run["open"]!.GetValue<int>()
        );
    }
}
