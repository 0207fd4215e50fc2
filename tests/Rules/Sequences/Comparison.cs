using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The model's histories and the bank's rows say the same.</summary>
internal sealed class Comparison(
    Scene scene,
    IReadOnlyList<Id<CouponRow>> coupons,
    IReadOnlyList<PaymentRow> payments,
    IReadOnlyList<(WithdrawalRow Row, Id<IntentRow> IntentId)> withdrawals
)
{
    private readonly MemoryBank bank = scene.Bank;
    private readonly Model model = scene.Model;

    public void AssertSame()
    {
        for (var i = 0; i < scene.Accounts.Count; i++)
        {
            var account = bank.Get(AccountTables.Accounts, scene.Accounts[i].Id);
            AssertSame(model.Accounts[i], account);
            AssertHeld(model.Accounts[i], account);
            AssertOnItsWay(model.Accounts[i], account);
        }

        for (var i = 0; i < withdrawals.Count; i++)
        {
            AssertSame(model.Withdrawals[i], bank.Get(WithdrawalTables.Withdrawals, withdrawals[i].Row.Id));
        }

        for (var i = 0; i < scene.Agreements.Count; i++)
        {
            AssertSame(model.Agreements[i], bank.Get(ConsentTables.Agreements, scene.Agreements[i].Id));
        }

        for (var i = 0; i < coupons.Count; i++)
        {
            AssertSame(model.Coupons[i], bank.Get(CouponTables.Coupons, coupons[i]));
        }

        for (var i = 0; i < payments.Count; i++)
        {
            var payment = bank.Get(PaymentTables.Payments, payments[i].Id);
            AssertSame(model.Payments[i], payment);
            AssertHeld(model.Payments[i], payment);
        }

        Must.Be(model.Budget, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        for (var app = 1; app <= 2; app++)
        {
            for (var owner = 0; owner <= 2; owner++)
            {
                var settlement = bank.Find(LedgerTables.InternalAccounts, SettlementOf(app, owner));
                Must.Be(model.SettlementOf(app, owner), settlement?.Balance ?? 0);
            }

            var income = bank.Find(LedgerTables.InternalAccounts, IncomeOf(app));
            Must.Be(
                model
                    .Payments.Where(payment => payment.Agreement.App == app)
                    .Sum(payment => payment.Fee - payment.FeeRefunded),
                income?.Balance ?? 0
            );
        }
    }

    private static void AssertSame(ModelAccount expected, AccountRow account) =>
        Must.Be(
            (
                expected.Balance,
                expected.Day.Latest,
                expected.Outflow.OnLatestDay,
                expected.Outflow.InLatestYear
            ),
            (account.Available, account.OutflowDay, account.DayOutflow, account.YearOutflow)
        );

    private static void AssertSame(ModelAgreement expected, AgreementRow agreement) =>
        Must.Be(
            (
                expected.Revoked,
                expected.Day.Latest,
                expected.Paid.OnLatestDay,
                expected.Monthly is null ? 0 : expected.Paid.InLatestMonth,
                expected.ToppedUp.OnLatestDay,
                expected.Paid.InAll
            ),
            (
                agreement.State == ConsentState.Revoked,
                agreement.Day,
                agreement.DayPaid,
                agreement.MonthPaid,
                agreement.DayToppedUp,
                agreement.TotalPaid
            )
        );

    private void AssertSame(ModelCoupon expected, CouponRow coupon) =>
        Must.Be(
            (
                expected.UsedBy is { } payment ? payments[model.Payments.IndexOf(payment)].Id : null,
                expected.Expired
            ),
            (coupon.PaymentId, coupon.State == CouponState.Expired)
        );

    private static void AssertSame(ModelPayment expected, PaymentRow payment) =>
        Must.Be(
            (
                expected.Live,
                expected.Live ? expected.Customer : expected.Price,
                expected.Price - expected.Left,
                expected.Fee,
                expected.FeeRefunded
            ),
            (
                payment.State is not (PaymentState.Failed or PaymentState.Canceled or PaymentState.Expired),
                payment.CustomerAmount,
                payment.Refunded,
                payment.Fee ?? 0,
                payment.FeeRefunded ?? 0
            )
        );

    private static void AssertSame(ModelWithdrawal expected, WithdrawalRow withdrawal) =>
        Must.Be(
            expected.Open ? WithdrawalState.Processing
                : expected.Returned ? WithdrawalState.Returned
                : WithdrawalState.Succeeded,
            withdrawal.State
        );

    private void AssertOnItsWay(ModelAccount expected, AccountRow account) =>
        Must.Be(
            model
                .Withdrawals.Where(withdrawal => withdrawal.Open && withdrawal.Account == expected)
                .Sum(withdrawal => withdrawal.Amount),
            bank.Find(
                LedgerTables.InternalAccounts,
                new(InternalAccountKind.Suspense, account.Id.Value, Money.Renminbi)
            )?.Balance
                ?? 0
        );

    private void AssertHeld(ModelAccount expected, AccountRow account) =>
        Must.Be(
            model
                .Payments.Where(payment => payment.Agreement.Account == expected)
                .Sum(payment => payment.Hold?.Held ?? 0),
            account.Held
        );

    private static void AssertHeld(ModelPayment expected, PaymentRow payment) =>
        Must.Be(
            (
                expected.Hold?.Captured,
                expected.Hold is { Open: true } hold ? hold.Held : null,
                expected.Version
            ),
            (payment.Captured, payment.Held, payment.Version)
        );

    private static InternalAccountKey IncomeOf(int app) =>
        new(InternalAccountKind.FeeIncome, Rows.Id<PartnerRow>(app).Value, Money.Renminbi);

    private static InternalAccountKey SettlementOf(int app, int owner) =>
        owner == 0
            ? new(InternalAccountKind.PartnerSettlement, Rows.Id<PartnerRow>(app).Value, Money.Renminbi)
            : new(
                InternalAccountKind.SubMerchantSettlement,
                Scene.MerchantOf(app, owner).Value,
                Money.Renminbi
            );
}
