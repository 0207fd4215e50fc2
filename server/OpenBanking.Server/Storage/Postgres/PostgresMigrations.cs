using System.Data;
using Npgsql;
using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>The schema of a PostgreSQL database. However long a migration takes, it is waited for.</summary>
internal sealed class PostgresMigrations(NpgsqlConnection connection) : IMigrationTarget
{
    /// <summary>"openbank" in ASCII: the name of the lock.</summary>
    private const long LockNumber = 0x6F70656E62616E6B;

    private bool locked;

    public string Dialect => "Postgres";

    /// <summary>Lets one node migrate; the others wait and find it done.</summary>
    public void Lock()
    {
        Execute($"SELECT pg_advisory_lock({LockNumber})");
        locked = true;
    }

    public IReadOnlyDictionary<int, string> Applied()
    {
        var applied = new Dictionary<int, string>();
        using var known = NewCommand("SELECT to_regclass('schema_migration') IS NOT NULL");
        if (known.ExecuteScalar() is not true)
        {
            return applied;
        }

        using var command = NewCommand("SELECT number, checksum FROM schema_migration");
        using var result = command.ExecuteReader();
        while (result.Read())
        {
            applied.Add(result.GetInt32(0), result.GetString(1));
        }

        return applied;
    }

    public void Apply(Migration migration, DateTimeOffset now)
    {
        using var transaction = connection.BeginTransaction();
        Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL
            )
            """
        );
        Execute(migration.Sql);
        using var note = NewCommand("INSERT INTO schema_migration VALUES ($1, $2, $3, $4)");
        note.Parameters.Add(new() { Value = migration.Number });
        note.Parameters.Add(new() { Value = migration.Name });
        note.Parameters.Add(new() { Value = migration.Checksum });
        note.Parameters.Add(new() { Value = now.ToUniversalTime() });
        note.ExecuteNonQuery();
        transaction.Commit();
    }

    public void Dispose()
    {
        if (locked && connection.State == ConnectionState.Open)
        {
            Execute($"SELECT pg_advisory_unlock({LockNumber})");
        }

        connection.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = NewCommand(sql);
        command.ExecuteNonQuery();
    }

    private NpgsqlCommand NewCommand(string sql) => new(sql, connection) { CommandTimeout = 0 };
}
