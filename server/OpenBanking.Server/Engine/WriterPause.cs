namespace OpenBanking.Server.Engine;

/// <summary>How a writer lets requests that wait for a processor come first, so that more of them share its next wait for the
/// disk.</summary>
/// <param name="enough">How many commands are not waited for to become more.</param>
/// <param name="longest">How long the processor is given away at the most.</param>
/// <param name="waitingForThread">How much work waits for a thread: some of it may become commands.</param>
/// <param name="yield">Gives the processor away.</param>
internal sealed class WriterPause(
    int enough,
    TimeSpan longest,
    TimeProvider time,
    Func<long> waitingForThread,
    Action yield
)
{
    /// <summary>Behind a batch of fewer nobody is waited for: they would not come.</summary>
    public const int Few = 4;

    /// <summary>More than these gain little by sharing a wait for the disk, where that is all there is to share.</summary>
    private const int ManyOnDisk = 32;

    /// <summary>A batch on a database has two round trips of statements besides, so that more gain by sharing them; but the database
    /// needs the processor, too.</summary>
    private const int ManyOnDatabase = 128;

    private static readonly TimeSpan longestOnDisk = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan longestOnDatabase = TimeSpan.FromMilliseconds(1);

    public static WriterPause OnDisk(EngineLimits limits) => New(limits, ManyOnDisk, longestOnDisk);

    public static WriterPause OnDatabase(EngineLimits limits) =>
        New(limits, ManyOnDatabase, longestOnDatabase);

    /// <summary>How many commands are not waited for to become more.</summary>
    public int Enough => enough;

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
        while (waitingForThread() > 0 && queued() < enough && time.GetElapsedTime(began) < longest)
        {
            yield();
        }
    }

    /// <summary>As many as a batch can have are enough, whatever would gain by sharing it.</summary>
    private static WriterPause New(EngineLimits limits, int many, TimeSpan longest) =>
        new(
            Math.Min(many, Math.Min(limits.BatchSize, limits.QueueLength)),
            longest,
            TimeProvider.System,
            () => ThreadPool.PendingWorkItemCount,
            () => Thread.Yield()
        );
}
