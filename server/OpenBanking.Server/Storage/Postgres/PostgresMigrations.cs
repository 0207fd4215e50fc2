using Npgsql;
using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>The schema of a PostgreSQL database. A lock that lasts as long as the connection lets one node migrate, and
/// the others wait and find it done.</summary>
internal sealed class PostgresMigrations : IMigrationTarget, IDisposable
{
    /// <summary>"openbank" in ASCII: the name of the lock.</summary>
    private const long LockNumber = 0x6F70656E62616E6B;

    private readonly NpgsqlConnection connection;

    public PostgresMigrations(NpgsqlConnection connection)
    {
        this.connection = connection;
        Execute($"SELECT pg_advisory_lock({LockNumber})");
    }

    public string Dialect => "Postgres";

    public IReadOnlyDictionary<int, string> Applied()
    {
        Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL
            )
            """
        );
        using var command = new NpgsqlCommand("SELECT number, checksum FROM schema_migration", connection);
        using var result = command.ExecuteReader();
        var applied = new Dictionary<int, string>();
        while (result.Read())
        {
            applied.Add(result.GetInt32(0), result.GetString(1));
        }

        return applied;
    }

    public void Apply(Migration migration, DateTimeOffset now)
    {
        using var transaction = connection.BeginTransaction();
        Execute(migration.Sql);
        using var note = new NpgsqlCommand(
            "INSERT INTO schema_migration VALUES ($1, $2, $3, $4)",
            connection
        );
        note.Parameters.Add(new() { Value = migration.Number });
        note.Parameters.Add(new() { Value = migration.Name });
        note.Parameters.Add(new() { Value = migration.Checksum });
        note.Parameters.Add(new() { Value = now.ToUniversalTime() });
        note.ExecuteNonQuery();
        transaction.Commit();
    }

    public void Dispose()
    {
        Execute($"SELECT pg_advisory_unlock({LockNumber})");
        connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
