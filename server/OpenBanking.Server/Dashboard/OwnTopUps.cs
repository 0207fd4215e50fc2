using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>What customers bring from one of an account's cards to it.</summary>
public sealed class OwnTopUps(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    PinHash pins,
    Notices notices,
    LimitRules limits,
    Ids ids
)
{
    /// <summary>How many top-ups of an account are looked at that are under way.</summary>
    private const int MostUnderWay = 1_000;

    private const int MostShown = 10;

    private static readonly TimeSpan shownAfterAnswer = TimeSpan.FromDays(30);

    /// <summary>Gives why it was not ordered, or null.</summary>
    public async Task<string?> OrderAsync(OpenSession session, AccountRow account, OwnTransfer transfer) =>
        OwnAccounts.RefusalOf(
            await engine.SubmitAsync(
                new OrderTopUp(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    new(transfer.Form),
                    transfer.Card.Id,
                    transfer.Amount,
                    Sum(await ListUnderWayAsync(session.World, account)),
                    pins.Compute(transfer.Pin, session.Customer!.PinSalt!),
                    transfer.Language,
                    ids.New<IntentRow>(),
                    notices.Write(session.Customer!, transfer.Notice)
                )
                {
                    Form = session.Form,
                }
            )
        );

    /// <summary>One that the customer ordered to this account.</summary>
    public ValueTask<OwnTopUpRow?> FindAsync(World world, AccountRow account, Id<OwnTopUpRow> id) =>
        store.FirstAsync(OwnTopUpTables.TopUps, world, $"id = {id} AND account_id = {account.Id}");

    /// <summary>Those that no line of the statement shows, as their money is not on the account: the newest that have no answer,
    /// or one of the last days.</summary>
    public async Task<IReadOnlyList<OwnTopUpRow>> ListNotOnAccountAsync(World world, AccountRow account)
    {
        var since = await clocks.NowAsync(world) - shownAfterAnswer;
        // The condition of the index, word for word, and more; so below.
        return await store.ListAsync(
            OwnTopUpTables.TopUps,
            world,
            $"""
            state <> 2 AND account_id = {account.Id} AND (completed_at IS NULL OR completed_at > {since})
            ORDER BY id DESC LIMIT {MostShown}
            """
        );
    }

    /// <summary>The most that can be ordered now, with what is under way; null when nothing bounds it.</summary>
    public async Task<long?> FindMostAsync(World world, AccountRow account) =>
        AccountRules.RoomOf(account, await clocks.NowAsync(world), limits) is { } room
            ? Math.Max(0, room - Sum(await ListUnderWayAsync(world, account)))
            : null;

    /// <summary>Those without an answer, the oldest first.</summary>
    public ValueTask<IReadOnlyList<OwnTopUpRow>> ListUnderWayAsync(World world, AccountRow account) =>
        store.ListAsync(
            OwnTopUpTables.TopUps,
            world,
            $"state <> 2 AND state = 1 AND account_id = {account.Id} ORDER BY id LIMIT {MostUnderWay}"
        );

    private static long Sum(IReadOnlyList<OwnTopUpRow> topUps) => topUps.Sum(topUp => topUp.Amount);
}
