using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Confirmations;

/// <summary>Closes an order number: whatever arrives for it later is refused.</summary>
/// <param name="LastPaymentId">As it was read before the batch; of nothing when no payment was tried.</param>
public sealed record CloseOrder(World World, DateTimeOffset Now, OrderKey Order, Id<PaymentRow> LastPaymentId)
    : Command<OrderRow>(World, Now)
{
    public override Guid Lane => Order.AppId.Value;

    public override Actor Actor => Actor.App(Order.AppId);

    public override Subject Subject => Subject.Of(LastPaymentId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PaymentTables.Orders, Order);
        keys.Want(ConfirmationTables.Confirmations, new(LastPaymentId));
        keys.Want(PaymentTables.Payments, LastPaymentId);
    }

    public override Decision<OrderRow> Decide(Book book) => OrderRules.Close(this, book);
}

/// <summary>How an order number ends.</summary>
public static class OrderRules
{
    /// <summary>Another payment was tried meanwhile: read it, and try again.</summary>
    public const string Changed = "order_changed";

    /// <summary>Refuses: another payment was tried meanwhile. What waits for its customer is taken back; what is held or captured
    /// stays so. Closing twice is closing once.</summary>
    public static Decision<OrderRow> Close(CloseOrder command, Book book)
    {
        if (book.Find(PaymentTables.Orders, command.Order) is not { } order)
        {
            return Decision.Accept(book.Insert(PaymentTables.Orders, Unused(command)));
        }

        if (order.ClosedAt is not null)
        {
            return Decision.Accept(order);
        }

        if (order.LastPaymentId != command.LastPaymentId)
        {
            return Decision.Reject(Changed);
        }

        // Not before a payment that was asked for later and decided first.
        var last = book.Find(PaymentTables.Payments, order.LastPaymentId)?.CreatedAt;
        order = book.Update(
            PaymentTables.Orders,
            order with
            {
                Paid = true,
                ClosedAt = last > command.Now ? last : command.Now,
            }
        );
        if (
            book.Find(ConfirmationTables.Confirmations, new(order.LastPaymentId)) is
            { State: ConfirmationState.Waiting } waiting
        )
        {
            ConfirmationRules.End(book, waiting, ConfirmationState.Canceled, declineCode: null);
        }

        return Decision.Accept(book.Get(PaymentTables.Orders, command.Order));
    }

    private static OrderRow Unused(CloseOrder command) =>
        new()
        {
            AppId = command.Order.AppId,
            OrderNo = command.Order.OrderNo,
            Attempts = 0,
            LastPaymentId = default,
            Paid = true,
            ClosedAt = command.Now,
        };
}
