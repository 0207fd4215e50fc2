using System.Reflection;
using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules;
using OpenBanking.Tests.Rules.Sequences;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>All rows of a world, whatever tables there are.</summary>
internal static class StoredRows
{
    private static readonly MethodInfo insert = typeof(Book).GetMethod(nameof(Book.Insert))!;
    private static readonly MethodInfo put = typeof(MemoryBank).GetMethod(nameof(MemoryBank.Put))!;
    private static readonly MethodInfo list = typeof(StoredRows).GetMethod(
        nameof(List),
        BindingFlags.Static | BindingFlags.NonPublic
    )!;

    /// <summary>The tables that say how commands were cut into batches.</summary>
    private static readonly Table[] ofBatches =
    [
        EngineTables.Journal,
        EngineTables.Answers,
        EngineTables.Idempotency,
    ];

    /// <summary>Puts a bank's rows into a world of a store.</summary>
    public static void Insert(Store store, World world, MemoryBank bank)
    {
        using var session = store.OpenWriteSession();
        session.Run(
            world,
            book =>
            {
                foreach (var (table, row) in bank.Everything)
                {
                    insert
                        .MakeGenericMethod(table.GetType().GetGenericArguments())
                        .Invoke(book, [table, row]);
                }
            }
        );
    }

    /// <summary>Every table of a world, its rows as sorted text.</summary>
    public static SortedDictionary<string, IReadOnlyList<string>> Dump(Store store, World world) =>
        Texts(Schema.Tables.SelectMany(table => Of(store, world, table).Select(row => (table, row))));

    public static SortedDictionary<string, IReadOnlyList<string>> Dump(MemoryBank bank) =>
        Texts(bank.Everything);

    /// <summary>What does not depend on how commands were cut into batches.</summary>
    public static SortedDictionary<string, IReadOnlyList<string>> WithoutBatches(
        SortedDictionary<string, IReadOnlyList<string>> dump
    )
    {
        var rest = new SortedDictionary<string, IReadOnlyList<string>>(dump);
        foreach (var table in ofBatches)
        {
            rest.Remove(table.Name);
        }

        return rest;
    }

    /// <summary>What was told in a world, in order.</summary>
    public static IReadOnlyList<Event> Events(Store store, World world) =>
        [
            .. Of(store, world, EngineTables.Journal)
                .Cast<JournalRow>()
                .OrderBy(row => row.Id.Value)
                .SelectMany(row => JsonSerializer.Deserialize<Event[]>(row.Events)!),
        ];

    /// <summary>A world as a bank in memory, for what must hold of any bank.</summary>
    public static MemoryBank Read(Store store, World world, IEnumerable<Event> toldBefore)
    {
        var bank = new MemoryBank();
        foreach (var table in Schema.Tables)
        {
            var types = table.GetType().GetGenericArguments();
            var rows = Of(store, world, table).ToArray();
            var typed = Array.CreateInstance(types[1], rows.Length);
            rows.CopyTo(typed, 0);
            put.MakeGenericMethod(types).Invoke(bank, [table, typed]);
        }

        bank.Tell(toldBefore);
        bank.Tell(Events(store, world));
        return bank;
    }

    private static SortedDictionary<string, IReadOnlyList<string>> Texts(
        IEnumerable<(Table Table, object Row)> rows
    ) =>
        new(
            rows.GroupBy(row => row.Table.Name)
                .ToDictionary(
                    table => table.Key,
                    table =>
                        (IReadOnlyList<string>)
                            [.. table.Select(row => RowText.Of(row.Row)).Order(StringComparer.Ordinal)]
                )
        );

    private static IEnumerable<object> Of(Store store, World world, Table table) =>
        (IEnumerable<object>)
            list.MakeGenericMethod(table.GetType().GetGenericArguments()[1])
                .Invoke(null, [store, world, table])!;

    private static IReadOnlyList<TRow> List<TRow>(Store store, World world, Table<TRow> table)
        where TRow : class => store.List(table, world, $"1 = {1}");
}
