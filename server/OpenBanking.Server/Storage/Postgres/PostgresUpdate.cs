using System.Collections.Concurrent;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>An update of some of a table's columns: those in which a row of a batch differs from what was read. Each choice of
/// columns is a statement of its own, which is prepared and planned; so there are only so many of them for a table, and
/// whoever comes later takes the smallest that writes all it has to.</summary>
/// <param name="Wanted">Which columns are written or belong to the key.</param>
internal sealed record PostgresUpdate(bool[] Wanted, string Text)
{
    private const int MostOfTable = 24;

    /// <summary>The choices of each table, the one of all columns among them.</summary>
    private static readonly ConcurrentDictionary<Table, PostgresUpdate[]> known = [];

    public static PostgresUpdate Of<TRow>(Table<TRow> table, IReadOnlyList<ChangedRow<TRow>> rows)
        where TRow : class
    {
        bool[] wanted = [.. table.Columns.Select(table.KeyColumns.Contains)];
        foreach (var changed in rows)
        {
            table.Compare(changed.Row, changed.Read, wanted);
        }

        var choices = known.GetOrAdd(table, _ => [New(table, Array.ConvertAll(wanted, _ => true))]);
        if (choices.FirstOrDefault(choice => choice.Wanted.AsSpan().SequenceEqual(wanted)) is { } same)
        {
            return same;
        }

        if (choices.Length == MostOfTable)
        {
            return choices
                .Where(choice => choice.Covers(wanted))
                .MinBy(choice => choice.Wanted.Count(column => column))!;
        }

        var added = New(table, wanted);
        // When another writer adds one meanwhile, this one is added when it is next needed.
        known.TryUpdate(table, [.. choices, added], choices);
        return added;
    }

    private static PostgresUpdate New(Table table, bool[] wanted) =>
        new(wanted, PostgresText.Update(table, [.. table.Columns.Where((_, i) => wanted[i])]));

    private bool Covers(bool[] wanted) => !wanted.Where((column, i) => column && !Wanted[i]).Any();
}
