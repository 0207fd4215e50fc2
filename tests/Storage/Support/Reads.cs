using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage;

/// <summary>Reads that a test waits for.</summary>
internal static class Reads
{
    extension(Store store)
    {
        public IReadOnlyList<TRow> List<TRow>(Table<TRow> table, World world, Sql condition) =>
            Wait(store.ListAsync(table, world, condition));

        public TRow? First<TRow>(Table<TRow> table, World world, Sql condition)
            where TRow : class => Wait(store.FirstAsync(table, world, condition));

        public TRow? Find<TKey, TRow>(Table<TKey, TRow> table, World world, TKey key)
            where TKey : struct
            where TRow : class => Wait(store.FindAsync(table, world, key));

        public IReadOnlyList<(World World, TRow Row)> ListAcrossWorlds<TRow>(
            Table<TRow> table,
            int limit,
            Sql condition
        ) => Wait(store.ListAcrossWorldsAsync(table, limit, condition));

        public IReadOnlyList<long[]> Numbers(string sql, int columns) =>
            Wait(store.NumbersAsync(sql, columns));
    }

    public static byte[]? RecallAnswer(
        this OpenBanking.Server.Engine.Engine engine,
        World world,
        IdempotencyRow known
    ) => Wait(engine.RecallAnswerAsync(world, known));

    extension(BooksAudit audit)
    {
        public IReadOnlyList<(string Rule, long Violations)> FindViolations() =>
            audit.FindViolationsAsync().GetAwaiter().GetResult();

        public (long Payments, long Entries) Count() => audit.CountAsync().GetAwaiter().GetResult();
    }

    private static T Wait<T>(ValueTask<T> reading) => reading.AsTask().GetAwaiter().GetResult();
}
