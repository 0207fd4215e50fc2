using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Confirmations;

public class OrderRulesTests
{
    private static readonly OrderKey order = new(Rows.App.Id, "order-1");

    private readonly MemoryBank bank = new();

    [Fact]
    public void An_order_that_was_never_used_is_closed_with_no_payment()
    {
        var closed = bank.Run(Close(default)).Accepted;

        Assert.Equal(
            (0, default, true, Rows.Noon),
            (closed.Attempts, closed.LastPaymentId, closed.Paid, closed.ClosedAt)
        );
        Assert.Equal(closed, bank.Run(Close(default) with { Now = Rows.Noon.AddDays(1) }).Accepted);
    }

    [Fact]
    public void One_that_another_payment_was_tried_for_meanwhile_is_read_again()
    {
        bank.Put(
            PaymentTables.Orders,
            new OrderRow
            {
                AppId = order.AppId,
                OrderNo = order.OrderNo,
                Attempts = 1,
                LastPaymentId = Rows.Payment.Id,
                Paid = false,
            }
        );

        Assert.Equal(OrderRules.Changed, bank.Run(Close(default)).Rejected.Code);
        Assert.Equal(Rows.Noon, bank.Run(Close(Rows.Payment.Id)).Accepted.ClosedAt);
    }

    /// <summary>It was asked for a moment later, and decided first.</summary>
    [Fact]
    public void One_is_not_closed_before_the_payment_that_it_shows()
    {
        var paid = Rows.Payment with { CreatedAt = Rows.Noon.AddMilliseconds(3) };
        bank.Put(PaymentTables.Payments, paid);
        bank.Put(
            PaymentTables.Orders,
            new OrderRow
            {
                AppId = order.AppId,
                OrderNo = order.OrderNo,
                Attempts = 1,
                LastPaymentId = paid.Id,
                Paid = true,
            }
        );

        Assert.Equal(paid.CreatedAt, bank.Run(Close(paid.Id)).Accepted.ClosedAt);
    }

    [Fact]
    public void Servers_that_know_of_no_closing_see_it_as_paid_whatever_becomes_of_its_payment()
    {
        var closed = bank.Run(Close(default)).Accepted;

        Assert.True(closed.Free().Paid);
        Assert.False((closed with { ClosedAt = null }).Free().Paid);
    }

    private static CloseOrder Close(Id<PaymentRow> last) => new(Rows.World, Rows.Noon, order, last);
}
