using OpenBanking.Tests.Storage.Migrations;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Roles and nodes, which only PostgreSQL has.</summary>
public sealed class PostgresMigrateCommandTests : MigrateCommandTests<EmptyPostgresDatabase>
{
    [Fact]
    public async Task Of_nodes_that_start_together_one_migrates_and_the_others_find_it_done()
    {
        using var database = new EmptyPostgresDatabase();

        var runs = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => ServerProgram.RunAsync(["migrate", .. database.Settings]))
        );

        Assert.All(runs, run => Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error)));
        Assert.Single(runs, run => run.Output.Contains("applied: 0001_spine.sql"));
    }

    [Fact]
    public async Task A_role_that_may_not_change_the_schema_serves_one_that_is_up_to_date()
    {
        using var database = new EmptyPostgresDatabase();
        const string role = "serving_only";
        database.Execute($"CREATE ROLE {role} LOGIN");
        string[] asRole =
        [
            database.Settings[0],
            database.Settings[1].Replace("Username=postgres", $"Username={role}", StringComparison.Ordinal),
        ];

        var migrating = await ServerProgram.RunAsync(["migrate", .. asRole]);
        Assert.Equal(ServerProgram.CannotStart, migrating.ExitCode);
        Assert.Contains("permission denied", migrating.Error, StringComparison.Ordinal);
        Assert.Single(migrating.Error.Split('\n'));

        database.Open().Dispose();
        database.Execute($"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
        var serving = await ServerProgram.RunAsync([
            "verify-books",
            "--Storage:MigrateAtStart=false",
            .. asRole,
        ]);
        Assert.Equal((ServerProgram.Ok, ""), (serving.ExitCode, serving.Error));
    }

    [Fact]
    public async Task What_PostgreSQL_says_is_said_of_a_store_that_cannot_be_used()
    {
        using var database = new EmptyPostgresDatabase();
        const string role = "never_connected";
        database.Execute($"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0");
        database.Open().Dispose();
        var asRole = database
            .Settings[1]
            .Replace("Username=postgres", $"Username={role}", StringComparison.Ordinal);

        var full = await RunAsync("pay-out", database.Settings[0], asRole, "--Storage:MigrateAtStart=false");
        database.Execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$"
        );
        var readOnly = await RunAsync(["keys", "rotate", .. database.Settings]);

        Assert.Contains($"too many connections for role \"{role}\" (53300)", full, StringComparison.Ordinal);
        Assert.StartsWith(
            "The store does not let the server do this for now. PostgreSQL: cannot execute ",
            readOnly,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            " in a read-only transaction (25006). Lead the server to the primary, or let the database be written to.",
            readOnly,
            StringComparison.Ordinal
        );

        static async Task<string> RunAsync(params string[] command)
        {
            var run = await ServerProgram.RunAsync([
                .. command,
                $"--Server:MasterKey={Convert.ToBase64String(new byte[32])}",
            ]);
            Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
            Assert.Single(run.Error.Split('\n'));
            return run.Error;
        }
    }

    [Fact]
    public async Task A_database_is_reached_through_its_Unix_socket()
    {
        using var database = new EmptyPostgresDatabase();
        var socket = database.Scalar("SHOW unix_socket_directories");

        var run = await ServerProgram.RunAsync(
            "migrate",
            database.Settings[0],
            database.Settings[1].Replace("Host=127.0.0.1", $"Host={socket}", StringComparison.Ordinal)
        );

        Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_told_in_one_sentence()
    {
        var run = await ServerProgram.RunAsync(
            "migrate",
            "--Storage:Provider=Postgres",
            $"--Storage:ConnectionString=Host=127.0.0.1;Port={Ports.Free()};Username=nobody"
        );

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.StartsWith("PostgreSQL: Failed to connect", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'));
    }
}
