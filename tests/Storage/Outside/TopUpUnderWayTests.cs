using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Outside;

/// <summary>Whether money may still come to an account, whoever else waits for some.</summary>
public abstract class TopUpUnderWayTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly AccountRow other = Rows.Account with { Id = Rows.Id<AccountRow>(2) };

    private readonly Ids ids = new(TimeProvider.System);

    [Theory]
    [InlineData(TopUpState.Processing, true)]
    [InlineData(TopUpState.Succeeded, false)]
    [InlineData(TopUpState.Failed, false)]
    public async Task An_account_waits_for_a_top_up_of_its_own_that_has_no_answer(
        TopUpState state,
        bool waits
    )
    {
        Ask(TopUp(Rows.Account) with { State = state });

        var queries = new TopUpQueries(Store);
        Assert.Equal(waits, await queries.IsUnderWayAsync(Rows.World, Rows.Account));
        Assert.False(await queries.IsUnderWayAsync(Rows.World, other));
        Assert.False(await queries.IsUnderWayAsync(new World(Rows.World.Number + 1), Rows.Account));
    }

    /// <summary>As while one bank's cards do not answer.</summary>
    [Fact]
    public async Task It_is_seen_however_many_of_others_wait()
    {
        Ask([.. Enumerable.Range(0, 10_001).Select(_ => TopUp(other))]);
        var queries = new TopUpQueries(Store);
        Assert.False(await queries.IsUnderWayAsync(Rows.World, Rows.Account));

        Ask(TopUp(Rows.Account));

        Assert.True(await queries.IsUnderWayAsync(Rows.World, Rows.Account));
    }

    private TopUpRow TopUp(AccountRow account) =>
        Rows.TopUp with
        {
            Id = ids.New<TopUpRow>(),
            AccountId = account.Id,
        };

    /// <summary>With what their cards' banks are asked, each due after those before it.</summary>
    private void Ask(params TopUpRow[] topUps)
    {
        using var session = Store.OpenWriteSession();
        session.Insert(Rows.World, TopUpTables.TopUps, topUps);
        session.Insert(
            Rows.World,
            IntentTables.Intents,
            [
                .. topUps.Select(topUp =>
                    Rows.Intent with
                    {
                        Id = ids.New<IntentRow>(),
                        SubjectId = topUp.Id.Value,
                        State = topUp.State == TopUpState.Processing ? IntentState.Sent : IntentState.Done,
                        DueAt = Clock.Now += TimeSpan.FromMilliseconds(1),
                    }
                ),
            ]
        );
    }
}
