using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Migrations;

/// <summary>Which servers work on a schema that is newer than they are.</summary>
public abstract class CompatibilityTests<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    private const string TooNew = "The schema is too new for this server of schema";

    private readonly TDatabase database = new();
    private readonly RehearsalFolder next = new RehearsalFolder().With(
        "9001_channels",
        """
        -- expand
        ALTER TABLE partner ADD COLUMN channel integer NOT NULL DEFAULT 1;
        CREATE TABLE channel (world integer NOT NULL, number integer NOT NULL, PRIMARY KEY (world, number));
        """
    );

    [Fact]
    public void A_server_works_on_a_newer_schema_that_only_expanded()
    {
        Start(next);

        using var older = database.Open();
        using var session = older.OpenWriteSession();
        session.Insert(World.Live, PartnerTables.Apps, Rows.App);

        Assert.Equal(Rows.App, older.Find(PartnerTables.Apps, World.Live, Rows.App.Id));
        Assert.Equal("0", Noted(9001));
    }

    [Fact]
    public void A_contract_leaves_the_servers_working_that_it_names_and_no_older_ones()
    {
        using var afterNext = new RehearsalFolder()
            .With("9001_channels", "-- expand\nCREATE TABLE channel (number integer)")
            .With("9002_no_channels", "-- contract: needs 9001\nDROP TABLE channel");
        using var onlyExpanded = new RehearsalFolder().With(
            "9001_channels",
            "-- expand\nCREATE TABLE channel (number integer)"
        );
        Start(afterNext);

        Assert.Equal("9001", Noted(9002));
        Start(onlyExpanded);
        var refusal = Assert.ThrowsAny<Exception>(() => database.Open().Dispose());
        Assert.StartsWith(TooNew, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "9002_no_channels.sql needs servers of schema 9001 or newer. Start a newer version.",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_migration_that_says_nothing_shuts_out_all_that_do_not_know_it()
    {
        using var silent = new RehearsalFolder().With("9001_x", "CREATE TABLE channel (number integer)");
        Start(silent);

        var refusal = Assert.ThrowsAny<Exception>(() => database.Open().Dispose());

        Assert.Contains("9001_x.sql needs servers of schema 9001", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_migration_of_which_nothing_is_known_stops_the_start()
    {
        Start();
        database.Execute(
            "INSERT INTO schema_migration (number, name, checksum, applied_at) "
                + $"VALUES (9999, '9999_future.sql', 'x', {database.Literal(Rows.Noon)})"
        );

        var refusal = Assert.ThrowsAny<Exception>(() => database.Open().Dispose());

        Assert.StartsWith(TooNew, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("9999_future.sql. Start a newer", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>It noted no oldest server.</summary>
    [Fact]
    public void A_database_of_the_first_version_is_taken_on()
    {
        Start();
        database.Execute("ALTER TABLE schema_migration DROP COLUMN oldest_server");

        Start();
        Start(next);

        Assert.Equal("0", Noted(9001));
        Assert.Null(Noted(1));
        Start();
    }

    [Fact]
    public void A_plan_says_what_each_migration_means_and_whom_it_would_shut_out()
    {
        Start();
        using var rehearsed = new RehearsalFolder()
            .With("9001_a", "-- expand\n")
            .With("9002_b", "-- contract: needs 9001\n");
        using var store = database.Connect(rehearsed.Path);

        var plan = Migrator.Plan(store);

        Assert.Equal(
            [("9001_a.sql", true, false), ("9002_b.sql", false, true)],
            plan.Select(step => (step.Migration.Name, step.Migration.Expands, step.Migration.Contracts))
        );
        Assert.All(plan, step => Assert.Empty(step.ShutOut));
    }

    public void Dispose()
    {
        database.Dispose();
        next.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Start(RehearsalFolder? rehearsal = null) =>
        database.Open(rehearsalFolder: rehearsal?.Path).Dispose();

    private string? Noted(int number) =>
        database.Scalar($"SELECT oldest_server FROM schema_migration WHERE number = {number}");
}
