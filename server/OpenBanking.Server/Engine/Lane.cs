using System.Threading.Channels;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Engine;

/// <summary>A queue of commands, and the thread that writes them: whatever waits is one batch.</summary>
internal sealed class Lane : IDisposable
{
    private readonly Channel<Pending?> queue;
    private readonly Writer writer;
    private readonly int batchSize;
    private readonly WriterPause pause;
    private readonly Thread thread;

    public Lane(Writer writer, EngineLimits limits, int number, WriterPause pause)
    {
        this.writer = writer;
        this.pause = pause;
        batchSize = limits.BatchSize;
        queue = Channel.CreateBounded<Pending?>(
            new BoundedChannelOptions(limits.QueueLength)
            {
                SingleReader = true,
                // Who writes wakes the thread itself; a thread of the pool in between would be one more to wait for.
                AllowSynchronousContinuations = true,
            }
        );
        thread = new Thread(Run) { IsBackground = true, Name = $"engine writer {number}" };
        thread.Start();
    }

    /// <exception cref="EngineBusyException">The queue is full, or closed.</exception>
    public void Enqueue(Pending pending)
    {
        if (!queue.Writer.TryWrite(pending))
        {
            throw new EngineBusyException();
        }
    }

    public void SweepLater(Table table, Sql condition) => writer.Sweeps.Ask(table, condition);

    public Task<int> ReplaceAsync(Table table, string column, IReadOnlyList<Replacement> values)
    {
        var work = new PendingReplacement(table, column, values);
        writer.Replacements.Enqueue(work);
        // Nothing to decide, but a reason to look. A full queue looks soon anyway.
        queue.Writer.TryWrite(null);
        return work.Replaced.Task;
    }

    /// <summary>Takes nothing more; what was taken is still done.</summary>
    public void Close() => queue.Writer.TryComplete();

    public void Dispose()
    {
        Close();
        thread.Join();
        writer.Dispose();
    }

    private void Run()
    {
        var waiting = new List<Pending>(batchSize);
        var before = 0;
        var queued = () => queue.Reader.Count;
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            pause.LetOthersCome(before, queued);
            while (waiting.Count < batchSize && queue.Reader.TryRead(out var next))
            {
                if (next is not null)
                {
                    waiting.Add(next);
                }
            }

            before = 0;
            foreach (var batch in waiting.GroupBy(pending => pending.World))
            {
                Pending[] together = [.. batch];
                writer.Run(together, batch.Key);
                before = Math.Max(before, together.Length);
            }

            waiting.Clear();
            writer.Sweep();
            writer.Replace();
        }
    }
}
