using System.Diagnostics;
using Npgsql;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Migrations under running nodes.</summary>
public sealed class PostgresUpgradeTests : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(20);

    private readonly EmptyPostgresDatabase database = new();
    private readonly RehearsalFolder next = new RehearsalFolder()
        .With("9001_channels", "-- expand\nCREATE TABLE channel (number integer)")
        .With("9002_no_channels", "-- contract: needs 9001\nDROP TABLE channel");

    private string ConnectionString => database.Settings[1].Split('=', 2)[1];

    [Fact]
    public async Task A_contract_waits_until_the_older_nodes_are_gone_and_names_them()
    {
        var node = database.Open();
        _ = node.Find(PartnerTables.Apps, World.Live, Rows.App.Id);

        var plan = await MigrateAsync("--plan");
        var refused = await MigrateAsync();

        var name = $"{Environment.MachineName}:{Environment.ProcessId} (schema ";
        Assert.Contains("9001_channels.sql (expand: every running server goes on working)", plan.Output[0]);
        Assert.Contains(
            "9002_no_channels.sql (contract: needs servers of schema 9001 or newer",
            plan.Output[1]
        );
        Assert.Contains($"; stop first: {name}", plan.Output[1], StringComparison.Ordinal);
        Assert.Equal(ServerProgram.CannotStart, refused.ExitCode);
        Assert.Equal(["applied: 9001_channels.sql"], refused.Output);
        Assert.StartsWith("9002_no_channels.sql needs servers", refused.Error, StringComparison.Ordinal);
        Assert.Contains(name, refused.Error, StringComparison.Ordinal);
        Assert.Single(refused.Error.Split('\n'));
        Assert.Equal("0", database.Scalar("SELECT COUNT(*) FROM channel"));

        node.Dispose();
        await UntilAloneAsync();
        Assert.Equal(
            ["applied: 9002_no_channels.sql", "The schema is up to date"],
            (await MigrateAsync()).Output
        );
    }

    [Fact]
    public void A_node_of_the_first_version_keeps_a_contract_waiting_too()
    {
        database.Open().Dispose();
        using var first = Connect("OpenBanking.Server");
        using var other = Connect("psql");

        using var store = database.Connect(next.Path);
        var refusal = Assert.Throws<NodesShutOutException>(() => Migrator.Apply(store, TimeProvider.System));

        Assert.EndsWith(
            "version: a server of the first version (schema 0001).",
            refusal.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_node_that_was_away_while_a_contract_came_is_kept_out()
    {
        using var node = database.Open();
        _ = node.Find(PartnerTables.Apps, World.Live, Rows.App.Id);
        database.Execute(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'OpenBanking.Server%'
            """
        );
        Assert.Equal(ServerProgram.Ok, (await MigrateAsync()).ExitCode);

        // The first only finds out that its connection is gone.
        Assert.Throws<StoreUnavailableException>(() =>
            node.Find(PartnerTables.Apps, World.Live, Rows.App.Id)
        );
        var kept = Assert.Throws<StoreUnavailableException>(() =>
            node.Find(PartnerTables.Apps, World.Live, Rows.App.Id)
        );
        var why = Assert.IsType<SchemaTooNewException>(kept.InnerException);
        Assert.Contains("9002_no_channels.sql needs servers of schema 9001", why.Message);
    }

    [Fact]
    public void A_start_leaves_a_contract_for_later_while_older_nodes_run_and_serves()
    {
        using var older = database.Open();
        _ = older.Find(PartnerTables.Apps, World.Live, Rows.App.Id);

        foreach (var migrates in (bool[])[true, false])
        {
            using var newer = Stores.Open(Options(migrates), "", TimeProvider.System);
            using var session = newer.OpenWriteSession();
            session.Insert(new(migrates ? 1 : 2), PartnerTables.Apps, Rows.App);
        }

        Assert.Equal("9001", database.Scalar("SELECT MAX(number) FROM schema_migration"));
        Assert.Equal(Rows.App, older.Find(PartnerTables.Apps, new(1), Rows.App.Id));
    }

    [Fact]
    public void A_start_is_refused_when_what_it_needs_comes_after_a_contract_that_must_wait()
    {
        next.With("9003_more", "-- expand\nCREATE TABLE more (number integer)");
        using var older = database.Open();
        _ = older.Find(PartnerTables.Apps, World.Live, Rows.App.Id);

        Assert.Throws<NodesShutOutException>(() => Stores.Open(Options(true), "", TimeProvider.System));
        var lacking = Assert.Throws<InvalidOperationException>(() =>
            Stores.Open(Options(false), "", TimeProvider.System)
        );
        Assert.StartsWith("The schema lacks 9003_more.sql:", lacking.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_waits_for_a_lock_lets_others_pass_and_comes_when_it_is_free()
    {
        database.Open().Dispose();
        using var adding = new RehearsalFolder().With(
            "9001_column",
            "-- expand\nALTER TABLE app ADD COLUMN channel integer"
        );
        await using var reader = Connect("psql");
        await using var reading = await reader.BeginTransactionAsync(TestContext.Current.CancellationToken);
        Run(reader, "SELECT COUNT(*) FROM app");
        using var store = database.Connect(adding.Path);
        var migration = Task.Run(() => Migrator.Apply(store, TimeProvider.System));

        using var node = database.Connect();
        var slowest = TimeSpan.Zero;
        for (var started = Stopwatch.StartNew(); started.Elapsed < TimeSpan.FromSeconds(3); )
        {
            var asked = started.Elapsed;
            _ = node.Find(PartnerTables.Apps, World.Live, Rows.App.Id);
            slowest = started.Elapsed - asked is var took && took > slowest ? took : slowest;
        }

        Assert.False(migration.IsCompleted);
        Assert.InRange(slowest, TimeSpan.FromMilliseconds(200), patience);
        await reading.RollbackAsync(TestContext.Current.CancellationToken);
        await migration.WaitAsync(patience, TestContext.Current.CancellationToken);
        _ = node.Find(PartnerTables.Apps, World.Live, Rows.App.Id);
    }

    [Fact]
    public void A_migration_that_never_gets_its_lock_says_so_and_leaves_nothing()
    {
        database.Open().Dispose();
        using var reader = Connect("psql");
        using var reading = reader.BeginTransaction();
        Run(reader, "SELECT COUNT(*) FROM app");
        Migration[] known =
        [
            .. MigrationFiles.Known(PostgresMigrations.Dialect, null),
            new(9001, "9001_x.sql", "-- expand\nCREATE TABLE y (a integer); ALTER TABLE app ADD z integer"),
        ];
        using var target = new PostgresMigrations(Connect("psql"), known) { Attempts = 2 };

        var refusal = Assert.Throws<InvalidOperationException>(() => target.Apply(known[^1], Rows.Noon));

        Assert.StartsWith("9001_x.sql found what it changes locked by others, 2 times.", refusal.Message);
        Assert.DoesNotContain("y", database.Tables);
        Assert.Equal("0", database.Scalar("SELECT COUNT(*) FROM schema_migration WHERE number = 9001"));
    }

    [Fact]
    public void An_index_is_made_while_others_write_and_what_a_broken_attempt_left_is_replaced()
    {
        database.Open().Dispose();
        database.Execute("CREATE INDEX app_by_scene ON app (name)");
        using var indexing = new RehearsalFolder().With(
            "9001_index",
            "-- expand\n-- concurrently: app_by_scene\nCREATE INDEX CONCURRENTLY app_by_scene ON app (world, scene)"
        );

        database.Open(rehearsalFolder: indexing.Path).Dispose();

        Assert.EndsWith(
            "(world, scene)",
            database.Scalar("SELECT indexdef FROM pg_indexes WHERE indexname = 'app_by_scene'")
        );
        Assert.Equal("0", database.Scalar("SELECT oldest_server FROM schema_migration WHERE number = 9001"));
    }

    public void Dispose()
    {
        database.Dispose();
        next.Dispose();
    }

    private Task<ServerRun> MigrateAsync(params string[] switches) =>
        ServerProgram.RunAsync([
            "migrate",
            .. switches,
            .. database.Settings,
            $"--Storage:RehearsalFolder={next.Path}",
        ]);

    private StorageOptions Options(bool migrates) =>
        new()
        {
            Provider = StorageProvider.Postgres,
            ConnectionString = ConnectionString,
            RehearsalFolder = next.Path,
            MigrateAtStart = migrates,
        };

    private NpgsqlConnection Connect(string applicationName)
    {
        var connection = new NpgsqlConnection(
            $"{ConnectionString};Pooling=false;Application Name={applicationName}"
        );
        connection.Open();
        return connection;
    }

    /// <summary>A connection that was closed is seen for a moment longer.</summary>
    private async Task UntilAloneAsync()
    {
        await using var connection = Connect("psql");
        for (var waited = Stopwatch.StartNew(); PostgresNodes.Running(connection).Count > 0; )
        {
            Assert.True(waited.Elapsed < patience);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static void Run(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
