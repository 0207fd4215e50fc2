using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The model's histories and the bank's rows say the same.</summary>
internal sealed class Comparison(
    Scene scene,
    IReadOnlyList<Id<CouponRow>> coupons,
    IReadOnlyList<PaymentRow> payments
)
{
    private readonly MemoryBank bank = scene.Bank;
    private readonly Model model = scene.Model;

    public void AssertSame()
    {
        for (var i = 0; i < scene.Accounts.Count; i++)
        {
            AssertSame(model.Accounts[i], bank.Get(AccountTables.Accounts, scene.Accounts[i].Id));
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
            AssertSame(model.Payments[i], bank.Get(PaymentTables.Payments, payments[i].Id));
        }

        for (var app = 1; app <= 2; app++)
        {
            var settlement = bank.Find(LedgerTables.InternalAccounts, SettlementOf(app));
            Must.Be(model.SettlementOf(app), settlement?.Balance ?? 0);
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
                expected.ToppedUp.OnLatestDay,
                expected.Paid.InAll
            ),
            (
                agreement.State == ConsentState.Revoked,
                agreement.Day,
                agreement.DayPaid,
                agreement.DayToppedUp,
                agreement.TotalPaid
            )
        );

    private void AssertSame(ModelCoupon expected, CouponRow coupon) =>
        Must.Be(
            expected.UsedBy is { } payment ? payments[model.Payments.IndexOf(payment)].Id : null,
            coupon.PaymentId
        );

    private static void AssertSame(ModelPayment expected, PaymentRow payment) =>
        Must.Be(
            (
                expected.Captured,
                expected.Captured ? expected.Customer : expected.Price,
                expected.Price - expected.Left
            ),
            (payment.State != PaymentState.Failed, payment.CustomerAmount, payment.Refunded)
        );

    private static InternalAccountKey SettlementOf(int app) =>
        new(InternalAccountKind.PartnerSettlement, Rows.Id<PartnerRow>(app).Value, Money.Renminbi);
}
