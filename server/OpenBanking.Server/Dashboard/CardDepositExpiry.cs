using OpenBanking.Server.Accounts;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Ends small amounts that nobody has named in time, and forgets the cards they went to.</summary>
public sealed class CardDepositExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<CardDepositExpiry> log
) : ExpiryWorker<CardDepositRow>(store, AccountTables.CardDeposits, clocks, time, log)
{
    /// <summary>With the condition of the index, word for word: what was sent, or is being sent.</summary>
    protected override Sql IsDue(DateTimeOffset now) =>
        $"state IN (1, 2) AND expires_at <= {now} ORDER BY expires_at";

    protected override Task EndAsync(World world, DateTimeOffset now, CardDepositRow row) =>
        engine.SubmitAsync(new ExpireCardDeposit(world, now, row, Time.GetUtcNow()));
}
