using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.SubMerchants;

namespace OpenBanking.Server.Payments;

/// <summary>One part of a payment: whose it is, and what became of it. Amounts are in minor units.</summary>
/// <param name="SubMerchant">The merchant; null for the partner's own part.</param>
/// <param name="Amount">Its part of the price; 0 for what only a server that knows no parts credited to the partner.</param>
/// <param name="Captured">Its part of what was captured.</param>
/// <param name="Refunded">How much of that was given back.</param>
/// <param name="Fee">What the bank took of it.</param>
/// <param name="FeeRefunded">How much of the fee came back.</param>
public sealed record PaymentShare(
    Id<SubMerchantRow>? SubMerchant,
    long Amount,
    long Captured = 0,
    long Refunded = 0,
    long Fee = 0,
    long FeeRefunded = 0
)
{
    /// <summary>The account it goes to, and refunds of it come from.</summary>
    public InternalAccountKey SettlementOf(PaymentRow payment) =>
        SubMerchant is { } merchant
            ? new(InternalAccountKind.SubMerchantSettlement, merchant.Value, payment.Currency)
            : PaymentRules.SettlementOf(payment);
}

/// <summary>What one part gives back in a refund.</summary>
/// <param name="Fee">How much of the fee comes back to it.</param>
public sealed record RefundShare(Id<SubMerchantRow>? SubMerchant, long Amount, long Fee = 0);

/// <summary>The parts of payments and refunds, as their rows keep them; and how an amount is divided among parts.</summary>
public static class PaymentShares
{
    /// <summary>The most parts of one payment.</summary>
    public const int Most = 20;

    /// <summary>The parts of a payment; one of which goes whole to its partner has one.</summary>
    public static IReadOnlyList<PaymentShare> Of(PaymentRow payment)
    {
        var captured = payment.Captured ?? (payment.State == PaymentState.Failed ? 0 : payment.Amount);
        var (fee, feeRefunded) = (payment.Fee ?? 0, payment.FeeRefunded ?? 0);
        if (payment.Splits is not { } splits)
        {
            var price = payment.Authorized ?? payment.Amount;
            return [new(null, price, captured, payment.Refunded, fee, feeRefunded)];
        }

        // What a server that knows no parts captured and gave back was the partner's.
        var shares = Read(splits);
        var elsewhere = new PaymentShare(
            null,
            0,
            captured - shares.Sum(share => share.Captured),
            payment.Refunded - shares.Sum(share => share.Refunded)
        );
        return elsewhere is { Captured: 0, Refunded: 0 } ? shares : [.. shares, elsewhere];
    }

    public static IReadOnlyList<PaymentShare> Read(string splits) =>
        JsonSerializer.Deserialize<PaymentShare[]>(splits)!;

    public static string Write(IReadOnlyList<PaymentShare> shares) => JsonSerializer.Serialize(shares);

    public static IReadOnlyList<RefundShare> ReadRefund(string splits) =>
        JsonSerializer.Deserialize<RefundShare[]>(splits)!;

    public static string Write(IReadOnlyList<RefundShare> shares) => JsonSerializer.Serialize(shares);

    /// <summary>Divides an amount by weights that together are no less: two ways at a time, in their order, each rounded down,
    /// so that none gets more than its weight, the whole gives each its weight, and each one's part grows with the amount
    /// (nested two-way splits; three ways at once a part could shrink).</summary>
    public static IReadOnlyList<long> Divide(long amount, IEnumerable<long> weights)
    {
        var parts = new List<long>();
        var left = weights.Sum();
        foreach (var weight in weights)
        {
            var part = left == 0 ? 0 : (long)((Int128)amount * weight / left);
            parts.Add(part);
            (amount, left) = (amount - part, left - weight);
        }

        return parts;
    }
}
