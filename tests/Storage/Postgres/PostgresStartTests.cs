using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>What a start makes of a database, or a role, that money must not be kept in as it is.</summary>
public sealed class PostgresStartTests
{
    /// <summary>Of databases, of roles, and of the whole cluster, as that of these tests has it.</summary>
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("ALTER DATABASE {0} SET synchronous_commit = off")]
    [InlineData("ALTER ROLE {1} SET synchronous_commit = off")]
    public async Task Connections_of_the_server_wait_for_the_disk_where_it_is_turned_off(string off)
    {
        const string role = "hasty";
        var owned = OwnedDatabase.By(role);
        PostgresCluster.Shared.Execute("postgres", string.Format(null, off, owned.Name, role));
        using var store = new PostgresStore(owned.ConnectionString);
        Migrator.Apply(store, TimeProvider.System);

        Assert.Equal(1, await SettingsAsync(store, "name = 'synchronous_commit' AND setting = 'on'"));
        PostgresCluster.Shared.Execute("postgres", $"ALTER ROLE {role} RESET synchronous_commit");
    }

    /// <summary>Local is enough for who has chosen it: it waits for this server's disk.</summary>
    [Theory]
    [InlineData("local")]
    [InlineData("remote_apply")]
    public async Task Any_other_way_to_wait_stays_as_it_was_chosen(string chosen)
    {
        var owned = OwnedDatabase.By("patient");
        PostgresCluster.Shared.Execute(
            "postgres",
            $"ALTER DATABASE {owned.Name} SET synchronous_commit = {chosen}"
        );
        using var store = new PostgresStore(owned.ConnectionString);

        Assert.Equal(1, await SettingsAsync(store, $"name = 'synchronous_commit' AND setting = '{chosen}'"));
    }

    /// <summary>The cluster's settings may be read anew while a connection is there.</summary>
    [Theory]
    [InlineData("off", "on")]
    [InlineData("local", "local")]
    [InlineData("on", "on")]
    public void A_commit_waits_also_where_that_was_turned_off_since(string turned, string waits)
    {
        using var connection = new NpgsqlConnection(OwnedDatabase.By("postgres").ConnectionString);
        connection.Open();
        using var transaction = connection.BeginTransaction();
        Execute($"SET LOCAL synchronous_commit = {turned}; SET LOCAL statement_timeout = '6s'");

        Execute(PostgresDurability.BeforeCommit);

        Assert.Equal(waits, Execute("SHOW synchronous_commit"));
        Assert.Equal("0", Execute("SHOW statement_timeout"));

        object? Execute(string sql)
        {
            using var command = new NpgsqlCommand(sql, connection);
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task A_start_warns_of_settings_that_a_crash_would_make_money_vanish_by()
    {
        var lines = new ConcurrentQueue<string>();
        var owned = OwnedDatabase.By("postgres");
        using var log = new LogRecorder(lines);

        await using var app = Program.Build(
            [
                "--Storage:Provider=Postgres",
                $"--Storage:ConnectionString={owned.ConnectionString}",
                $"--Server:MasterKey={Convert.ToBase64String(new byte[32])}",
            ],
            builder => builder.Logging.ClearProviders().AddProvider(log),
            argumentsAlone: true
        );
        await app.PrepareAsync();

        string[] warnings =
        [
            .. lines.Where(line => line.StartsWith("Warning PostgreSQL ", StringComparison.Ordinal)),
        ];
        Assert.Equal(3, warnings.Length);
        Assert.StartsWith("Warning PostgreSQL has fsync off: ", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith(
            "Warning PostgreSQL has full_page_writes off: ",
            warnings[1],
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "Warning PostgreSQL has synchronous_commit off for ",
            warnings[2],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("LATIN1", "migrate")]
    [InlineData("SQL_ASCII", "migrate")]
    [InlineData("EUC_CN", "migrate", "--plan")]
    [InlineData("LATIN1", "verify-books")]
    [InlineData("LATIN1")]
    [InlineData("LATIN1", "--Storage:MigrateAtStart=false")]
    public async Task A_database_that_cannot_hold_every_name_is_refused(
        string encoding,
        params string[] command
    )
    {
        var owned = OwnedDatabase.By("postgres", encoding);

        var error = await RefusalAsync(owned, command);

        Assert.Equal(
            $"The database {owned.Name} is encoded in {encoding}, which cannot hold every name: make one with CREATE DATABASE … "
                + "ENCODING 'UTF8' TEMPLATE template0, and name it in Storage:ConnectionString.",
            error
        );
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData]
    [InlineData("--Storage:MigrateAtStart=false")]
    public async Task A_role_that_may_not_use_the_schema_is_told_so(params string[] command)
    {
        var owned = OwnedDatabase.By("postgres");
        PostgresCluster.Shared.Execute(owned.Name, "REVOKE ALL ON SCHEMA public FROM public");

        var error = await RefusalAsync(owned.As("shut_out"), command);

        Assert.Equal(
            $"The role shut_out may use no schema of the database {owned.Name}: have its owner GRANT USAGE ON SCHEMA public TO "
                + "shut_out, and CREATE as well where it migrates.",
            error
        );
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData]
    public async Task A_role_that_may_make_no_tables_is_told_so(params string[] command)
    {
        var owned = OwnedDatabase.By("postgres");

        var error = await RefusalAsync(owned.As("reader"), command);

        Assert.Equal(
            "PostgreSQL: permission denied for schema public (42501). Give the role that right; where it may not change the "
                + "schema, run OpenBanking.Server migrate as one that may, and start with Storage:MigrateAtStart=false.",
            error
        );
    }

    [Fact]
    public async Task A_role_that_may_not_read_what_was_applied_is_told_so()
    {
        var owned = OwnedDatabase.By("postgres");
        using (var store = new PostgresStore(owned.ConnectionString))
        {
            Migrator.Apply(store, TimeProvider.System);
        }

        var error = await RefusalAsync(owned.As("blind"), "--Storage:MigrateAtStart=false");

        Assert.Contains(
            "permission denied for table schema_migration (42501)",
            error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("Multiplexing=true", "migrate")]
    [InlineData("Target Session Attributes=primary", "migrate", "--plan")]
    [InlineData("Target Session Attributes=standby", "verify-books")]
    [InlineData("Multiplexing=true", "verify-audit")]
    [InlineData("Target Session Attributes=primary")]
    [InlineData("Maximum Pool Size=2")]
    public async Task A_connection_string_that_the_server_cannot_work_with_ends_the_start(
        string keyword,
        params string[] command
    )
    {
        var error = await RefusalAsync(OwnedDatabase.By("postgres"), command, keyword);

        Assert.StartsWith("Storage:ConnectionString", error, StringComparison.Ordinal);
    }

    /// <summary>Also where the machine has another for PostgreSQL's own programs: names came to the database as other text.</summary>
    [Fact]
    public async Task Text_goes_to_the_database_as_it_is_whatever_the_machine_is_set_to()
    {
        const string name = "PGCLIENTENCODING";
        var owned = OwnedDatabase.By("postgres");
        Environment.SetEnvironmentVariable(name, "LATIN1");
        try
        {
            using var store = new PostgresStore(owned.ConnectionString);

            Assert.Equal(1, await SettingsAsync(store, "name = 'client_encoding' AND setting = 'UTF8'"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    private static Task<string> RefusalAsync(OwnedDatabase database, params string[] command) =>
        RefusalAsync(database, command, keyword: "");

    private static async Task<string> RefusalAsync(OwnedDatabase database, string[] command, string keyword)
    {
        var run = await ServerProgram.RunAsync([
            .. command,
            "--Storage:Provider=Postgres",
            $"--Storage:ConnectionString={database.ConnectionString};{keyword}",
            $"--Server:MasterKey={Convert.ToBase64String(new byte[32])}",
        ]);
        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.Single(run.Error.Split('\n'));
        return run.Error;
    }

    private static async Task<long> SettingsAsync(PostgresStore store, string condition) =>
        (await store.NumbersAsync($"SELECT COUNT(*) FROM pg_settings WHERE {condition}", columns: 1))[0][0];

    /// <summary>A database that no server has seen, and the role that works on it. It goes with its cluster.</summary>
    private sealed record OwnedDatabase(string Name, string Role)
    {
        public string ConnectionString =>
            new NpgsqlConnectionStringBuilder(PostgresCluster.Shared.ConnectionStringOf(Name))
            {
                Username = Role,
            }.ConnectionString;

        public static OwnedDatabase By(string role, string encoding = "UTF8")
        {
            var database = new OwnedDatabase(
                PostgresCluster.Shared.NewDatabase($"template0 ENCODING '{encoding}'"),
                "postgres"
            ).As(role);
            PostgresCluster.Shared.Execute("postgres", $"ALTER DATABASE {database.Name} OWNER TO {role}");
            return database;
        }

        public OwnedDatabase As(string role)
        {
            PostgresCluster.Shared.Execute(
                "postgres",
                $"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
            );
            return this with { Role = role };
        }
    }
}
