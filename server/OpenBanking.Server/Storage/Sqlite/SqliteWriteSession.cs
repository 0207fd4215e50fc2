using OpenBanking.Server.Engine;
using SQLitePCL;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The one writer: BEGIN IMMEDIATE, prepared statements row by row (there is no wire to save trips
/// on), one COMMIT that waits for the disk.</summary>
internal sealed class SqliteWriteSession(SqliteConnection connection) : IWriteSession, IRowLoader, IRowSaver
{
    private long world;

    /// <summary>There is no other writer to lock out.</summary>
    public void Load(Book book, bool locking = false)
    {
        try
        {
            connection.Prepare("BEGIN IMMEDIATE").Run();
            world = book.World.Number;
            foreach (var state in book.States())
            {
                state.Load(this);
            }
        }
        catch (SqliteStoreException failure) when (SqliteFailure.IsOfStore(failure))
        {
            throw new StoreUnavailableException(failure);
        }
    }

    public void Commit(Book book)
    {
        Save(book);
        CrashPoints.Pass(CrashPoint.Written);
        try
        {
            connection.Prepare("COMMIT").Run();
        }
        catch (SqliteStoreException failure) when (failure.Result == raw.SQLITE_FULL)
        {
            // The log has no room for the frame that would make the transaction one.
            throw new StoreUnavailableException(failure);
        }
        catch (SqliteStoreException failure)
            when (!connection.InTransaction || failure.Result == raw.SQLITE_IOERR)
        {
            throw new OutcomeUnknownException("SQLite failed in the moment of committing.", failure);
        }
    }

    public void Rollback()
    {
        if (connection.InTransaction)
        {
            connection.Prepare("ROLLBACK").Run();
        }
    }

    public int Sweep(Table table, Sql condition, int limit)
    {
        var statement = connection.Prepare(SqliteText.Sweep(table, condition.Text));
        statement.Int64(limit);
        condition.WriteTo(statement);
        statement.Run();
        return connection.ChangedRows;
    }

    public int Replace(Table table, string column, IReadOnlyList<Replacement> values)
    {
        var replaced = 0;
        connection.Prepare("BEGIN IMMEDIATE").Run();
        foreach (var value in values)
        {
            var statement = connection.Prepare(SqliteText.Replace(table, column));
            statement.Blob(value.New);
            statement.Int64(value.World.Number);
            foreach (var key in value.Key)
            {
                RowMapper.WriteValue(statement, key);
            }

            statement.Blob(value.Old);
            statement.Run();
            replaced += connection.ChangedRows;
        }

        connection.Prepare("COMMIT").Run();
        return replaced;
    }

    public void Load<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyCollection<TKey> keys, Action<TRow> found)
        where TKey : struct
        where TRow : class
    {
        var statement = connection.Prepare(SqliteText.SelectByKey(table));
        foreach (var key in keys)
        {
            statement.Int64(world);
            table.WriteKey(key, statement);
            if (statement.Step())
            {
                found(table.Read(statement.Row));
            }

            statement.Reset();
        }
    }

    public void Insert<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<TRow> rows)
        where TKey : struct
        where TRow : class
    {
        foreach (var row in rows)
        {
            var statement = connection.Prepare(SqliteText.Insert(table));
            statement.Int64(world);
            table.Write(row, statement);
            statement.Run();
        }
    }

    public void Update<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<ChangedRow<TRow>> rows)
        where TKey : struct
        where TRow : class
    {
        foreach (var changed in rows)
        {
            var statement = connection.Prepare(SqliteText.Update(table));
            statement.Int64(world);
            table.Write(changed.Row, statement);
            statement.Int64(changed.VersionRead);
            statement.Run();
            if (connection.ChangedRows != 1)
            {
                throw new WriteConflictException(
                    $"{table} {table.KeyOf(changed.Row)} was changed by another writer."
                );
            }
        }
    }

    public void Add<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TRow Empty, long Amount)> rows)
        where TKey : struct
        where TRow : class
    {
        foreach (var (empty, amount) in rows)
        {
            var statement = connection.Prepare(SqliteText.Add(table));
            statement.Int64(world);
            table.Write(empty, statement);
            statement.Int64(amount);
            statement.Run();
        }
    }

    public void RequireSums<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TKey Key, long Least)> rows)
        where TKey : struct
        where TRow : class
    {
        // There is no other writer who could have taken from them.
    }

    public void Dispose() => connection.Dispose();

    private void Save(Book book)
    {
        try
        {
            foreach (var state in book.States())
            {
                state.Save(this);
            }
        }
        catch (SqliteStoreException failure) when (SqliteFailure.IsOfStore(failure))
        {
            throw new StoreUnavailableException(failure);
        }
    }
}
