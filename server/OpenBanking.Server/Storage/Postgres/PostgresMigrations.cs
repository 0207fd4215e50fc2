using System.Data;
using Npgsql;
using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>
/// The schema of a PostgreSQL database that nodes are working on. A statement that waits for a lock makes everybody
/// behind it wait, too: so it gives up soon, lets them pass, and tries again. However long a migration takes once it
/// runs, it is waited for.
/// </summary>
internal sealed class PostgresMigrations(NpgsqlConnection connection, IReadOnlyList<Migration> known)
    : IMigrationTarget
{
    public const string Dialect = "Postgres";

    /// <summary>"openbank" in ASCII: the name of the lock.</summary>
    private const long LockNumber = 0x6F70656E62616E6B;

    /// <summary>Shorter than what a node waits for a lock, so that none of its writes fails.</summary>
    private const int LockTimeoutMilliseconds = 1_000;
    private static readonly TimeSpan restBetweenAttempts = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan restForOthers = TimeSpan.FromMilliseconds(100);

    private bool locked;

    /// <summary>How often a migration tries to get its locks.</summary>
    public int Attempts { get; init; } = 30;

    public IReadOnlyList<Migration> Known => known;

    /// <summary>Lets one node migrate; the others wait and find it done. They ask again and again, as a statement that
    /// waits would keep an index from being made concurrently.</summary>
    public void Lock()
    {
        while (!locked)
        {
            using var command = NewCommand($"SELECT pg_try_advisory_lock({LockNumber})");
            locked = command.ExecuteScalar() is true;
            if (!locked)
            {
                Thread.Sleep(restForOthers);
            }
        }
    }

    public IReadOnlyList<AppliedMigration> Applied() =>
        PostgresNodes.AppliedAsync(connection).GetAwaiter().GetResult();

    public IReadOnlyList<RunningNode> Nodes() => PostgresNodes.Running(connection);

    public void Apply(Migration migration, DateTimeOffset now)
    {
        RequireNobodyShutOut(migration);
        Trying(migration, MakeNotes);
        if (migration.ConcurrentIndex is { } index)
        {
            // What an attempt that broke off has left is there, and of no use.
            Execute($"DROP INDEX CONCURRENTLY IF EXISTS {index}");
            Execute(migration.Sql);
            Note(migration, now);
            return;
        }

        Trying(
            migration,
            () =>
            {
                Execute(migration.Sql);
                if (!migration.Expands)
                {
                    PostgresNodes.KeepOut(connection);
                    RequireNobodyShutOut(migration);
                }

                Note(migration, now);
            }
        );
    }

    public void Dispose()
    {
        if (locked && connection.State == ConnectionState.Open)
        {
            Execute($"SELECT pg_advisory_unlock({LockNumber})");
        }

        connection.Dispose();
    }

    private void RequireNobodyShutOut(Migration migration)
    {
        if (Nodes().Where(node => node.Schema < migration.OldestServer).ToList() is { Count: > 0 } shutOut)
        {
            throw new NodesShutOutException(migration, shutOut);
        }
    }

    /// <summary>Where migrations are noted. The first version of the server noted no oldest server; the table is left
    /// alone where that is there, because new connections read it.</summary>
    private void MakeNotes()
    {
        using var complete = NewCommand(
            """
            SELECT EXISTS (
                SELECT FROM pg_attribute
                WHERE attrelid = to_regclass('schema_migration') AND attname = 'oldest_server' AND NOT attisdropped
            )
            """
        );
        if (complete.ExecuteScalar() is not true)
        {
            Execute(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL
                );
                ALTER TABLE schema_migration ADD COLUMN oldest_server integer
                """
            );
        }
    }

    /// <summary>Runs it as one transaction, again when others held what it needs.</summary>
    private void Trying(Migration migration, Action step)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            using var transaction = connection.BeginTransaction();
            try
            {
                Execute($"SET LOCAL lock_timeout = {LockTimeoutMilliseconds}");
                step();
                transaction.Commit();
                return;
            }
            catch (PostgresException busy)
                when (busy.SqlState
                        is PostgresErrorCodes.LockNotAvailable
                            or PostgresErrorCodes.DeadlockDetected
                )
            {
                transaction.Rollback();
                Thread.Sleep(restBetweenAttempts);
            }
        }

        throw new InvalidOperationException(
            $"{migration.Name} found what it changes locked by others, {Attempts} times. Nothing of it was applied; "
                + "migrate again when less is going on, or end what holds the locks (pg_locks)."
        );
    }

    private void Note(Migration migration, DateTimeOffset now)
    {
        using var note = NewCommand(
            "INSERT INTO schema_migration (number, name, checksum, applied_at, oldest_server) VALUES ($1, $2, $3, $4, $5)"
        );
        note.Parameters.Add(new() { Value = migration.Number });
        note.Parameters.Add(new() { Value = migration.Name });
        note.Parameters.Add(new() { Value = migration.Checksum });
        note.Parameters.Add(new() { Value = now.ToUniversalTime() });
        note.Parameters.Add(new() { Value = migration.OldestServer });
        note.ExecuteNonQuery();
    }

    private void Execute(string sql)
    {
        using var command = NewCommand(sql);
        command.ExecuteNonQuery();
    }

    private NpgsqlCommand NewCommand(string sql) => new(sql, connection) { CommandTimeout = 0 };
}
