using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What must hold in a bank whatever happened (the invariants of the domain that rows alone can show).</summary>
internal static partial class BankInvariants
{
    public static void Hold(MemoryBank bank)
    {
        var entries = bank.All(LedgerTables.Entries).ToList();
        var payments = bank.All(PaymentTables.Payments).ToList();
        PostingsSumToZero(entries);
        CustomersBalancesAreTheirEntries(bank, entries);
        TheBanksBalancesAreTheirEntries(bank, entries);
        EachBusinessActHasItsPosting(bank, entries, payments);
        CouponsAreUsedOnceAndByLivePayments(bank, payments);
        StocksAndBudgetsAreKept(bank, payments);
        RefundsNeverExceedCaptures(bank, payments);
        OrdersArePaidOnce(bank, payments);
        HoldsAreWhatWasSetAside(bank, entries, payments);
        PayoutInvariants.Hold(bank, entries);
        CounterInvariants.Hold(bank);
        EventInvariants.Hold(bank);
    }

    private static void PostingsSumToZero(IReadOnlyList<EntryRow> entries) =>
        Must.All(
            entries.GroupBy(entry => (entry.PostingId, entry.Kind, entry.Currency)),
            posting => Must.Be(0, posting.Sum(entry => entry.Amount))
        );

    private static void CustomersBalancesAreTheirEntries(MemoryBank bank, IReadOnlyList<EntryRow> entries) =>
        Must.All(
            bank.All(AccountTables.Accounts),
            account =>
            {
                var lines = entries
                    .Where(entry => entry.AccountId == account.Id.Value)
                    .OrderBy(entry => entry.Sequence)
                    .ToList();
                Assert.True(account is { Available: >= 0, Held: >= 0, DayOutflow: >= 0, YearOutflow: >= 0 });
                Must.Be(account.Available, lines.Sum(line => line.Amount));
                Must.Be(account.Available, lines[^1].BalanceAfter);
                Must.BeInOrder(
                    Enumerable.Range(1, (int)account.Entries).Select(number => (long)number),
                    lines.Select(line => line.Sequence)
                );
            }
        );

    private static void TheBanksBalancesAreTheirEntries(MemoryBank bank, IReadOnlyList<EntryRow> entries)
    {
        var accounts = bank.All(LedgerTables.InternalAccounts).ToList();
        Must.All(
            accounts,
            account =>
                Must.Be(
                    account.Balance,
                    entries
                        .Where(entry => entry.AccountId == account.EntryAccountId)
                        .Sum(entry => entry.Amount)
                )
        );
        Must.Be(
            0,
            accounts.Sum(account => account.Balance)
                + bank.All(AccountTables.Accounts).Sum(account => account.Available)
        );
    }

    private static void EachBusinessActHasItsPosting(
        MemoryBank bank,
        IReadOnlyList<EntryRow> entries,
        IReadOnlyList<PaymentRow> payments
    )
    {
        Must.All(
            payments,
            payment =>
            {
                Must.Be(CapturedOf(payment), Credited(PostingKind.Payment, payment.Id.Value));
                Must.Be(payment.Fee ?? 0, Credited(PostingKind.Fee, payment.Id.Value));
                Must.BeInRange(payment.Fee ?? 0, 0, CapturedOf(payment));
                var shares = PaymentShares.Of(payment);
                Must.Be(CapturedOf(payment), shares.Sum(share => share.Captured));
                Must.Be(payment.Refunded, shares.Sum(share => share.Refunded));
                Must.All(
                    shares,
                    share =>
                    {
                        Must.BeInRange(share.Captured, 0, share.Amount);
                        Must.BeInRange(share.Refunded, 0, share.Captured);
                        Must.BeInRange(share.Fee, 0, share.Captured);
                        Must.BeInRange(share.FeeRefunded, 0, share.Fee);
                    }
                );
            }
        );
        Must.All(
            bank.All(RefundTables.Refunds),
            refund =>
            {
                Must.Be(refund.Amount, Credited(PostingKind.Refund, refund.Id.Value));
                Must.Be(refund.Fee ?? 0, Credited(PostingKind.Fee, refund.Id.Value));
            }
        );
        Must.All(
            bank.All(TopUpTables.TopUps),
            topUp =>
                Must.Be(
                    topUp.State == TopUpState.Succeeded ? topUp.Amount : 0,
                    Credited(PostingKind.TopUp, topUp.Id.Value)
                )
        );
        Must.All(
            bank.All(WithdrawalTables.Withdrawals),
            withdrawal =>
                Must.Be(
                    (
                        withdrawal.Amount,
                        withdrawal.State == WithdrawalState.Succeeded ? withdrawal.Amount : 0,
                        withdrawal.State == WithdrawalState.Returned ? withdrawal.Amount : 0
                    ),
                    (
                        Credited(PostingKind.WithdrawalOrder, withdrawal.Id.Value),
                        Credited(PostingKind.Withdrawal, withdrawal.Id.Value),
                        Credited(PostingKind.WithdrawalReturn, withdrawal.Id.Value)
                    )
                )
        );

        long Credited(PostingKind kind, Guid id) =>
            entries
                .Where(entry => entry.Kind == kind && entry.PostingId == id && entry.Amount > 0)
                .Sum(entry => entry.Amount);
    }

    private static void CouponsAreUsedOnceAndByLivePayments(
        MemoryBank bank,
        IReadOnlyList<PaymentRow> payments
    )
    {
        var coupons = bank.All(CouponTables.Coupons).ToDictionary(coupon => coupon.Id);
        Must.All(
            coupons.Values,
            coupon =>
            {
                Must.Be(coupon.State == CouponState.Redeemed, coupon.PaymentId is not null);
                if (coupon.PaymentId is { } payment)
                {
                    Must.Be(coupon.Id, payments.Single(paid => paid.Id == payment).CouponId);
                }
            }
        );
        Must.All(
            payments.Where(payment =>
                payment.CampaignId is not null
                && payment.State
                    is PaymentState.Captured
                        or PaymentState.PartiallyRefunded
                        or PaymentState.Authorized
            ),
            payment => Must.Be(payment.Id, coupons[payment.CouponId!.Value].PaymentId)
        );
    }

    private static void StocksAndBudgetsAreKept(MemoryBank bank, IReadOnlyList<PaymentRow> payments)
    {
        var coupons = bank.All(CouponTables.Coupons).ToList();
        Must.All(
            bank.All(CouponTables.Stocks),
            stock =>
            {
                var issued = coupons.Where(coupon => coupon.StockId == stock.Id).ToList();
                Must.Be(stock.Issued, issued.Count);
                Must.BeInRange(stock.Issued, 0, stock.Quantity);
                Must.All(
                    issued.GroupBy(coupon => coupon.CustomerId),
                    own =>
                    {
                        Must.BeInRange(own.Count(), 1, stock.PerCustomerLimit);
                        Must.Be(
                            own.Count(),
                            bank.Get(CouponTables.StockHolders, new(stock.Id, own.Key)).Issued
                        );
                    }
                );
            }
        );
        Must.All(
            bank.All(CouponTables.Campaigns),
            campaign =>
            {
                var given = payments.Where(payment => payment.CampaignId == campaign.Id).Sum(GivenByCampaign);
                var budget = bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance;
                var fund = bank.Get(LedgerTables.InternalAccounts, Rows.MarketingFund).Balance;
                Must.Be(
                    campaign.State == CampaignState.Settled
                        ? (0, -given)
                        : (campaign.Budget - given, -campaign.Budget),
                    (budget, fund)
                );
                Assert.True(budget >= 0);
            }
        );

        long GivenByCampaign(PaymentRow payment) =>
            payment.Discount
            - bank.All(RefundTables.Refunds)
                .Where(refund => refund.PaymentId == payment.Id)
                .Sum(refund => refund.DiscountAmount);
    }

    private static void RefundsNeverExceedCaptures(MemoryBank bank, IReadOnlyList<PaymentRow> payments) =>
        Must.All(
            payments,
            payment =>
            {
                var refunds = bank.All(RefundTables.Refunds)
                    .Where(refund => refund.PaymentId == payment.Id)
                    .ToList();
                Must.Be(payment.Refunded, refunds.Sum(refund => refund.Amount));
                Must.BeInRange(payment.Refunded, 0, CapturedOf(payment));
                Must.Be(payment.FeeRefunded ?? 0, refunds.Sum(refund => refund.Fee ?? 0));
                Must.BeInRange(payment.FeeRefunded ?? 0, 0, payment.Fee ?? 0);
                Must.Be(payment.State == PaymentState.Refunded, payment.Refunded == payment.Amount);
                Must.All(
                    refunds,
                    refund =>
                        Assert.True(refund is { Amount: > 0, CustomerAmount: >= 0, DiscountAmount: >= 0 })
                );
            }
        );

    /// <summary>What waits for its customer is live as well.</summary>
    private static void OrdersArePaidOnce(MemoryBank bank, IReadOnlyList<PaymentRow> payments)
    {
        var asked = bank.All(ConfirmationTables.Confirmations).ToList();
        Must.All(
            payments
                .Where(payment =>
                    payment.State
                        is not (PaymentState.Failed or PaymentState.Canceled or PaymentState.Expired)
                )
                .Select(payment => (payment.AppId, payment.OrderNo))
                .Concat(
                    asked
                        .Where(row => row.State == ConfirmationState.Waiting)
                        .Select(row => (row.AppId, row.OrderNo))
                )
                .GroupBy(order => order),
            order => Assert.Single(order)
        );
        Must.All(
            asked,
            row =>
                Must.Be(
                    row.State == ConfirmationState.Confirmed,
                    payments.Any(payment => payment.Id == row.PaymentId)
                )
        );
    }
}
