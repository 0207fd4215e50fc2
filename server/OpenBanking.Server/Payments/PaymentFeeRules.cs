using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;

namespace OpenBanking.Server.Payments;

/// <summary>What the bank takes of those who are paid when money is captured, and gives back with refunds.</summary>
public static class PaymentFeeRules
{
    public static void Want(IKeySet keys, Id<FeeRuleRow>? rule)
    {
        if (rule is { } id)
        {
            keys.Want(FeeTables.Rules, id);
        }
    }

    /// <summary>Takes from the parts of a payment what each costs more than before.</summary>
    internal static void Charge(
        Book book,
        PaymentRow payment,
        IReadOnlyList<PaymentShare>? before,
        DateTimeOffset now
    ) =>
        Post(
            book,
            payment,
            payment.Id.Value,
            [.. PaymentShareRules.Legs(before, payment, share => -share.Fee)],
            payment.Version,
            now
        );

    /// <summary>Gives back to the parts what a refund gives back of the fee.</summary>
    /// <param name="refundId">The refund it belongs to, which has no other posting of a fee.</param>
    public static void GiveBack(
        Book book,
        PaymentRow payment,
        Guid refundId,
        IReadOnlyList<Leg> to,
        DateTimeOffset now
    ) => Post(book, payment, refundId, to, 1, now);

    /// <param name="number">Counted below zero, since a settlement has a line of the same posting for the money
    /// itself.</param>
    private static void Post(
        Book book,
        PaymentRow payment,
        Guid id,
        IReadOnlyList<Leg> from,
        long number,
        DateTimeOffset now
    )
    {
        if (payment.FeeRuleId is null)
        {
            return;
        }

        LedgerRules.Post(
            book,
            new(
                PostingKind.Fee,
                id,
                payment.AppId.Value,
                payment.Currency,
                now,
                LedgerRules.FeeLegs(IncomeOf(payment), from),
                -number
            )
        );
    }

    private static InternalAccountKey IncomeOf(PaymentRow payment) =>
        new(InternalAccountKind.FeeIncome, payment.PartnerId.Value, payment.Currency);
}
