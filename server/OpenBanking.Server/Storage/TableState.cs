namespace OpenBanking.Server.Storage;

/// <summary>One row of a book: as it was read, and as it is now.</summary>
internal abstract class Slot(Table table)
{
    public Table Table { get; } = table;

    /// <summary>What was added to the row's sum; null when nothing was.</summary>
    public long? Sum { get; set; }

    /// <summary>What the sum must have been at the least before anything was added; null when nothing relies on it. Of a command
    /// that is taken back it may stay: then the batch runs again for nothing.</summary>
    public long? Least { get; set; }

    public abstract void Restore(object? row, long? sum);
}

internal sealed class Slot<TKey, TRow>(Table<TKey, TRow> table, TKey key) : Slot(table)
    where TKey : struct
    where TRow : class
{
    public TKey Key { get; } = key;

    /// <summary>Whether the key was asked for before the batch was read.</summary>
    public bool Wanted { get; set; }

    public TRow? Loaded { get; set; }

    public TRow? Current { get; set; }

    public override void Restore(object? row, long? sum) => (Current, Sum) = ((TRow?)row, sum);
}

/// <summary>The rows of one table in a book.</summary>
internal abstract class TableState(Table table)
{
    public Table Table { get; } = table;

    /// <summary>Reads the wanted rows.</summary>
    public abstract void Load(IRowLoader loader);

    /// <summary>Hands over what changed.</summary>
    public abstract void Save(IRowSaver saver);
}

internal sealed class TableState<TKey, TRow>(Table<TKey, TRow> table) : TableState(table)
    where TKey : struct
    where TRow : class
{
    private readonly Dictionary<TKey, Slot<TKey, TRow>> slots = [];

    public void Want(TKey key) => SlotOf(key).Wanted = true;

    public Slot<TKey, TRow> Wanted(TKey key) =>
        slots.TryGetValue(key, out var slot) && (slot.Wanted || slot.Current is not null)
            ? slot
            : throw new InvalidOperationException($"{table} {key} was not among the keys of the command.");

    public Slot<TKey, TRow> SlotOf(TKey key)
    {
        if (!slots.TryGetValue(key, out var slot))
        {
            slots.Add(key, slot = new(table, key));
        }

        return slot;
    }

    public override void Load(IRowLoader loader) =>
        loader.Load(
            table,
            slots.Keys,
            row => slots[table.KeyOf(row)].Loaded = slots[table.KeyOf(row)].Current = row
        );

    public override void Save(IRowSaver saver)
    {
        var inserted = new List<TRow>();
        var updated = new List<ChangedRow<TRow>>();
        var added = new List<(TRow, long)>();
        var required = new List<(TKey, long)>();
        foreach (var slot in slots.Values)
        {
            // What comes to nothing leaves a row all the same: there may be entries of it.
            if (slot.Sum is { } sum && (sum != 0 || slot.Current is null || slot.Least is not null))
            {
                added.Add((table.Empty!(slot.Key), sum));
                if (slot.Least is { } least)
                {
                    required.Add((slot.Key, checked(least + sum)));
                }
            }
            else if (slot.Loaded is null && slot.Current is not null)
            {
                inserted.Add(slot.Current);
            }
            else if (table.Add is null && !ReferenceEquals(slot.Loaded, slot.Current))
            {
                updated.Add(new(slot.Current!, slot.Loaded!));
            }
        }

        saver.Insert(table, inserted);
        saver.Update(table, updated);
        saver.Add(table, added);
        saver.RequireSums(table, required);
    }
}

/// <summary>A row as it is to be, and as it was read.</summary>
internal readonly record struct ChangedRow<TRow>(TRow Row, TRow Read)
    where TRow : class
{
    public long VersionRead => ((VersionedRow)(object)Read).Version;
}

/// <summary>Reads rows by key inside a write transaction.</summary>
internal interface IRowLoader
{
    void Load<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyCollection<TKey> keys, Action<TRow> found)
        where TKey : struct
        where TRow : class;
}

/// <summary>Writes rows inside a write transaction.</summary>
internal interface IRowSaver
{
    void Insert<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<TRow> rows)
        where TKey : struct
        where TRow : class;

    /// <summary>A conflict unless every stored version is still the one that was read.</summary>
    void Update<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<ChangedRow<TRow>> rows)
        where TKey : struct
        where TRow : class;

    /// <summary>Adds to the rows' sums; a row that does not exist is made from the empty one.</summary>
    void Add<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TRow Empty, long Amount)> rows)
        where TKey : struct
        where TRow : class;

    /// <summary>A conflict unless each of these sums, which were added to, has come to no less than this.</summary>
    void RequireSums<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TKey Key, long Least)> rows)
        where TKey : struct
        where TRow : class;
}
