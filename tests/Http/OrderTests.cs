using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Order numbers that their partner closes, against the real server: 100.00 are on the account.</summary>
public sealed class OrderTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    [Fact]
    public async Task A_till_shows_a_picture_and_takes_nothing_once_the_customer_has_gone()
    {
        var picture = "";
        var closed = await SellForOthers.ChargeAtTillAsync(
            Partner.Client,
            "till-1",
            shown =>
            {
                picture = shown;
                return Task.CompletedTask;
            }
        );

        Assert.StartsWith("<svg", picture);
        Assert.Equal(PaymentStatus.Canceled, closed.LastPayment!.Status);
        Assert.Equal(ProblemCodes.OrderClosed, await RefusalAsync("till-1", Customer.AgreementId));
    }

    [Fact]
    public async Task Whatever_arrives_for_an_order_after_it_was_closed_is_refused_and_what_came_before_is_shown()
    {
        var before = await Partner.PayAsync(Customer, "order-1", Money.Yuan(10));

        var unused = await Partner.Client.Orders.CloseAsync("order-2");
        var paid = await Partner.Client.Orders.CloseAsync("order-1");

        Assert.Null(unused.LastPayment);
        Assert.Equal((before.Id, PaymentStatus.Captured), (paid.LastPayment!.Id, paid.LastPayment.Status));
        Assert.Equal(unused.ClosedAt, (await Partner.Client.Orders.CloseAsync("order-2")).ClosedAt);
        Assert.Equal(paid.ClosedAt, (await Partner.Client.Orders.GetAsync("order-1")).ClosedAt);
        var readAgain = await Partner.Client.Orders.GetAsync("order-2");
        Assert.Equal(
            (0, null, unused.ClosedAt),
            (readAgain.Attempts, readAgain.LastPayment, readAgain.ClosedAt)
        );
        Assert.Equal(
            ProblemCodes.NotFound,
            (
                await Assert.ThrowsAsync<OpenBankingException>(() =>
                    Partner.Client.Orders.GetAsync("order-3")
                )
            ).Code
        );
        Assert.Equal(ProblemCodes.OrderClosed, await RefusalAsync("order-2", Customer.AgreementId));
        Assert.Equal(ProblemCodes.OrderClosed, await RefusalAsync("order-2", agreementId: null));
        Assert.Equal(before.Id, (await Partner.PayAsync(Customer, "order-1", Money.Yuan(10))).Id);
        var other = await Partner.NewAppAsync();
        Assert.Equal(
            PaymentStatus.RequiresAction,
            (await other.Client.Payments.CreateAsync(Request("order-2", null), Key("order-2", 1))).Status
        );
        Assert.Equal(Money.Yuan(90), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task What_waits_for_its_customer_is_canceled_and_what_is_held_stays_held()
    {
        var waiting = await Partner.Client.Payments.CreateAsync(Request("order-1", null), Key("order-1", 1));
        var held = await Partner.Client.Payments.CreateAsync(
            Request("order-2", Customer.AgreementId) with
            {
                CaptureMethod = CaptureMethod.Manual,
            },
            Key("order-2", 1)
        );

        var closed = await Partner.Client.Orders.CloseAsync("order-1");
        await Partner.Client.Orders.CloseAsync("order-2");

        Assert.Equal(PaymentStatus.Canceled, closed.LastPayment!.Status);
        Assert.Equal(waiting.Id, closed.LastPayment.Id);
        var freed = await Partner.Client.Payments.CancelAsync(
            held.Id,
            IdempotencyKey.FromOrder("order-2", "cancel")
        );
        Assert.Equal(PaymentStatus.Canceled, freed.Status);
        Assert.Equal(ProblemCodes.OrderClosed, await RefusalAsync("order-1", Customer.AgreementId));
        Assert.Equal(ProblemCodes.OrderClosed, await RefusalAsync("order-2", Customer.AgreementId));
    }

    [Fact]
    public async Task Of_a_payment_and_its_closing_at_once_one_is_first_and_both_say_which()
    {
        for (var number = 1; number <= 10; number++)
        {
            var orderNo = $"order-{number}";
            var paying = RefusalAsync(orderNo, Customer.AgreementId);
            var closed = await Partner.Client.Orders.CloseAsync(orderNo);

            Assert.Equal(await paying == ProblemCodes.OrderClosed, closed.LastPayment is null);
        }
    }

    [Fact]
    public async Task Only_an_order_number_can_be_closed()
    {
        var answer = await Client.CallAsync(HttpMethod.Post, "/v1/orders/a%20b/close", Token);

        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
    }

    private async Task<string?> RefusalAsync(string orderNo, string? agreementId)
    {
        try
        {
            await Partner.Client.Payments.CreateAsync(Request(orderNo, agreementId), Key(orderNo, 2));
            return null;
        }
        catch (OpenBankingException refusal)
        {
            return refusal.Code;
        }
    }

    private static CreatePaymentRequest Request(string orderNo, string? agreementId) =>
        new()
        {
            OrderNo = orderNo,
            Amount = Money.Yuan(1),
            AgreementId = agreementId,
        };

    private static IdempotencyKey Key(string orderNo, int attempt) =>
        IdempotencyKey.FromOrder(orderNo, "payment", attempt);
}
