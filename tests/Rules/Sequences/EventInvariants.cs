using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Every change of state was told once.</summary>
internal static class EventInvariants
{
    public static void Hold(MemoryBank bank)
    {
        var told = bank
            .Told.GroupBy(Subject)
            .ToDictionary(
                events => events.Key,
                events => events.Select(happened => happened.Sequence).Order().ToList()
            );
        EachVersionIsTold(bank.All(PaymentTables.Payments), payment => ("payment", payment.Id.Value), told);
        EachVersionIsTold(
            bank.All(ConfirmationTables.Confirmations)
                .Where(asked => asked.State != ConfirmationState.Confirmed),
            asked => ("payment", asked.PaymentId.Value),
            told
        );
        EachVersionIsTold(bank.All(CouponTables.Coupons), coupon => ("coupon", coupon.Id.Value), told);
        EachVersionIsTold(bank.All(TopUpTables.TopUps), topUp => ("top_up", topUp.Id.Value), told);
        EachVersionIsTold(bank.All(PayoutTables.Payouts), payout => ("payout", payout.Id.Value), told);
        // A consent is there before anything is told of it here.
        EachVersionIsTold(
            bank.All(ConsentTables.Consents),
            consent => ("consent", consent.Id.Value),
            told,
            first: 2
        );
        foreach (var refund in bank.All(RefundTables.Refunds))
        {
            Must.BeInOrder([1], SequencesOf(told, ("refund", refund.Id.Value)));
        }
    }

    private static void EachVersionIsTold<TRow>(
        IEnumerable<TRow> rows,
        Func<TRow, (string, Guid)> subjectOf,
        Dictionary<(string, Guid), List<long>> told,
        int first = 1
    )
        where TRow : VersionedRow
    {
        foreach (var row in rows)
        {
            Must.BeInOrder(
                Enumerable.Range(first, (int)row.Version - first + 1).Select(version => (long)version),
                SequencesOf(told, subjectOf(row))
            );
        }
    }

    private static List<long> SequencesOf(
        Dictionary<(string, Guid), List<long>> told,
        (string, Guid) subject
    ) => told.TryGetValue(subject, out var sequences) ? sequences : [];

    /// <summary>What changed: the type names it, and the subject of that name has its id.</summary>
    private static (string, Guid) Subject(Event happened)
    {
        var kind = happened.Type[..happened.Type.IndexOf('.', StringComparison.Ordinal)];
        return (kind, happened.Subjects.Single(subject => subject.Field == kind + "_id").Id);
    }
}
