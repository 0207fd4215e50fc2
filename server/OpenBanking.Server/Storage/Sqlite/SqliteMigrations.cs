using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The schema of the embedded store; no other process has the file open.</summary>
internal sealed class SqliteMigrations(string path) : IMigrationTarget
{
    public string Dialect => "Sqlite";

    public void Lock()
    {
        // The store holds the lock of the process.
    }

    public IReadOnlyDictionary<int, string> Applied()
    {
        var applied = new Dictionary<int, string>();
        using var connection = new SqliteConnection(path, writes: false);
        var known = connection.Prepare("SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'");
        if (!known.Step())
        {
            return applied;
        }

        var statement = connection.Prepare("SELECT number, checksum FROM schema_migration");
        while (statement.Step())
        {
            applied.Add((int)statement.Row.Int64()!.Value, statement.Row.Text()!);
        }

        return applied;
    }

    public void Apply(Migration migration, DateTimeOffset now)
    {
        using var connection = new SqliteConnection(path, writes: true);
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
            ) STRICT
            """
        );
        connection.Execute(migration.Sql);
        var statement = connection.Prepare("INSERT INTO schema_migration VALUES (?1, ?2, ?3, ?4)");
        statement.Int64(migration.Number);
        statement.Text(migration.Name);
        statement.Text(migration.Checksum);
        statement.Instant(now);
        statement.Run();
        connection.Execute("COMMIT");
    }

    public void Dispose()
    {
        // Each step has a connection of its own.
    }
}
