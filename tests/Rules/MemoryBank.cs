using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules;

/// <summary>One world's rows in memory. A command runs on them as the engine's writer runs it: name the keys, load,
/// decide, take back what is refused, check the invariants, save.</summary>
internal sealed class MemoryBank : IRowLoader, IRowSaver
{
    private static readonly IReadOnlyList<IInvariant> invariants = [new LedgerInvariant()];

    private readonly Dictionary<Table, Dictionary<object, object>> tables = [];
    private readonly List<Event> told = [];
    private int writes;
    private int batches;

    /// <summary>What its commands are decided by.</summary>
    public LimitRules Limits { get; set; } = Rows.Limits;

    /// <summary>Everything that was told, in order.</summary>
    public IReadOnlyList<Event> Told => told;

    /// <summary>Every row there is, by table.</summary>
    public IEnumerable<(Table Table, object Row)> Everything =>
        tables.SelectMany(table => table.Value.Values.Select(row => (table.Key, row)));

    public MemoryBank Put<TKey, TRow>(Table<TKey, TRow> table, params IEnumerable<TRow> added)
        where TKey : struct
        where TRow : class
    {
        foreach (var row in added)
        {
            RowsOf(table)[table.KeyOf(row)] = row;
        }

        return this;
    }

    public TRow? Find<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class => (TRow?)RowsOf(table).GetValueOrDefault(key);

    public TRow Get<TKey, TRow>(Table<TKey, TRow> table, TKey key)
        where TKey : struct
        where TRow : class => (TRow)RowsOf(table)[key];

    public IEnumerable<TRow> All<TRow>(Table<TRow> table) => RowsOf(table).Values.Cast<TRow>();

    /// <summary>What is in the bank now, to be compared with later.</summary>
    public IReadOnlyDictionary<(Table Table, object Key), object> Snapshot() =>
        tables
            .SelectMany(table => table.Value.Select(row => (Key: (table.Key, row.Key), row.Value)))
            .ToDictionary(row => row.Key, row => row.Value);

    /// <summary>What happened elsewhere.</summary>
    public void Tell(IEnumerable<Event> events) => told.AddRange(events);

    /// <summary>The body that was answered under a known key.</summary>
    public byte[] Recall(IdempotencyRow known) =>
        Get(EngineTables.Answers, known.JournalId)
            .Bodies.AsSpan(known.AnswerOffset, known.AnswerLength)
            .ToArray();

    /// <summary>A book with these rows read.</summary>
    public Book Open(Action<IKeySet> keys)
    {
        var book = new Book(Rows.World, new(Limits));
        keys(book);
        foreach (var state in book.States())
        {
            state.Load(this);
        }

        return book;
    }

    /// <summary>Keeps what the book changed; gives how many rows that were.</summary>
    public int Save(Book book)
    {
        writes = 0;
        foreach (var state in book.States())
        {
            state.Save(this);
        }

        told.AddRange(book.Events);
        return writes;
    }

    public Ran<TReply> Run<TReply>(Command<TReply> command)
    {
        var book = Open(command.Keys);
        var start = book.Mark;
        var decision = command.Decide(book);
        if (decision is Rejected<TReply>)
        {
            book.Rollback(start);
            Assert.False(book.HasChanges);
        }
        else
        {
            Check(book, start);
        }

        return new(decision, book.Events, Save(book));
    }

    /// <summary>Runs a command under a key, and keeps its answer, as the engine does.</summary>
    public RanKeyed RunKeyed<TReply>(
        Command<TReply> command,
        KeyedRequest request,
        Func<TReply, Answer> render
    )
    {
        var pending = new PendingKeyedCommand<TReply>(command, request, render);
        var book = Open(pending.Keys);
        var start = book.Mark;
        var answers = new BatchAnswers(Rows.Id<JournalRow>(++batches));
        if (!pending.Decide(book, answers))
        {
            book.Rollback(start);
            Assert.False(book.HasChanges);
        }
        else
        {
            Check(book, start);
            book.Insert(
                EngineTables.Answers,
                new AnswersRow
                {
                    Id = answers.JournalId,
                    CreatedAt = command.Now,
                    Bodies = answers.Bodies!,
                }
            );
        }

        pending.Complete();
        return new(pending.Task.GetAwaiter().GetResult(), book.Events, Save(book));
    }

    private static void Check(Book book, BookMark start)
    {
        foreach (var invariant in invariants)
        {
            invariant.Check(book, start);
        }
    }

    private Dictionary<object, object> RowsOf(Table table)
    {
        if (!tables.TryGetValue(table, out var rows))
        {
            tables.Add(table, rows = []);
        }

        return rows;
    }

    void IRowLoader.Load<TKey, TRow>(
        Table<TKey, TRow> table,
        IReadOnlyCollection<TKey> keys,
        Action<TRow> found
    )
    {
        foreach (var row in keys.Select(key => Find(table, key)).OfType<TRow>())
        {
            found(row);
        }
    }

    void IRowSaver.Insert<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<TRow> inserted)
    {
        foreach (var row in inserted)
        {
            RowsOf(table).Add(table.KeyOf(row), row);
            writes++;
        }
    }

    void IRowSaver.Update<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<ChangedRow<TRow>> updated)
    {
        foreach (var changed in updated)
        {
            var key = table.KeyOf(changed.Row);
            Assert.Equal(changed.VersionRead, ((VersionedRow)RowsOf(table)[key]).Version);
            RowsOf(table)[key] = changed.Row;
            writes++;
        }
    }

    void IRowSaver.Add<TKey, TRow>(Table<TKey, TRow> table, IReadOnlyList<(TRow Empty, long Amount)> added)
    {
        foreach (var (empty, amount) in added)
        {
            var row = Find(table, table.KeyOf(empty)) ?? empty;
            RowsOf(table)[table.KeyOf(empty)] = table.Add!(row, amount);
            writes++;
        }
    }

    void IRowSaver.RequireSums<TKey, TRow>(
        Table<TKey, TRow> table,
        IReadOnlyList<(TKey Key, long Least)> required
    )
    {
        if (required.Any(sum => ((InternalAccountRow)(object)Get(table, sum.Key)).Balance < sum.Least))
        {
            throw new WriteConflictException("Somebody else has taken from it.");
        }
    }
}

/// <summary>What became of a command under a key.</summary>
/// <param name="Written">How many rows it wrote.</param>
internal sealed record RanKeyed(KeyedOutcome Outcome, IReadOnlyList<Event> Events, int Written);

/// <summary>What became of a command.</summary>
/// <param name="Written">How many rows it wrote.</param>
internal sealed record Ran<TReply>(Decision<TReply> Decision, IReadOnlyList<Event> Events, int Written)
{
    public TReply Accepted => Assert.IsType<Accepted<TReply>>(Decision).Reply;

    public TReply Declined => Assert.IsType<Declined<TReply>>(Decision).Reply;

    /// <summary>The refusal; nothing was written and nothing told.</summary>
    public Refusal Rejected
    {
        get
        {
            var refusal = Assert.IsType<Rejected<TReply>>(Decision).Refusal;
            Assert.Equal(0, Written);
            Assert.Empty(Events);
            return refusal;
        }
    }

    /// <summary>The types of the events, in order.</summary>
    public IEnumerable<string> Told => Events.Select(happened => happened.Type);
}
