using OpenBanking.Server.Accounts;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What must hold of holds.</summary>
internal static partial class BankInvariants
{
    /// <summary>What a payment took from customer and campaign by now.</summary>
    private static long CapturedOf(PaymentRow payment) =>
        payment.Captured ?? (payment.State == PaymentState.Failed ? 0 : payment.Amount);

    private static void HoldsAreWhatWasSetAside(
        MemoryBank bank,
        IReadOnlyList<EntryRow> entries,
        IReadOnlyList<PaymentRow> payments
    )
    {
        var pools = bank.All(LedgerTables.InternalAccounts)
            .Where(account => account.Kind == InternalAccountKind.PaymentHolds)
            .ToList();
        Must.All(pools, pool => Must.BeInRange(pool.Balance, 0, long.MaxValue));
        Must.All(
            payments,
            payment =>
                Must.Be(
                    SetAside(payment),
                    entries
                        .Where(entry =>
                            entry.PostingId == payment.Id.Value
                            && pools.Exists(pool => pool.EntryAccountId == entry.AccountId)
                        )
                        .Sum(entry => entry.Amount)
                )
        );
        Must.All(
            bank.All(AccountTables.Accounts),
            account =>
                Must.Be(
                    account.Held,
                    payments
                        .Where(payment => payment.AccountId == account.Id)
                        .Sum(payment => payment.Held ?? 0)
                )
        );
        Must.All(
            bank.All(CouponTables.Coupons),
            coupon =>
                Must.Be(
                    coupon.Held,
                    payments.Any(payment => payment.Id == coupon.PaymentId && payment.Held is not null)
                )
        );
    }

    /// <summary>What is left of what customer and campaign set aside.</summary>
    private static long SetAside(PaymentRow payment) =>
        payment.Held is { } held ? held + Math.Max(0, payment.Discount - payment.Captured!.Value) : 0;
}
