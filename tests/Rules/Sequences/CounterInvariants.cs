using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Risk;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What is counted against limits is what was paid or set aside on that day, in that year and in all, less what
/// was given back.</summary>
internal static class CounterInvariants
{
    public static void Hold(MemoryBank bank)
    {
        HoldVelocity(bank);
        var given = bank.All(RefundTables.Refunds)
            .GroupBy(refund => refund.PaymentId)
            .ToDictionary(refunds => refunds.Key, refunds => refunds.Sum(refund => refund.CustomerAmount));
        var counted = bank.All(PaymentTables.Payments)
            .Select(payment => new Counted(payment, CountedOf(payment) - given.GetValueOrDefault(payment.Id)))
            .ToList();
        foreach (var account in bank.All(AccountTables.Accounts))
        {
            var own = counted.FindAll(outflow => outflow.Payment.AccountId == account.Id);
            Must.Be(
                (SumOf(own, account.OutflowDay), SumOf(own, account.OutflowDay.Year)),
                (account.DayOutflow, account.YearOutflow)
            );
        }

        foreach (var agreement in bank.All(ConsentTables.Agreements))
        {
            var own = counted.FindAll(outflow => outflow.Payment.AgreementId == agreement.Id);
            Must.Be(
                (
                    SumOf(own, agreement.Day),
                    agreement.MonthlyLimit is null ? 0 : SumOfMonth(own, agreement.Day),
                    own.Sum(outflow => outflow.Left)
                ),
                (agreement.DayPaid, agreement.MonthPaid, agreement.TotalPaid)
            );
        }
    }

    /// <summary>What was paid without asking is counted once, in the window of its time.</summary>
    private static void HoldVelocity(MemoryBank bank)
    {
        var unasked = bank.All(PaymentTables.Payments)
            .Where(payment => !payment.Confirmed && payment.State != PaymentState.Failed)
            .ToList();
        foreach (
            var counter in bank.All(VelocityTables.Counters)
                .Where(counter => counter.Measure == VelocityMeasure.Payments)
        )
        {
            var end = counter.WindowStart.AddSeconds(counter.WindowSeconds);
            Must.Be(
                unasked.Count(payment =>
                    payment.CustomerId.Value == counter.SubjectId
                    && payment.CreatedAt >= counter.WindowStart
                    && payment.CreatedAt < end
                ),
                counter.Total
            );
        }
    }

    /// <summary>A hold counts whole until it ends, whatever was captured of it meanwhile: captures that did not end it took
    /// the campaign's part first.</summary>
    private static long CountedOf(PaymentRow payment) =>
        payment.State switch
        {
            PaymentState.Failed or PaymentState.Canceled or PaymentState.Expired => 0,
            PaymentState.Authorized => payment.Held!.Value
                + Math.Max(0, payment.Captured!.Value - payment.Discount),
            _ => payment.CustomerAmount,
        };

    private static long SumOf(List<Counted> outflows, DateOnly day) =>
        outflows.Where(outflow => outflow.Payment.BusinessDate == day).Sum(outflow => outflow.Left);

    private static long SumOfMonth(List<Counted> outflows, DateOnly day) =>
        SumOf(outflows.FindAll(outflow => outflow.Payment.BusinessDate.Month == day.Month), day.Year);

    private static long SumOf(List<Counted> outflows, int year) =>
        outflows.Where(outflow => outflow.Payment.BusinessDate.Year == year).Sum(outflow => outflow.Left);

    /// <param name="Left">The customer's part that was not given back.</param>
    private sealed record Counted(PaymentRow Payment, long Left);
}
