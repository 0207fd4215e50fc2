using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.SubMerchants;

namespace OpenBanking.Server.Payments;

/// <summary>How captures and refunds of a payment, and the bank's fee, are divided among those who are paid.</summary>
public static class PaymentShareRules
{
    public static void Want(IKeySet keys, IReadOnlyList<PaymentShare>? shares)
    {
        foreach (
            var merchant in (shares ?? []).Select(share => share.SubMerchant).OfType<Id<SubMerchantRow>>()
        )
        {
            keys.Want(SubMerchantTables.SubMerchants, merchant);
        }
    }

    /// <summary>Why a payment may not be made to these; null when it may.</summary>
    public static Refusal? WhyNot(Book book, IReadOnlyList<PaymentShare>? shares) =>
        (shares ?? [])
            .Select(share => share.SubMerchant)
            .OfType<Id<SubMerchantRow>>()
            .Any(merchant =>
                book.Get(SubMerchantTables.SubMerchants, merchant).State == SubMerchantState.Closed
            )
            ? Decision.Reject(ProblemCodes.SubMerchantClosed)
            : null;

    /// <summary>The payment with the parts of what was captured in all, and of what that costs.</summary>
    /// <param name="shares">As they were before.</param>
    internal static PaymentRow Capture(
        Book book,
        IReadOnlyList<PaymentShare> shares,
        PaymentRow payment,
        long captured
    )
    {
        var divided = captured - shares.Where(share => share.Amount == 0).Sum(share => share.Captured);
        var fee = payment.FeeRuleId is { } rule
            ? FeeRules.FeeOf(book.Get(FeeTables.Rules, rule), captured)
            : (long?)null;
        var amounts = shares.Select(share => share.Amount).ToList();
        var (taken, fees) = (PaymentShares.Divide(divided, amounts), PaymentShares.Divide(fee ?? 0, amounts));
        return With(
            payment,
            [
                .. shares.Select(
                    (share, i) =>
                        share.Amount == 0 ? share : share with { Captured = taken[i], Fee = fees[i] }
                ),
            ]
        ) with
        {
            Fee = fee,
        };
    }

    /// <summary>The parts after a refund. Each gives back what it still owes of its part of all that was refunded; what was
    /// named before counts, so parts that gave more than theirs wait until the others have given as much.</summary>
    /// <param name="named">What each part gives, in their order; by the rule when null.</param>
    public static IReadOnlyList<PaymentShare> Refund(
        Book book,
        PaymentRow payment,
        long amount,
        IReadOnlyList<long>? named
    )
    {
        var shares = PaymentShares.Of(payment);
        var given = named ?? DivideRefund(shares, payment.Refunded + amount, amount);
        var rule = payment.FeeRuleId is { } id ? book.Get(FeeTables.Rules, id) : null;
        return [.. shares.Select((share, i) => GiveBack(rule, share, share.Refunded + given[i]))];
    }

    /// <summary>The payment with these parts. One that goes whole to its partner keeps none.</summary>
    public static PaymentRow With(PaymentRow payment, IReadOnlyList<PaymentShare> shares) =>
        payment.Splits is null ? payment : payment with { Splits = PaymentShares.Write(shares) };

    /// <summary>What each part is credited.</summary>
    /// <param name="before">As they were before; null when nothing was captured.</param>
    internal static IEnumerable<Leg> CreditLegs(IReadOnlyList<PaymentShare>? before, PaymentRow payment) =>
        Legs(before, payment, share => share.Captured);

    /// <summary>By how much something of each one's parts is more than before.</summary>
    public static IEnumerable<Leg> Legs(
        IReadOnlyList<PaymentShare>? before,
        PaymentRow payment,
        Func<PaymentShare, long> of
    ) =>
        PaymentShares
            .Of(payment)
            .Select(
                (share, i) =>
                    (
                        Account: share.SettlementOf(payment),
                        More: of(share) - (before is null ? 0 : of(before[i]))
                    )
            )
            .GroupBy(part => part.Account)
            .Select(own => new Leg.Internal(own.Key, own.Sum(part => part.More)));

    private static IReadOnlyList<long> DivideRefund(
        IReadOnlyList<PaymentShare> shares,
        long refunded,
        long amount
    )
    {
        var due = PaymentShares.Divide(refunded, shares.Select(share => share.Captured));
        return PaymentShares.Divide(
            amount,
            shares.Select((share, i) => Math.Max(0, due[i] - share.Refunded))
        );
    }

    private static PaymentShare GiveBack(FeeRuleRow? rule, PaymentShare share, long refunded) =>
        share with
        {
            Refunded = refunded,
            FeeRefunded =
                rule is null || share.Captured == 0
                    ? share.FeeRefunded
                    : FeeRules.GivenBack(rule, share.Fee, refunded, share.Captured),
        };
}
