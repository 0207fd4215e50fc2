namespace OpenBanking.Server.Engine;

/// <summary>How a writer lets requests that wait for a processor come first, so that more of them share its next wait for the
/// disk.</summary>
/// <param name="enough">How many commands are not waited for to become more.</param>
/// <param name="waitingForThread">How much work waits for a thread: some of it may become commands.</param>
/// <param name="yield">Gives the processor away.</param>
internal sealed class WriterPause(int enough, TimeProvider time, Func<long> waitingForThread, Action yield)
{
    /// <summary>Behind a batch of fewer nobody is waited for: they would not come.</summary>
    public const int Few = 4;

    /// <summary>More than these gain little by sharing their wait for the disk.</summary>
    public const int Many = 32;

    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(2);

    public WriterPause(EngineLimits limits)
        : this(
            Math.Min(Many, Math.Min(limits.BatchSize, limits.QueueLength)),
            TimeProvider.System,
            () => ThreadPool.PendingWorkItemCount,
            () => Thread.Yield()
        ) { }

    /// <summary>Not for long, and not when nothing waits for a thread: nobody is about to come then.</summary>
    /// <param name="before">How many commands the last batch had.</param>
    /// <param name="queued">How many wait for the next.</param>
    public void LetOthersCome(int before, Func<int> queued)
    {
        if (before is < Few || before >= enough)
        {
            return;
        }

        var began = time.GetTimestamp();
        while (waitingForThread() > 0 && queued() < enough && time.GetElapsedTime(began) < Longest)
        {
            yield();
        }
    }
}
