using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>A node that stands still in the middle of its commit, with rows locked, stops no other.</summary>
public sealed class PausedNodeTests : EngineSuite<ProxiedPostgresDatabase>
{
    /// <summary>More than the network lets through: the statements before it are carried out, and COMMIT never comes.</summary>
    private const int LongText = 1_000_000;
    private const int SentBeforeThePause = 200_000;

    private static readonly SandboxCardRow card = new()
    {
        Number = "1",
        IdNumber = "1",
        Bank = "",
        Balance = 0,
    };

    private TcpProxy Proxy => ((ProxiedPostgresDatabase)Database).Proxy;

    [Fact]
    public async Task The_row_it_has_locked_is_free_within_seconds_and_it_decides_anew_when_it_wakes()
    {
        // Half of it is left for the run that begins anew: the other takes some seconds, and more on a busy machine.
        Restart(new() { ReplyTimeout = TimeSpan.FromMinutes(1) });
        await Engine.SubmitAsync(Raise("0"));
        Proxy.FallSilentAfter(SentBeforeThePause);
        var paused = SubmitAsync(Raise(new string('a', LongText)), "key");
        await Task.Delay(300);
        using var store = new PostgresStore(((ProxiedPostgresDatabase)Database).DirectConnectionString);
        using var other = NewEngine(store, new());

        var balance = await other.SubmitAsync(Raise("2"));

        Assert.Equal(2, Assert.IsType<Accepted<int>>(balance).Reply);
        Assert.False(paused.IsCompleted);
        Proxy.Resume();
        Assert.Equal("made 3", BodyOf(Assert.IsType<KeyedOutcome.Fresh>(await paused)));
    }

    private static Probe Raise(string text) =>
        new(
            Rows.World,
            book =>
            {
                var row = book.Find(SandboxTables.Cards, new("1")) ?? book.Insert(SandboxTables.Cards, card);
                row = book.Update(SandboxTables.Cards, row with { Balance = row.Balance + 1 });
                book.Insert(SandboxTables.Messages, Probe.Message((int)row.Balance) with { Text = text });
                return Decision.Accept((int)row.Balance);
            },
            keys => keys.Want(SandboxTables.Cards, new("1"))
        );
}
