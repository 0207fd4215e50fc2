using System.Collections.Concurrent;

namespace OpenBanking.Server.Storage;

/// <summary>An update of some of a table's columns.</summary>
/// <param name="Wanted">Which columns are written or belong to the key.</param>
internal sealed record Update(bool[] Wanted, string Text);

/// <summary>Updates write the columns in which a row differs from what was read, and leave the indexes of all others alone. Each
/// choice of columns is a statement of its own, which is prepared and planned; so there are only so many of them for a table, and
/// whoever comes later takes the smallest that writes all it has to.</summary>
/// <param name="text">The statement that writes these columns, and finds its rows by those of the key among them.</param>
internal sealed class Updates(Func<Table, IReadOnlyList<string>, string> text)
{
    private const int MostOfTable = 24;

    /// <summary>The choices of each table, the one of all columns among them.</summary>
    private readonly ConcurrentDictionary<Table, Update[]> known = [];

    /// <summary>The update that writes what changed in any of the rows.</summary>
    public Update Of<TRow>(Table<TRow> table, params ReadOnlySpan<ChangedRow<TRow>> rows)
        where TRow : class
    {
        var wanted = table.MarkKey();
        foreach (var changed in rows)
        {
            table.Compare(changed.Row, changed.Read, wanted);
        }

        var choices = known.GetOrAdd(table, _ => [New(table, Array.ConvertAll(wanted, _ => true))]);
        foreach (var choice in choices)
        {
            if (choice.Wanted.AsSpan().SequenceEqual(wanted))
            {
                return choice;
            }
        }

        if (choices.Length == MostOfTable)
        {
            return choices
                .Where(choice => Covers(choice, wanted))
                .MinBy(choice => choice.Wanted.Count(column => column))!;
        }

        var added = New(table, wanted);
        // When another writer adds one meanwhile, this one is added when it is next needed.
        known.TryUpdate(table, [.. choices, added], choices);
        return added;
    }

    private Update New(Table table, bool[] wanted) =>
        new(wanted, text(table, [.. table.Columns.Where((_, i) => wanted[i])]));

    private static bool Covers(Update choice, bool[] wanted) =>
        !wanted.Where((column, i) => column && !choice.Wanted[i]).Any();
}
