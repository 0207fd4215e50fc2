using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payouts;

namespace OpenBanking.Tests.Rules.Payouts;

public class PayoutRulesTests
{
    private static readonly DateOnly yesterday = Rows.Today.AddDays(-1);

    private static readonly PayoutOwner owner = new(Rows.App.PartnerId, null, Money.Renminbi);

    private readonly MemoryBank bank = new();

    [Fact]
    public void What_is_left_of_the_days_is_handed_over_and_its_transfer_asked_for()
    {
        Has(95_00);

        var payout = bank.Run(Settle(Days(captured: 100_00, refunded: 4_00, fees: 1_00))).Accepted!;

        Assert.Equal((95_00, 0, 0), (payout.Amount, payout.BroughtForward, payout.CarriedForward));
        Assert.Equal((0, 95_00), (Balance(Rows.Settlement), Balance(clearing)));
        var intent = Assert.Single(bank.All(IntentTables.Intents));
        Assert.Equal((IntentKind.PayOut, payout.Id.Value), (intent.Kind, intent.SubjectId));
        Assert.Equal((yesterday, 0, payout.Id), Progress());
    }

    [Fact]
    public void What_was_given_back_today_is_not_paid_out_and_carried_forward()
    {
        Has(30_00);

        var payout = bank.Run(Settle(Days(captured: 100_00))).Accepted!;

        Assert.Equal((30_00, 70_00), (payout.Amount, payout.CarriedForward));
        Complete(payout, null);
        Has(5_00);
        var next = bank.Run(Settle(Next(refunded: 70_00, captured: 5_00), number: 2)).Accepted!;
        Assert.Equal((70_00, 5_00, 0), (next.BroughtForward, next.Amount, next.CarriedForward));
    }

    [Fact]
    public void What_was_given_back_after_a_payout_is_netted_with_the_next_days()
    {
        Has(100_00);
        Complete(bank.Run(Settle(Days(captured: 100_00))).Accepted!, null);
        Has(-40_00);

        Assert.Null(bank.Run(Settle(Next(refunded: 40_00), number: 2)).Accepted);
        Assert.Equal((Rows.Today, -40_00, null), Progress());
        Has(10_00);
        var days = new SettledDays(Rows.Today, Rows.Today.AddDays(1), 50_00, 0, 0);
        var payout = bank.Run(Settle(days, number: 3)).Accepted!;

        Assert.Equal((10_00, -40_00, 0), (payout.Amount, payout.BroughtForward, payout.CarriedForward));
    }

    [Fact]
    public void A_transfer_that_failed_is_paid_with_the_next_days()
    {
        Has(100_00);
        var payout = bank.Run(Settle(Days(captured: 100_00))).Accepted!;

        payout = Complete(payout, "refused");

        Assert.Equal((PayoutState.Failed, "refused"), (payout.State, payout.DeclineCode));
        Assert.Equal((100_00, 0), (Balance(Rows.Settlement), Balance(clearing)));
        Assert.Equal((yesterday, 100_00, null), Progress());
        var next = bank.Run(Settle(Next(), number: 2)).Accepted!;
        Assert.Equal((100_00, 100_00), (next.BroughtForward, next.Amount));
    }

    [Theory]
    [InlineData(null, EventTypes.PayoutSucceeded, null)]
    [InlineData(
        PayoutDeclineCodes.PayeeAccountClosed,
        EventTypes.PayoutFailed,
        PayoutDeclineCodes.PayeeAccountClosed
    )]
    [InlineData("R17 of the bank's own", EventTypes.PayoutFailed, PayoutDeclineCodes.TransferRefused)]
    public void Every_app_that_may_know_is_told_and_of_a_failure_in_words_of_the_catalogue(
        string? answer,
        string type,
        string? told
    )
    {
        Id<AppRow>[] apps = [Rows.Id<AppRow>(1), Rows.Id<AppRow>(2)];
        Has(95_00);
        var asked = bank.Run(Settle(Days(captured: 95_00)) with { Apps = apps });
        var payout = asked.Accepted!;

        var ran = bank.Run(CompletionOf(payout, answer) with { Apps = apps });
        var again = bank.Run(CompletionOf(payout, answer) with { Apps = apps });

        Assert.Equal([EventTypes.PayoutProcessing, EventTypes.PayoutProcessing], asked.Told);
        Assert.Equal([type, type], ran.Told);
        Assert.Equal(apps.Select(app => app.Value), ran.Events.Select(happened => happened.AppId));
        Assert.All(
            ran.Events,
            happened =>
            {
                Assert.Equal(2, happened.Sequence);
                Assert.Equal(
                    told,
                    happened.Subjects.SingleOrDefault(subject => subject.Field == "decline_code")?.Text
                );
            }
        );
        Assert.Empty(again.Told);
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        Has(100_00);
        var payout = bank.Run(Settle(Days(captured: 100_00))).Accepted!;
        Complete(payout, null);

        Assert.Equal(PayoutState.Succeeded, Complete(payout, "refused").State);
        Assert.Equal(0, Balance(Rows.Settlement));
    }

    [Fact]
    public void Days_are_settled_once_and_nothing_is_paid_while_a_transfer_has_no_answer()
    {
        Has(100_00);
        var days = Days(captured: 100_00);
        var payout = bank.Run(Settle(days)).Accepted!;

        Assert.Equal(PayoutRules.Refusals.Open, bank.Run(Settle(Next(), number: 2)).Rejected.Code);
        Complete(payout, null);
        foreach (var again in (SettledDays[])[days, Next() with { Through = yesterday }])
        {
            Assert.Equal(
                PayoutRules.Refusals.SettledBefore,
                bank.Run(Settle(again, number: 2)).Rejected.Code
            );
        }
    }

    private static InternalAccountKey clearing =>
        new(InternalAccountKind.SettlementClearing, Guid.Empty, Money.Renminbi);

    private static SettledDays Days(long captured, long refunded = 0, long fees = 0) =>
        new(null, yesterday, captured, refunded, fees);

    private static SettledDays Next(long captured = 0, long refunded = 0) =>
        new(yesterday, Rows.Today, captured, refunded, 0);

    private static SettleDays Settle(SettledDays days, int number = 1) =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Id<PayoutRow>(number),
            Rows.Id<IntentRow>(number),
            owner,
            days,
            Rows.Noon
        );

    private PayoutRow Complete(PayoutRow payout, string? decline) =>
        bank.Run(CompletionOf(payout, decline)).Accepted;

    private CompletePayout CompletionOf(PayoutRow payout, string? decline) =>
        new(
            Rows.World,
            Rows.Noon,
            bank.All(IntentTables.Intents).Single(intent => intent.SubjectId == payout.Id.Value).Id,
            payout,
            decline
        );

    private void Has(long balance) =>
        bank.Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, balance));

    private (DateOnly Through, long Carried, Id<PayoutRow>? Open) Progress()
    {
        var row = Assert.Single(bank.All(PayoutTables.Progress));
        return (row.Through, row.Carried, row.OpenPayoutId);
    }

    private long Balance(InternalAccountKey account) =>
        bank.Find(LedgerTables.InternalAccounts, account)?.Balance ?? 0;
}
