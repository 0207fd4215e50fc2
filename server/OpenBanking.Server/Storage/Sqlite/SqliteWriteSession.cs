using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;
using SQLitePCL;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The one writer: BEGIN IMMEDIATE, prepared statements row by row (there is no wire to save trips
/// on), one COMMIT that waits for the disk.</summary>
internal sealed class SqliteWriteSession(
    SqliteConnection connection,
    KeysInMemory keysInMemory,
    SqliteCondition condition
) : IWriteSession, IRowLoader, IRowSaver
{
    private readonly SqliteCheckpoints checkpoints = new(connection);
    private readonly List<WrittenKey> written = [];
    private World world;

    /// <summary>There is no other writer to lock out.</summary>
    public void Load(Book book, bool locking = false)
    {
        OnSoundFile(() =>
        {
            connection.Prepare("BEGIN IMMEDIATE").Run();
            world = book.World;
            foreach (var state in book.States())
            {
                state.Load(this);
            }
        });
    }

    public void Commit(Book book)
    {
        OnSoundFile(() =>
        {
            foreach (var state in book.States())
            {
                state.Save(this);
            }
        });
        CrashPoints.Pass(CrashPoint.Written);
        try
        {
            connection.Prepare("COMMIT").Run();
        }
        catch (SqliteStoreException failure)
            when (failure.Result == raw.SQLITE_FULL
                || (connection.InTransaction && SqliteFailure.IsDamage(failure))
            )
        {
            // The log has no room for the frame that would make the transaction one, or it never came to that.
            throw condition.Note(failure, wrote: true);
        }
        catch (SqliteStoreException failure)
            when (!connection.InTransaction || failure.Result == raw.SQLITE_IOERR)
        {
            throw new OutcomeUnknownException("SQLite failed in the moment of committing.", failure);
        }
        finally
        {
            keysInMemory.Add(written);
            written.Clear();
        }

        condition.Written();
        checkpoints.AfterCommit();
    }

    public void Rollback()
    {
        written.Clear();
        if (connection.InTransaction)
        {
            connection.Prepare("ROLLBACK").Run();
        }
    }

    public int Sweep(Table table, Sql isOver, int limit)
    {
        var deleted = 0;
        OnSoundFile(() =>
            deleted = table.IsFoundInMemory
                ? SweepByPlace(table, isOver, limit)
                : SweepByKey(table, isOver, limit)
        );
        checkpoints.AfterCommit();
        return deleted;
    }

    public int Replace(Table table, string column, IReadOnlyList<Replacement> values)
    {
        var replaced = 0;
        OnSoundFile(() =>
        {
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
        });
        checkpoints.AfterCommit();
        return replaced;
    }

    public void Load<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyCollection<TKey> keys, Action<TRow> found)
        where TKey : struct
        where TRow : class
    {
        var statement = PrepareToFind(table);
        foreach (var key in keys)
        {
            if (Find(statement, table, key) is { } row)
            {
                found(row);
            }
        }
    }

    public void Insert<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<TRow> rows)
        where TKey : struct
        where TRow : class
    {
        foreach (var row in rows)
        {
            if (table.IsFoundInMemory)
            {
                RequireNone(table, table.KeyOf(row));
            }

            var statement = connection.Prepare(SqliteText.Insert(table));
            statement.Int64(world.Number);
            table.Write(row, statement);
            statement.Run();
            if (table.Digest is { } digest)
            {
                written.Add(new(table, world, digest(table.KeyOf(row)), connection.LastPlace));
            }
        }
    }

    public void Update<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<ChangedRow<TRow>> rows)
        where TKey : struct
        where TRow : class
    {
        foreach (var changed in rows)
        {
            var statement = connection.Prepare(SqliteText.Updates.Of(table, changed).Text);
            statement.Int64(world.Number);
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
            statement.Int64(world.Number);
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

    public void Dispose()
    {
        checkpoints.Dispose();
        connection.Dispose();
    }

    private SqliteStatement PrepareToFind(Table table)
    {
        if (!table.IsFoundInMemory)
        {
            return connection.Prepare(SqliteText.SelectByKey(table));
        }

        keysInMemory.ReadIn(table, connection);
        return connection.Prepare(SqliteText.SelectByPlace(table));
    }

    private TRow? Find<TKey, TRow>(SqliteStatement statement, Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class
    {
        var place = keysInMemory.PlaceOf(table, world, key);
        if (place == KeysInMemory.Nowhere)
        {
            return null;
        }

        statement.Int64(world.Number);
        table.WriteKey(key, statement);
        if (place is { } known)
        {
            statement.Int64(known);
        }

        var row = statement.Step() ? table.Read(statement.Row) : null;
        statement.Reset();
        return row;
    }

    /// <summary>What an index of the keys would refuse.</summary>
    private void RequireNone<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class
    {
        if (Find(PrepareToFind(table), table, key) is not null)
        {
            throw new SqliteStoreException(raw.SQLITE_CONSTRAINT, $"There is a {table} {key} already.");
        }
    }

    private int SweepByPlace(Table table, Sql isOver, int limit)
    {
        var statement = connection.Prepare(SqliteText.SweepByPlace(table, isOver.Text));
        statement.Int64(limit);
        isOver.WriteTo(statement);
        var deleted = new List<(World, UInt128)>();
        while (statement.Step())
        {
            deleted.Add((new((int)statement.Row.Int64()!.Value), table.DigestOf(statement.Row)));
        }

        statement.Reset();
        keysInMemory.Remove(table, deleted);
        return deleted.Count;
    }

    private int SweepByKey(Table table, Sql isOver, int limit)
    {
        var statement = connection.Prepare(SqliteText.Sweep(table, isOver.Text));
        statement.Int64(limit);
        isOver.WriteTo(statement);
        statement.Run();
        return connection.ChangedRows;
    }

    /// <exception cref="StoreUnavailableException">The file is damaged, or cannot be read or written for now.</exception>
    private void OnSoundFile(Action act)
    {
        condition.RequireSound();
        try
        {
            act();
        }
        catch (SqliteStoreException failure) when (SqliteCondition.Concerns(failure))
        {
            throw condition.Note(failure, wrote: true);
        }
    }
}
