using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Engine;

/// <summary>Collects the rows a command needs to be decided.</summary>
public interface IKeySet
{
    void Want<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class;
}

/// <summary>
/// The rows one batch has read and what its commands have changed in them, all of one world. A command sees the
/// changes of those before it; what a refused or failed command did is taken back.
/// </summary>
public sealed class Book(World world, RuleData? data = null) : IKeySet
{
    private readonly Dictionary<Table, TableState> states = [];
    private readonly List<Change> changes = [];
    private readonly List<Event> events = [];

    public World World { get; } = world;

    /// <summary>What the bank has set and rules decide by.</summary>
    public RuleData Data { get; } = data ?? RuleData.None;

    /// <summary>What happened, for those who asked to be told.</summary>
    public IReadOnlyList<Event> Events => events;

    public BookMark Mark => new(changes.Count, events.Count);

    internal bool HasChanges => changes.Count > 0 || events.Count > 0;

    public void Want<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class => StateOf(table).Want(key);

    /// <summary>The row, or null when there is none. The key must be among those the command named.</summary>
    public TRow? Find<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class => StateOf(table).Wanted(key).Current;

    /// <summary>The row, which must exist.</summary>
    public TRow Get<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class =>
        Find(table, key) ?? throw new InvalidOperationException($"There is no {table} {key}.");

    public TRow Insert<TKey, TRow>(Table<TKey, TRow> table, TRow row)
        where TKey : struct
        where TRow : class
    {
        var slot = StateOf(table).SlotOf(table.KeyOf(row));
        if (slot.Current is not null)
        {
            throw new InvalidOperationException($"There is a {table} {slot.Key} already.");
        }

        changes.Add(new(slot, null, null));
        slot.Current = row;
        return row;
    }

    /// <summary>Replaces a row and raises its version; gives the row as it is now.</summary>
    public TRow Update<TKey, TRow>(Table<TKey, TRow> table, TRow row)
        where TKey : struct
        where TRow : VersionedRow
    {
        var slot = StateOf(table).Wanted(table.KeyOf(row));
        if (slot.Current?.Version != row.Version)
        {
            throw new InvalidOperationException(
                $"{table} {slot.Key} was changed from another state than its own."
            );
        }

        changes.Add(new(slot, slot.Current, null));
        VersionedRow raised = row;
        slot.Current = (TRow)(raised with { Version = row.Version + 1 });
        return slot.Current;
    }

    /// <summary>Adds to a row's sum, whether or not the row was read.</summary>
    public void Add<TKey, TRow>(Table<TKey, TRow> table, TKey key, long amount)
        where TKey : struct
        where TRow : class
    {
        var slot = StateOf(table).SlotOf(key);
        changes.Add(new(slot, slot.Current, slot.Sum));
        // A row that was asked for and not found does not exist; of any other row that is not here nothing is known.
        var row = slot.Current ?? (slot.Wanted ? table.Empty!(key) : null);
        slot.Current = row is null ? null : table.Add!(row, amount);
        slot.Sum = checked((slot.Sum ?? 0) + amount);
    }

    /// <summary>Says that what is decided holds only while a row's sum, which was read, is no less than this. Others may take from it
    /// meanwhile, as it is added to without being locked: when that makes it less, the batch conflicts and is decided anew.
    /// </summary>
    public void RelyOn<TKey, TRow>(Table<TKey, TRow> table, TKey key, long least)
        where TKey : struct
        where TRow : class
    {
        var slot = StateOf(table).Wanted(key);
        slot.Least = Math.Max(slot.Least ?? long.MinValue, checked(least - (slot.Sum ?? 0)));
    }

    public void Emit(Event happened) => events.Add(happened);

    /// <summary>The rows of a table that were written since the mark, as they are now.</summary>
    public IEnumerable<TRow> WrittenSince<TKey, TRow>(BookMark mark, Table<TKey, TRow> table)
        where TKey : struct
        where TRow : class =>
        changes
            .Skip(mark.Changes)
            .Select(change => change.Slot)
            .OfType<Slot<TKey, TRow>>()
            .Where(slot => slot.Table == table && slot.Current is not null)
            .Select(slot => slot.Current!);

    /// <summary>Takes back everything since the mark.</summary>
    internal void Rollback(BookMark mark)
    {
        for (var i = changes.Count - 1; i >= mark.Changes; i--)
        {
            changes[i].Slot.Restore(changes[i].Before, changes[i].SumBefore);
        }

        changes.RemoveRange(mark.Changes, changes.Count - mark.Changes);
        events.RemoveRange(mark.Events, events.Count - mark.Events);
    }

    /// <summary>What was read and changed, in the order tables are written.</summary>
    internal IEnumerable<TableState> States() =>
        states.Values.OrderBy(state => Schema.WriteOrderOf(state.Table));

    internal bool Wrote(Table table) => changes.Exists(change => change.Slot.Table == table);

    private TableState<TKey, TRow> StateOf<TKey, TRow>(Table<TKey, TRow> table)
        where TKey : struct
        where TRow : class
    {
        if (!states.TryGetValue(table, out var state))
        {
            states.Add(table, state = table.NewState());
        }

        return (TableState<TKey, TRow>)state;
    }

    private readonly record struct Change(Slot Slot, object? Before, long? SumBefore);
}

/// <summary>A point in the changes of a book.</summary>
public readonly record struct BookMark(int Changes, int Events);
