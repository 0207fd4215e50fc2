using System.Diagnostics;
using Npgsql;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>
/// Finds out what became of a transaction whose connection was lost after its COMMIT was sent. That nothing is found
/// proves nothing while the server's process may still be at work; so it is ended first, and then what it wrote is looked
/// up on the primary.
/// </summary>
internal static class LostCommit
{
    private static readonly TimeSpan longestSearch = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(50);
    private const int LookUpTimeoutSeconds = 2;

    /// <summary>Gives whether it was committed; when it was not, it never will be.</summary>
    /// <exception cref="OutcomeUnknownException">Nobody can be asked in time, or what is found does not tell.</exception>
    public static bool WasMade(
        NpgsqlDataSource connections,
        PostgresBackend backend,
        Book book,
        NpgsqlException lost
    )
    {
        var searched = Stopwatch.StartNew();
        do
        {
            try
            {
                using var connection = connections.OpenConnection();
                if (IsPrimary(connection) && backend.IsGone(connection))
                {
                    return Trace.Of(book).IsThere(connection) switch
                    {
                        true => Stays(connection),
                        false => false,
                        null => throw Unknown(lost),
                    };
                }
            }
            catch (NpgsqlException)
            {
                // It is not back yet. What is left in the pool died with it.
                connections.Clear();
            }

            Task.Delay(pause).GetAwaiter().GetResult();
        } while (searched.Elapsed < longestSearch);

        throw Unknown(lost);
    }

    private static bool IsPrimary(NpgsqlConnection connection)
    {
        using var command = NewCommand("SELECT pg_is_in_recovery()", connection);
        return command.ExecuteScalar() is false;
    }

    /// <summary>Waits until everything up to now has reached the standbys that commits wait for: the lost transaction's
    /// own wait was cut short.</summary>
    private static bool Stays(NpgsqlConnection connection)
    {
        var inDoubt = false;
        connection.Notice += (_, notice) => inDoubt |= notice.Notice.SqlState == PostgresFailure.Warning;
        using var command = NewCommand(
            "SELECT pg_logical_emit_message(true, 'openbanking', '')::text",
            connection
        );
        command.ExecuteNonQuery();
        return inDoubt ? throw new NpgsqlException("The standby does not answer.") : true;
    }

    private static OutcomeUnknownException Unknown(NpgsqlException lost) =>
        new("The connection was lost in the moment of committing.", lost);

    private static NpgsqlCommand NewCommand(string sql, NpgsqlConnection connection) =>
        new(sql, connection) { CommandTimeout = LookUpTimeoutSeconds };

    /// <summary>What a batch leaves behind when it was committed.</summary>
    private sealed class Trace(long world) : IRowSaver
    {
        private Func<NpgsqlConnection, bool?>? own;
        private Func<NpgsqlConnection, bool?>? inserted;
        private Func<NpgsqlConnection, bool?>? updated;

        public static Trace Of(Book book)
        {
            var trace = new Trace(book.World.Number);
            foreach (var state in book.States())
            {
                state.Save(trace);
            }

            return trace;
        }

        /// <summary>Whether the batch was committed; null when what is there may be another writer's.</summary>
        public bool? IsThere(NpgsqlConnection connection) => (own ?? inserted ?? updated)?.Invoke(connection);

        /// <summary>The journal's id is new for every run of a batch, so that its rows are nobody else's. Any other key may
        /// have been taken by another writer since; while it is free, the batch is not there.</summary>
        public void Insert<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<TRow> rows)
            where TKey : struct
            where TRow : class
        {
            if (rows is not [var first, ..])
            {
                return;
            }

            var key = table.KeyOf(first);
            if (ReferenceEquals(table, EngineTables.Journal) || ReferenceEquals(table, EngineTables.Answers))
            {
                own = connection => Find(connection, table, key) is not null;
            }
            else
            {
                inserted ??= connection => Find(connection, table, key) is null ? false : null;
            }
        }

        /// <summary>While the version is the one that was read, the batch is not there.</summary>
        public void Update<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<ChangedRow<TRow>> rows)
            where TKey : struct
            where TRow : class
        {
            if (rows is [var changed, ..])
            {
                updated ??= connection =>
                    Find(connection, table, table.KeyOf(changed.Row)) is VersionedRow { Version: var version }
                    && version == changed.VersionRead
                        ? false
                        : null;
            }
        }

        public void Add<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TRow Empty, long Amount)> rows)
            where TKey : struct
            where TRow : class
        {
            // A sum tells nothing of who added to it.
        }

        public void RequireSums<TKey, TRow>(
            Table<TKey, TRow> table,
            IReadOnlyList<(TKey Key, long Least)> rows
        )
            where TKey : struct
            where TRow : class
        {
            // Nor does it by what it is.
        }

        private TRow? Find<TKey, TRow>(NpgsqlConnection connection, Table<TKey, TRow> table, TKey key)
            where TKey : struct
            where TRow : class
        {
            using var command = NewCommand(PostgresText.SelectByKey(table), connection);
            var parameters = new PostgresParameters(command.Parameters);
            parameters.Int64(world);
            table.WriteKey(key, parameters);
            using var result = command.ExecuteReader();
            return result.Read() ? table.Read(new PostgresRow(result)) : null;
        }
    }
}
