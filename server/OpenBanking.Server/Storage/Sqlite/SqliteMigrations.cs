using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The schema of the embedded store; no other process has the file open.</summary>
internal sealed class SqliteMigrations(string path, IReadOnlyList<Migration> known) : IMigrationTarget
{
    public const string Dialect = "Sqlite";

    /// <summary>One for all of them: the last connection to close copies the whole log back into the file.</summary>
    private SqliteConnection? writing;

    public IReadOnlyList<Migration> Known => known;

    public void Lock()
    {
        // The store holds the lock of the process.
    }

    public IReadOnlyList<AppliedMigration> Applied()
    {
        var applied = new List<AppliedMigration>();
        using var connection = new SqliteConnection(path, writes: false);
        if (!HasTable(connection))
        {
            return applied;
        }

        var oldest = HasOldestServer(connection) ? "oldest_server" : "NULL";
        var statement = connection.Prepare($"SELECT number, name, checksum, {oldest} FROM schema_migration");
        while (statement.Step())
        {
            var row = statement.Row;
            applied.Add(new((int)row.Int64()!.Value, row.Text()!, row.Text()!, (int?)row.Int64()));
        }

        return applied;
    }

    /// <summary>The embedded store serves one process.</summary>
    public IReadOnlyList<RunningNode> Nodes() => [];

    public void Apply(Migration migration, DateTimeOffset now)
    {
        var connection = writing ??= new SqliteConnection(path, writes: true);
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
            ) STRICT
            """
        );
        if (!HasOldestServer(connection))
        {
            connection.Execute("ALTER TABLE schema_migration ADD COLUMN oldest_server INTEGER");
        }

        connection.Execute(migration.Sql);
        var statement = connection.Prepare(
            "INSERT INTO schema_migration (number, name, checksum, applied_at, oldest_server) VALUES (?1, ?2, ?3, ?4, ?5)"
        );
        statement.Int64(migration.Number);
        statement.Text(migration.Name);
        statement.Text(migration.Checksum);
        statement.Instant(now);
        statement.Int64(migration.OldestServer);
        statement.Run();
        connection.Execute("COMMIT");
    }

    /// <summary>What was begun and not committed is undone.</summary>
    public void Dispose() => writing?.Dispose();

    private static bool HasTable(SqliteConnection connection) =>
        Has(connection, "SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'");

    /// <summary>The first version of the server noted migrations without it.</summary>
    private static bool HasOldestServer(SqliteConnection connection) =>
        Has(connection, "SELECT 1 FROM pragma_table_info('schema_migration') WHERE name = 'oldest_server'");

    private static bool Has(SqliteConnection connection, string sql)
    {
        var statement = connection.Prepare(sql);
        var found = statement.Step();
        statement.Reset();
        return found;
    }
}
