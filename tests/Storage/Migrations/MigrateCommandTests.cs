using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Migrations;

/// <summary>What operators run before they start a new version.</summary>
public abstract class MigrateCommandTests<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    private const string First = "0001_spine.sql";

    /// <summary>Both dialects have the same.</summary>
    private static readonly IReadOnlyList<Migration> known = MigrationFiles.Known(
        SqliteMigrations.Dialect,
        null
    );

    private readonly TDatabase database = new();

    [Fact]
    public async Task Migrate_applies_what_is_pending_and_lists_it()
    {
        var first = await RunAsync("migrate");
        Assert.Equal((ServerProgram.Ok, ""), (first.ExitCode, first.Error));
        Assert.Equal(
            [.. known.Select(migration => $"applied: {migration.Name}"), "The schema is up to date"],
            first.Output
        );

        var second = await RunAsync("migrate");
        Assert.Equal(ServerProgram.Ok, second.ExitCode);
        Assert.Equal(["The schema is up to date"], second.Output);
    }

    [Fact]
    public async Task A_plan_lists_what_is_pending_and_changes_nothing()
    {
        var plan = await RunAsync("migrate", "--plan");

        Assert.Equal((ServerProgram.Ok, ""), (plan.ExitCode, plan.Error));
        Assert.Equal($"to apply: {First} (needs servers that know it)", plan.Output[0]);
        Assert.Equal(
            known.Select(migration => migration.Name),
            plan.Output.SkipLast(1).Select(line => line.Split(' ')[2])
        );
        Assert.Equal($"{known.Count} to apply; nothing was changed", plan.Output[^1]);
        Assert.Empty(database.Tables);

        database.Open().Dispose();
        var again = await RunAsync("migrate", "--plan");
        Assert.Equal(["The schema is up to date"], again.Output);
    }

    [Fact]
    public async Task A_plan_tells_of_migrations_that_do_not_fit()
    {
        database.Open().Dispose();
        database.Execute("UPDATE schema_migration SET checksum = 'other' WHERE number = 1");

        foreach (
            var command in (string[][])
                [
                    ["migrate"],
                    ["migrate", "--plan"],
                ]
        )
        {
            var refused = await RunAsync(command);
            Assert.Equal(ServerProgram.CannotStart, refused.ExitCode);
            Assert.StartsWith($"Migration {First} was changed", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_server_that_may_not_migrate_refuses_an_older_schema_and_names_the_command()
    {
        string[] start = ["verify-books", "--Storage:MigrateAtStart=false"];
        // Makes the file, where a database is one: without it there are no books to verify.
        database.Execute("CREATE TABLE other (number integer); DROP TABLE other");

        var refused = await RunAsync(start);
        Assert.Equal(ServerProgram.CannotStart, refused.ExitCode);
        Assert.Equal(
            $"The schema lacks {string.Join(", ", known.Where(migration => !migration.Contracts).Select(migration => migration.Name))}: "
                + "run OpenBanking.Server migrate, as a role that may change the schema.",
            refused.Error
        );
        Assert.Empty(database.Tables);

        await RunAsync("migrate");
        Assert.Equal(ServerProgram.Ok, (await RunAsync(start)).ExitCode);
    }

    [Fact]
    public async Task A_switch_with_a_slip_in_it_changes_nothing()
    {
        var run = await RunAsync("migrate", "--plna");

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.Equal("migrate has no switch --plna; it has --plan.", run.Error);
        Assert.Empty(database.Tables);
    }

    [Theory]
    [InlineData("There are no books ", "verify-books")]
    [InlineData("There are no books ", "pay-out")]
    [InlineData("verify-books does not know --verbose", "verify-books", "--verbose")]
    [InlineData("verify-books does not know --Server:DataFolder", "verify-books", "--Server:DataFolder")]
    [InlineData(
        "find-customer needs the customer's mobile number, eleven digits",
        "find-customer",
        "1380013800"
    )]
    [InlineData("find-customer needs the customer's mobile number, eleven digits", "find-customer", "Zhang")]
    [InlineData("release-number needs the customer's id", "release-number", "cus_1", "138")]
    [InlineData("There are no books ", "find-customer", "+86 138 0013 8000")]
    [InlineData("migrate does not know --Server:DataFolder", "migrate", "--Server:DataFolder", "--plan")]
    [InlineData("migrate does not know plan", "migrate", "plan")]
    public async Task Nothing_is_begun_where_nothing_is(string why, params string[] command)
    {
        var run = await RunAsync(command);

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.StartsWith(why, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n'));
        Assert.Empty(run.Output);
        Assert.Empty(database.Tables);
    }

    /// <summary>A bank migrates where neither its keys nor its adapters are.</summary>
    [Fact]
    public async Task Migrate_needs_no_keys()
    {
        var run = await RunAsync("migrate", "--Server:Sandbox=false");

        Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error));
    }

    public void Dispose()
    {
        database.Dispose();
        GC.SuppressFinalize(this);
    }

    private Task<ServerRun> RunAsync(params string[] command) =>
        ServerProgram.RunAsync([.. command, .. database.Settings]);
}
