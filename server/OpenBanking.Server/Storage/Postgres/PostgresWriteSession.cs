using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>One writer of one node. It reads a batch's rows in one round trip, without locks, and writes what changed
/// in another, from BEGIN to COMMIT; a row that somebody else changed in between raises an error inside it, so that
/// COMMIT is never reached.</summary>
internal sealed class PostgresWriteSession(NpgsqlDataSource connections)
    : IWriteSession,
        IRowLoader,
        IRowSaver
{
    /// <summary>How long a read may take, and the whole round trip of a commit, in seconds.</summary>
    private const int LoadTimeout = 4;
    private const int CommitTimeout = 10;

    /// <summary>How long a statement may wait for another's lock, and a transaction for its next statement: a node that is
    /// paused with locks in its hands loses them before others give up.</summary>
    private const string LockTimeout = "3s";
    private const string IdleTimeout = "2s";

    /// <summary>How long one statement may take; COMMIT itself is not cut short.</summary>
    private const string StatementTimeout = "6s";

    /// <summary>A connection that leads nowhere is found out, also when nothing is sent over it.</summary>
    private const string DeadPeers =
        "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; "
        + "SET tcp_user_timeout = '10s'";

    /// <summary>Each statement finds few rows by their whole key. Generic plans are as good and cost nothing, as long as
    /// the planner does not take a young table's statistics at their word.</summary>
    public const string Settings =
        $"SET lock_timeout = '{LockTimeout}'; SET idle_in_transaction_session_timeout = '{IdleTimeout}'; SET jit = off; "
        + $"SET statement_timeout = '{StatementTimeout}'; {DeadPeers}; "
        + "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
        + "SET enable_hashjoin = off; SET enable_mergejoin = off";

    private readonly List<Action<NpgsqlDataReader>> loads = [];

    /// <summary>Where the rows of a book were when they were read.</summary>
    private readonly ConditionalWeakTable<Book, Dictionary<object, NpgsqlTid>> placesOf = [];
    private Dictionary<object, NpgsqlTid> places = null!;
    private NpgsqlConnection? connection;
    private PostgresBackend backend;
    private NpgsqlBatch batch = null!;
    private bool inTransaction;
    private bool locks;
    private bool outcomeInDoubt;
    private bool waitedForLock;
    private long world;

    public void Load(Book book, bool locking = false)
    {
        world = book.World.Number;
        locks = locking;
        waitedForLock = false;
        loads.Clear();
        places = PlacesOf(book);
        using (batch = NewBatch())
        {
            batch.Timeout = LoadTimeout;
            if (locking)
            {
                Add("BEGIN");
                inTransaction = true;
            }

            foreach (var state in book.States())
            {
                state.Load(this);
            }

            if (loads.Count > 0)
            {
                ReadAll();
            }
        }
    }

    public void Commit(Book book)
    {
        world = book.World.Number;
        outcomeInDoubt = false;
        places = PlacesOf(book);
        using (batch = NewBatch())
        {
            batch.Timeout = CommitTimeout;
            if (!inTransaction)
            {
                Add("BEGIN");
            }

            foreach (var state in book.States())
            {
                state.Save(this);
            }

            inTransaction = true;
            if (CrashPoints.AreArmedAt(CrashPoint.Written))
            {
                CommitAll(book);
                CrashPoints.Pass(CrashPoint.Written);
                batch.BatchCommands.Clear();
            }

            Add(PostgresDurability.BeforeCommit);
            Add("COMMIT");
            CommitAll(book);
            inTransaction = false;
        }

        if (outcomeInDoubt)
        {
            throw new OutcomeUnknownException(
                "The wait for the standby was cut short.",
                new NpgsqlException("Committed here, perhaps not there.")
            );
        }
    }

    public void Rollback()
    {
        if (connection is null || !inTransaction)
        {
            return;
        }

        inTransaction = false;
        if (connection.State != System.Data.ConnectionState.Open)
        {
            Close();
            return;
        }

        try
        {
            using var command = new NpgsqlCommand("ROLLBACK", connection);
            command.ExecuteNonQuery();
            if (waitedForLock)
            {
                PostgresBackend.EndSilent(connection);
            }
        }
        catch (NpgsqlException)
        {
            Close();
        }
    }

    public int Sweep(Table table, Sql condition, int limit)
    {
        using var command = new NpgsqlCommand(PostgresText.Sweep(table, condition.Text), Connection());
        var parameters = new PostgresParameters(command.Parameters);
        parameters.Int64(limit);
        condition.WriteTo(parameters);
        return Execute(command);
    }

    public int Replace(Table table, string column, IReadOnlyList<Replacement> values)
    {
        var arrays = new PostgresArrays();
        foreach (var value in values)
        {
            arrays.NextRow();
            arrays.Int64(value.World.Number);
            foreach (var key in value.Key)
            {
                RowMapper.WriteValue(arrays, key);
            }

            arrays.Blob(value.Old);
            arrays.Blob(value.New);
        }

        using var command = new NpgsqlCommand(PostgresText.Replace(table, column), Connection());
        arrays.AddTo(command.Parameters);
        return Execute(command);
    }

    public void Load<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyCollection<TKey> keys, Action<TRow> found)
        where TKey : struct
        where TRow : class
    {
        if (keys.Count == 0)
        {
            return;
        }

        AddRows(PostgresText.Load(table, locks), keys, table.WriteKey);
        loads.Add(result =>
        {
            var columns = new PostgresRow(result);
            while (result.Read())
            {
                var row = table.Read(columns.Restart());
                if (table.Versioned)
                {
                    places.Add(row, columns.Place());
                }

                found(row);
            }
        });
    }

    public void Insert<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<TRow> rows)
        where TKey : struct
        where TRow : class
    {
        if (rows.Count > 0)
        {
            AddRows(PostgresText.Insert(table), rows, table.Write);
        }
    }

    public void Update<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<ChangedRow<TRow>> rows)
        where TKey : struct
        where TRow : class
    {
        if (rows.Count > 0)
        {
            var update = PostgresText.Updates.Of(table, [.. rows]);
            AddRows(
                update.Text,
                rows,
                (changed, arrays) =>
                {
                    table.Write(changed.Row, arrays);
                    arrays.Int64(changed.VersionRead);
                },
                update.Wanted,
                more =>
                {
                    more.Places(rows.Select(changed => places[changed.Read]));
                    more.Int64(rows.Count);
                }
            );
        }
    }

    public void Add<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TRow Empty, long Amount)> rows)
        where TKey : struct
        where TRow : class
    {
        if (rows.Count > 0)
        {
            AddRows(
                PostgresText.Add(table),
                rows,
                (added, arrays) => table.Write(table.Add!(added.Empty, added.Amount), arrays)
            );
        }
    }

    public void RequireSums<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TKey Key, long Least)> rows)
        where TKey : struct
        where TRow : class
    {
        if (rows.Count > 0)
        {
            AddRows(
                PostgresText.RequireSums(table),
                rows,
                (required, arrays) =>
                {
                    table.WriteKey(required.Key, arrays);
                    arrays.Int64(required.Least);
                },
                more: more => more.Int64(rows.Count)
            );
        }
    }

    public void Dispose() => Close();

    /// <param name="wanted">Which of the columns that are written for a row belong to the statement; all when null.</param>
    /// <param name="more">Adds the parameters that come after the rows.</param>
    private void AddRows<T>(
        string text,
        IEnumerable<T> rows,
        Action<T, RowWriter> write,
        bool[]? wanted = null,
        Action<PostgresParameters>? more = null
    )
    {
        var arrays = new PostgresArrays(wanted);
        foreach (var row in rows)
        {
            arrays.NextRow();
            write(row, arrays);
        }

        var command = new NpgsqlBatchCommand(text);
        var parameters = new PostgresParameters(command.Parameters);
        parameters.Int64(world);
        parameters.Arrays(arrays);
        more?.Invoke(parameters);
        batch.BatchCommands.Add(command);
    }

    private Dictionary<object, NpgsqlTid> PlacesOf(Book book) =>
        placesOf.GetValue(book, _ => new(ReferenceEqualityComparer.Instance));

    private void Add(string text) => batch.BatchCommands.Add(new(text));

    private int Execute(NpgsqlCommand command)
    {
        try
        {
            return command.ExecuteNonQuery();
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsRefusal(failure))
        {
            throw Refused(failure);
        }
    }

    private void ReadAll()
    {
        try
        {
            using var result = batch.ExecuteReader();
            foreach (var read in loads)
            {
                read(result);
                result.NextResult();
            }
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsConflict(failure))
        {
            throw new WriteConflictException(failure.Message);
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsRefusal(failure))
        {
            throw Refused(failure);
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsOfConnection(failure))
        {
            waitedForLock = failure.SqlState == PostgresErrorCodes.LockNotAvailable;
            if (!waitedForLock)
            {
                Close();
            }

            throw new StoreUnavailableException(failure);
        }
    }

    /// <summary>What it lets through the database refused, for a reason of its own.</summary>
    private void CommitAll(Book book)
    {
        waitedForLock = false;
        try
        {
            batch.ExecuteNonQuery();
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsConflict(failure))
        {
            throw new WriteConflictException(failure.Message);
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsRefusal(failure))
        {
            throw Refused(failure);
        }
        catch (NpgsqlException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new DuplicateRowException(failure.Message);
        }
        catch (NpgsqlException failure) when (!PostgresFailure.IsCertain(failure))
        {
            Close();
            if (!LostCommit.WasMade(connections, backend, book, failure))
            {
                throw new StoreUnavailableException(failure);
            }
        }
        catch (NpgsqlException failure) when (PostgresFailure.IsOfConnection(failure))
        {
            waitedForLock = failure.SqlState == PostgresErrorCodes.LockNotAvailable;
            throw new StoreUnavailableException(failure);
        }
    }

    private StoreUnavailableException Refused(NpgsqlException failure)
    {
        if (PostgresFailure.MayEndWithConnection(failure))
        {
            Close();
        }

        return new(failure);
    }

    private NpgsqlBatch NewBatch() => new(Connection());

    private NpgsqlConnection Connection()
    {
        if (connection is { State: System.Data.ConnectionState.Open })
        {
            return connection;
        }

        Close();
        try
        {
            connection = connections.OpenConnection();
            connection.Notice += NoteDoubt;
            using var set = new NpgsqlCommand(Settings, connection);
            set.ExecuteNonQuery();
            backend = PostgresBackend.Of(connection);
            return connection;
        }
        catch (NpgsqlException failure)
        {
            Close();
            throw new StoreUnavailableException(failure);
        }
    }

    /// <summary>A wait for a synchronous standby that is cancelled ends in nothing but a warning.</summary>
    private void NoteDoubt(object sender, NpgsqlNoticeEventArgs notice) =>
        outcomeInDoubt |= notice.Notice.SqlState == PostgresFailure.Warning;

    /// <summary>A connection that was set up for writing is nobody else's. When it is dead, what is left in the pool died with
    /// it.</summary>
    private void Close()
    {
        connections.Clear();
        connection?.Dispose();
        connection = null;
        inTransaction = false;
    }
}
