using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;

namespace OpenBanking.Server.Payments;

/// <summary>What the bank takes of a payment when its money is captured, and gives back with refunds.</summary>
public static class PaymentFeeRules
{
    public static void Want(IKeySet keys, Id<FeeRuleRow>? rule)
    {
        if (rule is { } id)
        {
            keys.Want(FeeTables.Rules, id);
        }
    }

    /// <summary>The payment with the fee of what was captured of it in all; as it is when it costs none.</summary>
    internal static PaymentRow WithFee(Book book, PaymentRow payment, long captured) =>
        payment.FeeRuleId is { } rule
            ? payment with
            {
                Fee = FeeRules.FeeOf(book.Get(FeeTables.Rules, rule), captured),
            }
            : payment;

    /// <summary>How much of the fee is given back once so much of the payment is refunded in all; null when it costs
    /// none.</summary>
    public static long? GivenBack(Book book, PaymentRow payment, long refunded) =>
        payment is { FeeRuleId: { } rule, Fee: { } fee }
            ? FeeRules.GivenBack(book.Get(FeeTables.Rules, rule), fee, refunded, payment.Amount)
            : null;

    /// <summary>Takes from the partner's settlement what the payment costs more than before.</summary>
    internal static void Charge(Book book, PaymentRow payment, long feeBefore, DateTimeOffset now) =>
        Post(book, payment, payment.Id.Value, (payment.Fee ?? 0) - feeBefore, payment.Version, now);

    /// <summary>Gives a part of the fee back to the partner's settlement.</summary>
    /// <param name="refundId">The refund it belongs to, which has no other posting of a fee.</param>
    public static void GiveBack(
        Book book,
        PaymentRow payment,
        Guid refundId,
        long amount,
        DateTimeOffset now
    ) => Post(book, payment, refundId, -amount, 1, now);

    /// <param name="number">Counted below zero, since the settlement has a line of the same posting for the money
    /// itself.</param>
    private static void Post(
        Book book,
        PaymentRow payment,
        Guid id,
        long amount,
        long number,
        DateTimeOffset now
    ) =>
        LedgerRules.Post(
            book,
            new(
                PostingKind.Fee,
                id,
                payment.AppId.Value,
                payment.Currency,
                now,
                LedgerRules.FeeLegs(PaymentRules.SettlementOf(payment), IncomeOf(payment), amount),
                -number
            )
        );

    private static InternalAccountKey IncomeOf(PaymentRow payment) =>
        new(InternalAccountKind.FeeIncome, payment.PartnerId.Value, payment.Currency);
}
