using System.Diagnostics;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>
/// Finds rows that are each named by their whole key, under one condition. Those who ask while others' rows are on their way
/// wait for the next statement, which is for all of them: a row of many costs a fraction of a statement of its own, and nobody
/// waits while few ask.
/// </summary>
/// <param name="ask">Runs the statement for the given parameters: places in them, with the rows found for these.</param>
internal sealed class PostgresLookups<TRow>(
    Func<PostgresArrays, Task<IReadOnlyList<(int Place, TRow Row)>>> ask
)
    where TRow : class
{
    /// <summary>How many statements are on their way at once, and how many rows each is for.</summary>
    private const int MostStatements = 2;
    private const int MostRows = 512;

    private readonly Lock queuing = new();
    private readonly Queue<Lookup> waiting = [];
    private int statements;
    private long lastBegan;

    /// <summary>A statement that takes longer is not waited for by those who come: its connection may lead nowhere.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMilliseconds(100);

    /// <param name="writeValues">Writes the values of the condition's parameters, none of them null.</param>
    public Task<TRow?> FindAsync(World world, Action<RowWriter> writeValues)
    {
        var lookup = new Lookup(world, writeValues);
        lock (queuing)
        {
            waiting.Enqueue(lookup);
            if (statements < MostStatements || Stopwatch.GetElapsedTime(lastBegan) > Patience)
            {
                statements++;
                // Behind the others that an answer of the engine has just let go on: they ask next.
                ThreadPool.UnsafeQueueUserWorkItem(
                    static lookups => _ = lookups.AskAsync(),
                    this,
                    preferLocal: false
                );
            }
        }

        return lookup.Found.Task;
    }

    /// <summary>Asks for as long as somebody waits.</summary>
    private async Task AskAsync()
    {
        while (Take() is { Count: > 0 } taken)
        {
            try
            {
                var arrays = new PostgresArrays();
                foreach (var lookup in taken)
                {
                    arrays.NextRow();
                    arrays.Int64(lookup.World.Number);
                    lookup.WriteValues(arrays);
                }

                foreach (var (place, row) in await ask(arrays))
                {
                    taken[place].Found.SetResult(row);
                }

                taken.ForEach(lookup => lookup.Found.TrySetResult(null));
            }
            catch (Exception failure)
            {
                taken.ForEach(lookup => lookup.Found.TrySetException(failure));
            }
        }
    }

    private List<Lookup> Take()
    {
        lock (queuing)
        {
            var taken = new List<Lookup>();
            while (taken.Count < MostRows && waiting.TryDequeue(out var lookup))
            {
                taken.Add(lookup);
            }

            lastBegan = Stopwatch.GetTimestamp();
            statements -= taken.Count == 0 ? 1 : 0;
            return taken;
        }
    }

    private sealed record Lookup(World World, Action<RowWriter> WriteValues)
    {
        public TaskCompletionSource<TRow?> Found { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
