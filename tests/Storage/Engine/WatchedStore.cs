using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>A store that counts its commits and lets a test step in around them, on the engine's thread.</summary>
internal sealed class WatchedStore(Store store) : Store
{
    private int commits;

    /// <summary>How many commits were made to last.</summary>
    public int Commits => Volatile.Read(ref commits);

    /// <summary>How often a batch's rows were read, or tried to be.</summary>
    public int Loads { get; set; }

    /// <summary>Called when a row was looked up, with its table, or figures, with <c>""</c>; while it runs it is called no
    /// more. Snapshots call it as well.</summary>
    public Func<string, Task>? HasRead { get; set; }

    /// <summary>Called before a query is made; of snapshots as well.</summary>
    public Action<Sql>? Querying { get; set; }

    /// <summary>Called when everything is decided and nothing is written; what it throws becomes the commit's end.</summary>
    public Action<IWriteSession>? Committing { get; set; }

    /// <summary>Called when the commit is on the disk; what it throws becomes the commit's end.</summary>
    public Action? Committed { get; set; }

    public override ValueTask<IReadOnlyList<TRow>> ListAsync<TRow>(
        Table<TRow> table,
        World world,
        Sql condition
    ) => store.ListAsync(table, world, condition);

    public override async ValueTask<TRow?> FindAsync<TKey, TRow>(
        Table<TKey, TRow> table,
        World world,
        TKey key
    )
        where TRow : class
    {
        var row = await store.FindAsync(table, world, key);
        await HasReadAsync(table.Name);
        return row;
    }

    public override ValueTask<IReadOnlyList<TRow>> ListByKeysAsync<TKey, TRow>(
        Table<TKey, TRow> table,
        World world,
        IReadOnlyCollection<TKey> keys
    ) => store.ListByKeysAsync(table, world, keys);

    public override ValueTask<IReadOnlyList<(World World, TRow Row)>> ListAcrossWorldsAsync<TRow>(
        Table<TRow> table,
        int limit,
        Sql condition
    ) => store.ListAcrossWorldsAsync(table, limit, condition);

    public override ValueTask<IReadOnlyList<long[]>> NumbersAsync(string sql, int columns) =>
        store.NumbersAsync(sql, columns);

    internal override bool HasOneWriter => store.HasOneWriter;

    internal override ValueTask RequireUsableAsync() => store.RequireUsableAsync();

    internal override async ValueTask<IReadOnlyList<T>> QueryAsync<T>(
        World world,
        Sql query,
        Func<RowReader, T> read,
        bool isBrief = false
    )
    {
        Querying?.Invoke(query);
        var rows = await store.QueryAsync(world, query, read, isBrief);
        await HasReadAsync("");
        return rows;
    }

    internal override async ValueTask<Store> OpenSnapshotAsync() =>
        new WatchedStore(await store.OpenSnapshotAsync()) { HasRead = HasReadAsync, Querying = Querying };

    internal override IWriteSession OpenWriteSession() => new Session(this, store.OpenWriteSession());

    internal override IMigrationTarget OpenMigrations() => store.OpenMigrations();

    internal override ITurns? OpenTurns() => store.OpenTurns();

    protected override void Dispose(bool disposing) => store.Dispose();

    private async Task HasReadAsync(string table)
    {
        if (HasRead is not { } hasRead)
        {
            return;
        }

        HasRead = null;
        await hasRead(table);
        HasRead = hasRead;
    }

    private sealed class Session(WatchedStore watch, IWriteSession session) : IWriteSession
    {
        public void Load(Book book, bool locking = false)
        {
            watch.Loads++;
            session.Load(book, locking);
        }

        public void Commit(Book book)
        {
            watch.Committing?.Invoke(session);
            session.Commit(book);
            Interlocked.Increment(ref watch.commits);
            watch.Committed?.Invoke();
        }

        public void Rollback() => session.Rollback();

        public int Sweep(Table table, Sql condition, int limit) => session.Sweep(table, condition, limit);

        public int Replace(Table table, string column, IReadOnlyList<Replacement> values) =>
            session.Replace(table, column, values);

        public void Dispose() => session.Dispose();
    }
}
