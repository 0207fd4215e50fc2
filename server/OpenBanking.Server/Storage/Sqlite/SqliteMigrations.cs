using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The schema of the embedded store; no other process has the file open.</summary>
internal sealed class SqliteMigrations(SqliteConnection connection) : IMigrationTarget
{
    public string Dialect => "Sqlite";

    public IReadOnlyDictionary<int, string> Applied()
    {
        connection.Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
            ) STRICT
            """
        );
        var statement = connection.Prepare("SELECT number, checksum FROM schema_migration");
        var applied = new Dictionary<int, string>();
        while (statement.Step())
        {
            applied.Add((int)statement.Row.Int64()!.Value, statement.Row.Text()!);
        }

        statement.Reset();
        return applied;
    }

    public void Apply(Migration migration, DateTimeOffset now)
    {
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute(migration.Sql);
        var statement = connection.Prepare("INSERT INTO schema_migration VALUES (?1, ?2, ?3, ?4)");
        statement.Int64(migration.Number);
        statement.Text(migration.Name);
        statement.Text(migration.Checksum);
        statement.Instant(now);
        statement.Run();
        connection.Execute("COMMIT");
    }
}
