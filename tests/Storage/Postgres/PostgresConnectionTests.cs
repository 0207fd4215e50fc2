using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Connections that are cut: the server was restarted, or somebody ended them.</summary>
public sealed class PostgresConnectionTests : EngineSuite<PostgresDatabase>
{
    private const string CutAll = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'OpenBanking.Server%'
        """;

    [Fact]
    public async Task A_batch_that_finds_its_connection_cut_is_kept_or_not_and_the_next_is_kept()
    {
        await Engine.SubmitAsync(Probe.Put(1));
        Database.Execute(CutAll);

        await EndsOfAsync([Engine.SubmitAsync(Probe.Put(2))]);

        Assert.IsType<Accepted<int>>(await Engine.SubmitAsync(Probe.Put(3)));
        Assert.Superset(new HashSet<int> { 1, 3 }, Messages.ToHashSet());
    }

    [Fact]
    public async Task A_batch_whose_connection_is_cut_at_its_commit_is_told_that_its_outcome_is_unknown()
    {
        Store.Committing = _ =>
        {
            Store.Committing = null;
            Database.Execute(CutAll);
        };

        var end = Assert.Single(await RunTogetherAsync(Probe.Put(1)));

        Assert.IsType<OutcomeUnknownException>(end);
        Assert.IsType<Accepted<int>>(await Engine.SubmitAsync(Probe.Put(2)));
        Assert.Equal([2], Messages);
    }

    [Fact]
    public async Task Reads_go_on_after_their_connection_was_cut()
    {
        await Engine.SubmitAsync(Probe.Put(1));
        _ = Messages.Count();
        Database.Execute(CutAll);

        try
        {
            _ = Messages.Count();
        }
        catch (StoreUnavailableException)
        {
            // The one that found out.
        }

        Assert.Equal([1], Messages);
    }
}
