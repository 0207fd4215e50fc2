using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>A store that counts its commits and lets a test step in around them, on the engine's thread.</summary>
internal sealed class WatchedStore(Store store) : Store
{
    private int commits;

    /// <summary>How many commits were made to last.</summary>
    public int Commits => Volatile.Read(ref commits);

    /// <summary>Called when everything is decided and nothing is written; what it throws becomes the commit's end.</summary>
    public Action<IWriteSession>? Committing { get; set; }

    /// <summary>Called when the commit is on the disk; what it throws becomes the commit's end.</summary>
    public Action? Committed { get; set; }

    public override IReadOnlyList<TRow> List<TRow>(Table<TRow> table, World world, Sql condition) =>
        store.List(table, world, condition);

    public override TRow? Find<TKey, TRow>(Table<TKey, TRow> table, World world, TKey key)
        where TRow : class => store.Find(table, world, key);

    public override IReadOnlyList<(World World, TRow Row)> ListAcrossWorlds<TRow>(
        Table<TRow> table,
        int limit,
        Sql condition
    ) => store.ListAcrossWorlds(table, limit, condition);

    public override IReadOnlyList<long[]> Numbers(string sql, int columns) => store.Numbers(sql, columns);

    internal override IWriteSession OpenWriteSession() => new Session(this, store.OpenWriteSession());

    protected override void Dispose(bool disposing) => store.Dispose();

    private sealed class Session(WatchedStore watch, IWriteSession session) : IWriteSession
    {
        public void Begin() => session.Begin();

        public void Load(Book book) => session.Load(book);

        public void Commit(Book book)
        {
            watch.Committing?.Invoke(session);
            session.Commit(book);
            Interlocked.Increment(ref watch.commits);
            watch.Committed?.Invoke();
        }

        public void Rollback() => session.Rollback();

        public int Sweep(Table table, Sql condition, int limit) => session.Sweep(table, condition, limit);

        public void Dispose() => session.Dispose();
    }
}
