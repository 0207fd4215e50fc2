using System.Diagnostics;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Turns that the nodes on one database take with each other.</summary>
public sealed class PostgresTurnsTests : IDisposable
{
    private static readonly Guid what = Guid.Parse("01989e5c-0000-7000-8000-0000000000a1");
    private static readonly Guid another = Guid.Parse("01989e5c-0000-7000-8000-0000000000a2");

    private readonly PostgresDatabase database = new();

    [Fact]
    public async Task A_turn_is_one_nodes_until_it_is_given_back()
    {
        using var one = database.Open();
        using var other = database.Open();
        using var mine = one.OpenTurns()!;
        using var theirs = other.OpenTurns()!;

        Assert.True(await mine.TryTakeAsync(what));
        Assert.False(await theirs.TryTakeAsync(what));
        Assert.True(await theirs.TryTakeAsync(another));
        await mine.GiveBackAsync(what);
        Assert.True(await theirs.TryTakeAsync(what));
    }

    [Fact]
    public async Task Who_loses_the_database_loses_its_turns_and_may_take_others()
    {
        using var one = database.Open();
        using var other = database.Open();
        using var mine = one.OpenTurns()!;
        using var theirs = other.OpenTurns()!;
        Assert.True(await mine.TryTakeAsync(what));

        EndWhoHoldsTurns();

        Assert.True(await theirs.TryTakeAsync(what));
        await mine.GiveBackAsync(what);
        Assert.False(await mine.TryTakeAsync(what));
        Assert.True(await mine.TryTakeAsync(another));
    }

    [Fact]
    public async Task A_node_that_ends_gives_its_turns_back()
    {
        using var one = database.Open();
        using var other = database.Open();
        using var theirs = other.OpenTurns()!;
        using (var mine = one.OpenTurns()!)
        {
            Assert.True(await mine.TryTakeAsync(what));
        }

        for (var i = 0; !await theirs.TryTakeAsync(what); i++)
        {
            Assert.True(i < 100, "The turn was not given back.");
            await Task.Delay(20);
        }
    }

    /// <summary>Each of them is asked for on the one connection that the end closes.</summary>
    [Fact(Timeout = 120_000)]
    public async Task A_node_that_ends_while_turns_are_taken_and_given_back_ends()
    {
        using var store = database.Open();
        for (var end = 0; end < 20; end++)
        {
            var turns = store.OpenTurns()!;
            Assert.True(await turns.TryTakeAsync(what));
            var others = Enumerable
                .Range(0, 64)
                .Select(_ => TakeAndGiveBackAsync(turns, Guid.NewGuid()))
                .ToList();

            await Task.Run(turns.Dispose);

            await Task.WhenAll(others);
            Assert.False(await turns.TryTakeAsync(what));
        }
    }

    [Fact]
    public async Task A_node_that_stands_still_loses_its_turns_and_one_that_only_waits_keeps_them()
    {
        using var proxied = new ProxiedPostgresDatabase();
        using var still = proxied.Open();
        using var waiting = new PostgresStore(proxied.DirectConnectionString);
        using var other = new PostgresStore(proxied.DirectConnectionString);
        using var lost = still.OpenTurns()!;
        using var kept = waiting.OpenTurns()!;
        using var theirs = other.OpenTurns()!;
        Assert.True(await lost.TryTakeAsync(what));
        Assert.True(await kept.TryTakeAsync(another));

        proxied.Proxy.FallSilent();

        var since = Stopwatch.StartNew();
        Assert.False(await theirs.TryTakeAsync(what));
        while (!await theirs.TryTakeAsync(what))
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(40), "The turn was not given back.");
            await Task.Delay(500);
        }

        Assert.False(await theirs.TryTakeAsync(another));
    }

    public void Dispose() => database.Dispose();

    private static async Task TakeAndGiveBackAsync(ITurns turns, Guid what)
    {
        await turns.TryTakeAsync(what);
        await turns.GiveBackAsync(what);
    }

    private void EndWhoHoldsTurns() =>
        database.Execute(
            """
            SELECT pg_terminate_backend(pid, 5000)::text FROM pg_locks
            WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        );
}
