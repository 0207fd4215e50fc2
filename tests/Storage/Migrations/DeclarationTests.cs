using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Tests.Storage.Migrations;

/// <summary>What the first lines of a migration say.</summary>
public sealed class DeclarationTests
{
    [Theory]
    [InlineData("-- expand\nSELECT 1", 0)]
    [InlineData("-- Adds a column.\n-- expand\nSELECT 1", 0)]
    [InlineData("-- contract: needs 0003\nSELECT 1", 3)]
    // Who says nothing, or says it where nobody looks, shuts out all who do not know it.
    [InlineData("SELECT 1", 5)]
    [InlineData("-- expands\nSELECT 1", 5)]
    [InlineData("SELECT 1\n-- expand", 5)]
    [InlineData("-- contract\nSELECT 1", 5)]
    public void The_first_lines_say_which_servers_go_on_working(string sql, int oldestServer) =>
        Assert.Equal(oldestServer, new Migration(5, "0005_x.sql", sql).OldestServer);

    [Theory]
    [InlineData("-- expand\n-- contract: needs 0003\n")]
    [InlineData("-- contract: needs 0005\n")]
    [InlineData("-- contract: needs 0003\n-- concurrently: x\n")]
    public void A_declaration_that_contradicts_itself_is_refused(string sql)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => new Migration(5, "0005_x.sql", sql));

        Assert.Contains("0005_x.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_made_concurrently_is_named()
    {
        var migration = new Migration(5, "0005_x.sql", "-- expand\n-- concurrently: payment_by_day\n");

        Assert.Equal("payment_by_day", migration.ConcurrentIndex);
    }

    /// <summary>Whoever adds one has to think of the servers that run while it is applied.</summary>
    [Theory]
    [InlineData(PostgresMigrations.Dialect)]
    [InlineData(SqliteMigrations.Dialect)]
    public void Every_migration_but_the_first_says_what_it_means_for_older_servers(string dialect) =>
        Assert.Empty(
            MigrationFiles
                .Known(dialect, null)
                .Skip(1)
                .Where(migration => !migration.Expands && !migration.Contracts)
                .Select(migration => migration.Name)
        );

    [Fact]
    public void Both_dialects_have_the_same_migrations_and_say_the_same_of_them() =>
        Assert.Equal(Declared(SqliteMigrations.Dialect), Declared(PostgresMigrations.Dialect));

    private static IEnumerable<(string, int)> Declared(string dialect) =>
        MigrationFiles.Known(dialect, null).Select(migration => (migration.Name, migration.OldestServer));
}
