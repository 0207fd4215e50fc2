using Npgsql;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Connections that are cut, from either side of the commit: nobody has to notice.</summary>
public sealed class PostgresConnectionTests : EngineSuite<ProxiedPostgresDatabase>
{
    private const string CutAll = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'OpenBanking.Server%'
        """;

    private ProxiedPostgresDatabase Network => (ProxiedPostgresDatabase)Database;

    [Fact]
    public async Task A_batch_that_finds_its_connection_cut_runs_again_on_a_new_one()
    {
        await Engine.SubmitAsync(Probe.Put(1));
        Database.Execute(CutAll);

        Assert.IsType<Accepted<int>>(await Engine.SubmitAsync(Probe.Put(2)));

        Assert.Equal([1, 2], Messages);
    }

    [Fact]
    public async Task A_batch_whose_connection_is_cut_before_its_commit_runs_again()
    {
        var decided = 0;
        CutAtFirstCommit(() => Database.Execute(CutAll));

        var end = Assert.Single(await RunTogetherAsync(Counting(1, () => decided++)));

        Assert.IsType<Accepted<int>>(end);
        Assert.Equal([1], Messages);
        Assert.Equal(2, decided);
    }

    [Fact]
    public async Task A_batch_that_was_committed_and_whose_answer_was_lost_is_found_and_not_run_again()
    {
        var decided = 0;
        CutAtFirstCommit(Network.Proxy.LoseNextAnswer);

        Task<KeyedOutcome> keyed;
        using (var gate = await HoldAsync())
        {
            keyed = SubmitAsync(Counting(1, () => decided++), "key");
            await gate.OpenAsync();
        }

        Assert.Equal("made 1", BodyOf(Assert.IsType<KeyedOutcome.Fresh>(await keyed)));
        Assert.Equal([1], Messages);
        Assert.Equal(1, decided);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_and_that_left_no_trace_of_its_own_is_unknown()
    {
        CutAtFirstCommit(Network.Proxy.LoseNextAnswer);

        var end = Assert.Single(await RunTogetherAsync(Probe.Put(1)));

        Assert.IsType<OutcomeUnknownException>(end);
        Assert.Equal([1], Messages);
    }

    [Fact]
    public async Task While_nobody_can_be_asked_the_outcome_is_unknown_and_the_key_finds_it_later()
    {
        CutAtFirstCommit(Network.Proxy.Close);

        Task<KeyedOutcome> keyed;
        using (var gate = await HoldAsync())
        {
            keyed = SubmitAsync(Probe.Put(1), "key");
            await gate.OpenAsync();
        }

        Assert.IsType<OutcomeUnknownException>(Assert.Single(await EndsOfAsync([keyed])));
        Network.Proxy.Heal();
        Assert.IsType<KeyedOutcome.Fresh>(await SubmitAsync(Probe.Put(1), "key"));
        Assert.Equal([1], Messages);
    }

    [Fact]
    public async Task A_store_that_is_away_for_a_moment_is_waited_for()
    {
        await Engine.SubmitAsync(Probe.Put(1));
        Network.Proxy.Close();
        var waiting = Engine.SubmitAsync(Probe.Put(2));

        await Task.Delay(500);
        Assert.False(waiting.IsCompleted);
        Network.Proxy.Heal();

        Assert.IsType<Accepted<int>>(await waiting);
        Assert.Equal([1, 2], Messages);
    }

    [Fact]
    public async Task A_store_that_stays_away_is_told_and_the_next_batch_does_not_wait_for_it()
    {
        Restart(new() { Reruns = 2 });
        Network.Proxy.Close();

        var first = await EndsOfAsync([Engine.SubmitAsync(Probe.Put(1))]);
        Assert.IsType<StoreUnavailableException>(Assert.Single(first));
        Store.Loads = 0;
        var second = await EndsOfAsync([Engine.SubmitAsync(Probe.Put(2))]);
        Assert.IsType<StoreUnavailableException>(Assert.Single(second));
        Assert.Equal(1, Store.Loads);

        Network.Proxy.Heal();
        Assert.IsType<Accepted<int>>(await Engine.SubmitAsync(Probe.Put(3)));
        Assert.Equal([3], Messages);
    }

    [Fact]
    public async Task Reads_go_on_after_their_connection_was_cut()
    {
        await Engine.SubmitAsync(Probe.Put(1));
        _ = Messages.Count();
        Database.Execute(CutAll);

        Assert.Equal([1], Messages);
    }

    /// <summary>A server that lets nobody in, as with a wrong password, is one that cannot be reached.</summary>
    [Fact]
    public async Task A_read_that_is_not_let_in_finds_the_store_unavailable()
    {
        await Engine.SubmitAsync(Probe.Put(1));
        var name = Database.Scalar("SELECT current_database()");
        await using var beside = NpgsqlDataSource.Create(
            PostgresCluster.Shared.ConnectionStringOf("postgres")
        );
        await AllowConnectionsAsync(false);
        Database.Execute(CutAll);

        Assert.Throws<StoreUnavailableException>(() => Messages.Count());

        await AllowConnectionsAsync(true);
        Assert.Equal([1], Messages);

        async Task AllowConnectionsAsync(bool allowed)
        {
            await using var command = beside.CreateCommand(
                $"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}"
            );
            await command.ExecuteNonQueryAsync();
        }
    }

    [Fact]
    public void What_a_writer_sets_on_its_connection_is_nobody_elses()
    {
        using (var session = Store.OpenWriteSession())
        {
            session.Load(new Book(new(1)));
        }

        const string seen =
            "SELECT COUNT(*) FROM pg_settings WHERE name = 'enable_seqscan' AND setting = 'on'";
        Assert.Equal(1, Store.Numbers(seen, columns: 1)[0][0]);
    }

    private void CutAtFirstCommit(Action cut) =>
        Store.Committing = _ =>
        {
            Store.Committing = null;
            cut();
        };

    private static Probe Counting(int number, Action decided) =>
        Probe.PutAnd(
            number,
            _ =>
            {
                decided();
                return Decision.Accept(number);
            }
        );
}
