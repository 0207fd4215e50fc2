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
            Assert.Equal(
                new SettledDays(after, through, 0, 0, 0),
                await queries.AddUpAsync(Rows.World, Rows.Settlement, after, through)
            );
        }

        Assert.Empty(Audit());
        Assert.Equal(0, Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement)!.Balance);
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
    [InlineData("UPDATE payout SET amount = amount + 1", HandedOver)]
    [InlineData("UPDATE payout SET state = 3", HandedOver)]
    [InlineData("DELETE FROM payout", Posted)]
    [InlineData("UPDATE campaign SET state = 2", Settled)]
    public async Task What_was_changed_is_found(string sql, string rule)
    {
        await PayOutAsync();

        Database.Execute(sql);

        Assert.Equal([rule], Audit().Select(found => found.Rule));
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    private async Task PayOutAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World) { FeeRule = Rows.FeeRule.Id };
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        await bank.PayAsync(1, 20_00);
        await bank.RefundAsync(1, await bank.PayAsync(2, 40_00), 10_00);
        var decision = await Engine.SubmitAsync(
            new SettleDays(
                Rows.World,
                Rows.Noon.AddDays(1),
                Rows.Id<PayoutRow>(1),
                Rows.Id<IntentRow>(2),
                owner,
                new(null, Rows.Today, 60_00, 10_00, 30),
                Rows.Noon
            )
        );
        Assert.Equal(49_70, Assert.IsType<Accepted<PayoutRow?>>(decision).Reply!.Amount);
    }
}
