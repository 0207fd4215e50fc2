using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>A campaign is settled while a refund is decided on another writer.</summary>
public sealed class PostgresSettlementTests : EngineSuite<PostgresDatabase>
{
    private static readonly InternalAccountKey fund = new(
        InternalAccountKind.MarketingFund,
        Guid.Empty,
        Money.Renminbi
    );

    [Fact]
    public async Task What_a_refund_brings_that_was_decided_before_and_written_after_is_taken_along_by_the_next()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        var payment = await bank.PayAsync(1, 20_00, (await bank.IssueAsync(1)).Id);
        var refund = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var settled = new ManualResetEventSlim();
        Store.Committing = _ =>
        {
            Store.Committing = null;
            refund.SetResult();
            settled.Wait();
        };

        var refunding = bank.RefundAsync(1, payment);
        await refund.Task;
        using var other = NewEngine(Store, new());
        var first = await SettleAsync(other);
        settled.Set();
        Assert.Equal(5_00, (await refunding).DiscountAmount);

        Assert.Equal((Rows.Campaign.Budget - 5_00, 5_00), (first, Balance(Rows.Budget)));
        Assert.Equal(5_00, await SettleAsync(Engine));
        Assert.Equal((0, 0), (Balance(Rows.Budget), Balance(fund)));
        Assert.Empty(new BooksAudit(Store).FindViolations());
    }

    [Fact]
    public async Task However_many_settle_it_at_once_what_is_left_goes_back_once()
    {
        new SmallBank(Engine, Store, Rows.World).Open();
        using var other = NewEngine(Store, new());

        var returned = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(i => Task.Run(() => SettleAsync(i % 2 == 0 ? Engine : other)))
        );

        Assert.Equal(Rows.Campaign.Budget, returned.Sum());
        Assert.Equal((0, 0), (Balance(Rows.Budget), Balance(fund)));
    }

    private static async Task<long> SettleAsync(Server.Engine.Engine engine)
    {
        while (true)
        {
            try
            {
                return Assert
                    .IsType<Accepted<long>>(
                        await engine.SubmitAsync(
                            new SettleCampaign(Rows.World, Rows.Campaign.EndsAt, Rows.Campaign)
                        )
                    )
                    .Reply;
            }
            catch (EngineBusyException)
            {
                // Others were first again and again, and nothing happened.
            }
        }
    }

    private long Balance(InternalAccountKey account) =>
        Store.Find(LedgerTables.InternalAccounts, Rows.World, account)?.Balance ?? 0;
}
