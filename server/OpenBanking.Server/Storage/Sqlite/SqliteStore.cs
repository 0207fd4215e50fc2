using System.Collections.Concurrent;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Worlds;
using SQLitePCL;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>The embedded store: one file, one process, one writer. It answers at once: nothing is waited for but the
/// disk.</summary>
public sealed class SqliteStore : Store
{
    /// <summary>How long a statement waits for a lock before it fails.</summary>
    public const int BusyTimeoutMilliseconds = 5_000;

    /// <summary>Who is told that a file is damaged needs no list of all that is.</summary>
    private const int MostDamageTold = 3;

    private readonly string path;
    private readonly FileStream? processLock;
    private readonly ConcurrentBag<SqliteConnection> readers = [];
    private readonly KeysInMemory keysInMemory = new();
    private readonly SqliteCondition condition;
    private readonly Lock opening = new();
    private readonly IReadOnlyList<Migration> known;
    private readonly (SqliteStore Store, SqliteConnection Reader)? snapshotOf;
    private readonly string? cut;
    private bool disposed;

    /// <param name="rehearsalFolder">Migrations that are not released yet.</param>
    /// <param name="cutDamagedLog">Whether a log that is damaged in its midst is taken up to there.</param>
    /// <exception cref="StoreInUseException">Another process has the file open.</exception>
    /// <exception cref="DamagedLogException">The log is damaged in its midst, and is not to be cut.</exception>
    public SqliteStore(string path, string? rehearsalFolder = null, bool cutDamagedLog = false)
    {
        path = FileOf(path);
        this.path = path;
        condition = new(path);
        known = MigrationFiles.Known(SqliteMigrations.Dialect, rehearsalFolder);
        PrivateFiles.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        processLock = LockProcess(path + ".lock");
        try
        {
            PrivateFiles.Open(path, FileShare.ReadWrite).Dispose();
            cut = SqliteLog.MakeReady(path, cutDamagedLog);
        }
        catch
        {
            processLock.Dispose();
            throw;
        }
    }

    /// <summary>What a reader sees from its first statement on.</summary>
    private SqliteStore(SqliteStore store, SqliteConnection reader)
    {
        (path, known, condition) = (store.path, store.known, store.condition);
        snapshotOf = (store, reader);
        reader.Execute("BEGIN");
    }

    public override ValueTask<IReadOnlyList<TRow>> ListAsync<TRow>(
        Table<TRow> table,
        World world,
        Sql condition
    ) =>
        Read<IReadOnlyList<TRow>>(
            SqliteText.Select(table, condition.Text),
            statement =>
            {
                statement.Int64(world.Number);
                condition.WriteTo(statement);
                var rows = new List<TRow>();
                while (statement.Step())
                {
                    rows.Add(table.Read(statement.Row));
                }

                return rows;
            }
        );

    public override ValueTask<TRow?> FindAsync<TKey, TRow>(Table<TKey, TRow> table, World world, TKey key)
        where TRow : class
    {
        var place = keysInMemory.PlaceOf(table, world, key);
        return place == KeysInMemory.Nowhere
            ? ValueTask.FromResult<TRow?>(null)
            : Read<TRow?>(
                place is null ? SqliteText.SelectByKey(table) : SqliteText.SelectByPlace(table),
                statement =>
                {
                    statement.Int64(world.Number);
                    table.WriteKey(key, statement);
                    if (place is { } known)
                    {
                        statement.Int64(known);
                    }

                    return statement.Step() ? table.Read(statement.Row) : null;
                }
            );
    }

    public override ValueTask<IReadOnlyList<(World World, TRow Row)>> ListAcrossWorldsAsync<TRow>(
        Table<TRow> table,
        int limit,
        Sql condition
    ) =>
        Read<IReadOnlyList<(World, TRow)>>(
            SqliteText.SelectAcrossWorlds(table, condition.Text),
            statement =>
            {
                statement.Int64(limit);
                condition.WriteTo(statement);
                var rows = new List<(World, TRow)>();
                while (statement.Step())
                {
                    rows.Add((new((int)statement.Row.Int64()!.Value), table.Read(statement.Row)));
                }

                return rows;
            }
        );

    public override ValueTask<IReadOnlyList<long[]>> NumbersAsync(string sql, int columns) =>
        Read<IReadOnlyList<long[]>>(
            sql,
            statement =>
            {
                var rows = new List<long[]>();
                while (statement.Step())
                {
                    rows.Add([.. Enumerable.Range(0, columns).Select(_ => statement.Row.Int64() ?? 0)]);
                }

                return rows;
            }
        );

    internal override bool HasOneWriter => true;

    internal override ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        World world,
        Sql query,
        Func<RowReader, T> read,
        bool isBrief = false
    ) =>
        Read<IReadOnlyList<T>>(
            query.Text,
            statement =>
            {
                if (query.Text.Contains('?', StringComparison.Ordinal))
                {
                    statement.Int64(world.Number);
                    query.WriteTo(statement);
                }

                var rows = new List<T>();
                while (statement.Step())
                {
                    rows.Add(read(statement.Row));
                }

                return rows;
            }
        );

    /// <summary>What is out of place in a page, and what is in a table and not in its index, is found by no query.</summary>
    internal override ValueTask<string?> FindDamageAsync() =>
        Read(
            $"PRAGMA integrity_check({MostDamageTold})",
            statement =>
            {
                var found = new List<string>();
                while (statement.Step())
                {
                    found.Add(statement.Row.Text()!);
                }

                return found is ["ok"]
                    ? null
                    : SqliteFailure.Tell(
                        new SqliteStoreException(
                            raw.SQLITE_CORRUPT,
                            string.Join("; ", found).ReplaceLineEndings(" ")
                        )
                    );
            }
        );

    internal override ValueTask<Store> OpenSnapshotAsync() =>
        OrUnavailable<Store>(() => new SqliteStore(this, TakeReader()));

    internal override IWriteSession OpenWriteSession() =>
        new SqliteWriteSession(new SqliteConnection(path, writes: true), keysInMemory, condition);

    internal override ValueTask<IReadOnlyList<string>> RisksAsync() => new(cut is null ? [] : [cut]);

    internal override ValueTask RequireUsableAsync()
    {
        condition.RequireUsable();
        return default;
    }

    internal override IMigrationTarget OpenMigrations() => new SqliteMigrations(path, known);

    protected override void Dispose(bool disposing)
    {
        if (snapshotOf is { } of)
        {
            of.Reader.Execute("ROLLBACK");
            of.Store.readers.Add(of.Reader);
            return;
        }

        lock (opening)
        {
            disposed = true;
        }

        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        processLock!.Dispose();
    }

    private ValueTask<T> Read<T>(string sql, Func<SqliteStatement, T> use) =>
        OrUnavailable(() =>
        {
            var reader = snapshotOf?.Reader ?? TakeReader();
            var statement = reader.Prepare(sql);
            try
            {
                return use(statement);
            }
            catch (Exception failure) when (statement.IsAtRow && SqliteFailure.IsOfValue(failure))
            {
                throw new SqliteStoreException(
                    raw.SQLITE_CORRUPT,
                    $"a value cannot be read: {failure.Message}",
                    failure
                );
            }
            finally
            {
                statement.Reset();
                if (snapshotOf is null)
                {
                    readers.Add(reader);
                }
            }
        });

    private ValueTask<T> OrUnavailable<T>(Func<T> read)
    {
        try
        {
            return ValueTask.FromResult(read());
        }
        catch (SqliteStoreException failure) when (SqliteCondition.Concerns(failure))
        {
            throw condition.Note(failure, wrote: false);
        }
    }

    private SqliteConnection TakeReader() => readers.TryTake(out var idle) ? idle : OpenReader();

    private SqliteConnection OpenReader()
    {
        lock (opening)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return new SqliteConnection(path, writes: false);
        }
    }

    /// <summary>The file itself: two names of one file are one store.</summary>
    private static string FileOf(string path) =>
        File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private static FileStream LockProcess(string path)
    {
        try
        {
            return PrivateFiles.Open(path, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new StoreInUseException(
                $"Another process is using {path[..^".lock".Length]}. Stop it first, or choose another data folder.",
                failure
            );
        }
    }
}

/// <summary>The embedded store serves one process at a time.</summary>
public sealed class StoreInUseException(string message, Exception cause) : Exception(message, cause);
