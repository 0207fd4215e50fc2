using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payouts;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>Days are added up from the entries, and the audit finds what was changed in payouts behind the server's
/// back.</summary>
public abstract class PayoutAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string HandedOver =
        "every payout that did not fail was handed to the bank's transfers, and no other was";
    private const string Posted = "every payout that was posted is there";
    private const string Settled = "a campaign that is settled has no budget left";

    private static readonly PayoutOwner owner = new(Rows.App.PartnerId, null, Money.Renminbi);

    [Fact]
    public async Task Days_are_added_up_from_what_was_posted_on_them()
    {
        await PayOutAsync();
        var queries = new PayoutQueries(Store);

        Assert.Equal(
            new SettledDays(null, Rows.Today, 60_00, 10_00, 12 + 24 - 6),
            await queries.AddUpAsync(Rows.World, Rows.Settlement, null, Rows.Today)
        );
        foreach (
            var (after, through) in (IReadOnlyList<(DateOnly, DateOnly)>)
                [(Rows.Today, Rows.Today.AddDays(1)), (Rows.Today.AddDays(-2), Rows.Today.AddDays(-1))]
        )
        {
            var days = await queries.AddUpAsync(Rows.World, Rows.Settlement, after, through);
            Assert.Equal((0, 0, 0), (days.Captured, days.Refunded, days.Fees));
        }

        Assert.Empty(Audit());
        Assert.Equal(0, Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement)!.Balance);
    }

    /// <summary>A server stands still over midnight with a payment in its hands, and goes on when the day is settled; or its
    /// clock is set back.</summary>
    [Fact]
    public async Task What_comes_late_to_a_day_that_is_settled_is_paid_out_with_the_next()
    {
        var bank = await PayOutAsync();
        var queries = new PayoutQueries(Store);
        var (tomorrow, after) = (Rows.Today.AddDays(1), Rows.Today.AddDays(2));
        var late = await bank.PayAsync(3, 30_00);
        await bank.RefundAsync(2, late, 10_00);
        await Engine.SubmitAsync(bank.Payment(4, 5_00) with { Now = Rows.Noon.AddDays(2) });

        var days = await queries.AddUpAsync(Rows.World, Rows.Settlement, Rows.Today, tomorrow);

        Assert.Equal(new SettledDays(Rows.Today, tomorrow, 0, 0, 0) { Late = 20_00 - 12 }, days);
        await CompleteAsync(declineCode: null);
        var payout = await SettleAsync(2, days);
        Assert.Equal((19_88, 19_88, 0), (payout.Amount, payout.BroughtForward, payout.CarriedForward));
        await CompleteAsync(PayoutDeclineCodes.TransferRefused);
        Assert.Equal(
            new SettledDays(tomorrow, after, 5_00, 0, 10),
            await queries.AddUpAsync(Rows.World, Rows.Settlement, tomorrow, after)
        );
        Assert.Empty(Audit());
    }

    [Fact]
    public async Task Lines_that_older_servers_have_numbered_by_steps_are_added_up_too()
    {
        await PayOutAsync();
        Database.Execute(
            """
            INSERT INTO entry SELECT world, account_id, -2, posting_id, kind, app_id, amount, currency, balance_after,
            business_date, created_at FROM entry WHERE balance_after IS NULL AND kind = 1
            """
        );

        Assert.Equal(
            new SettledDays(null, Rows.Today, 2 * 60_00, 10_00, 12 + 24 - 6),
            await new PayoutQueries(Store).AddUpAsync(Rows.World, Rows.Settlement, null, Rows.Today)
        );
    }

    [Theory]
    [InlineData("UPDATE payout SET amount = amount - 1", HandedOver)]
    [InlineData("UPDATE payout SET state = 3", HandedOver)]
    [InlineData("DELETE FROM payout", Posted)]
    [InlineData("UPDATE payout SET captured = captured - 1", PayoutBooks.NoMoreThanItsStatement)]
    [InlineData("UPDATE payout SET brought_forward = -1", PayoutBooks.NoMoreThanItsStatement)]
    [InlineData("UPDATE payout SET fees = fees + 1", PayoutBooks.NoMoreThanItsStatement)]
    [InlineData("DELETE FROM payout_progress", PayoutBooks.EachDayOnce)]
    [InlineData("DELETE FROM intent", TransferBooks.StillToBeAsked)]
    [InlineData("UPDATE intent SET state = 3", TransferBooks.StillToBeAsked)]
    [InlineData("UPDATE campaign SET state = 2", Settled)]
    public async Task What_was_changed_is_found(string sql, string rule)
    {
        await PayOutAsync();

        Database.Execute(sql);

        Assert.Equal([rule], Audit().Select(found => found.Rule));
    }

    [Theory]
    [InlineData("UPDATE payout SET since = (SELECT MIN(through) FROM payout) WHERE since IS NOT NULL")]
    [InlineData("UPDATE payout_progress SET through = (SELECT MIN(through) FROM payout)")]
    public async Task Days_that_are_settled_twice_are_found(string sql)
    {
        var bank = await PayOutAsync();
        await CompleteAsync(declineCode: null);
        await bank.PayAsync(3, 30_00);
        var tomorrow = Rows.Today.AddDays(1);
        await SettleAsync(2, new(Rows.Today, tomorrow, 30_00, 0, 0));
        await CompleteAsync(declineCode: null);
        Assert.Empty(Audit());

        Database.Execute(sql);

        Assert.Equal([(PayoutBooks.EachDayOnce, 1)], Audit());
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    private async Task<SmallBank> PayOutAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World) { FeeRule = Rows.FeeRule.Id };
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        await bank.PayAsync(1, 20_00);
        await bank.RefundAsync(1, await bank.PayAsync(2, 40_00), 10_00);
        var payout = await SettleAsync(1, new(null, Rows.Today, 60_00, 10_00, 30));
        Assert.Equal(49_70, payout.Amount);
        return bank;
    }

    private async Task<PayoutRow> SettleAsync(int number, SettledDays days) =>
        Assert
            .IsType<Accepted<PayoutRow?>>(
                await Engine.SubmitAsync(
                    new SettleDays(
                        Rows.World,
                        Rows.Noon.AddDays(number),
                        Rows.Id<PayoutRow>(number),
                        Rows.Id<IntentRow>(100 + number),
                        owner,
                        days,
                        Rows.Noon
                    )
                )
            )
            .Reply!;

    /// <summary>The bank's own transfer of the payout that is open was answered.</summary>
    private async Task CompleteAsync(string? declineCode)
    {
        var open = Store.Find(PayoutTables.Progress, Rows.World, new(owner.Id))!.OpenPayoutId!.Value;
        var payout = Store.Find(PayoutTables.Payouts, Rows.World, open)!;
        var number = payout.Id == Rows.Id<PayoutRow>(1) ? 1 : 2;
        await Engine.SubmitAsync(
            new CompletePayout(
                Rows.World,
                Rows.Noon.AddDays(number),
                Rows.Id<IntentRow>(100 + number),
                payout,
                declineCode
            )
        );
    }
}
