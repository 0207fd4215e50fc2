namespace OpenBanking.Server.Storage;

/// <summary>What one who works beside the requests tells of a store that is unavailable: a sentence when that begins, and one when
/// the store works again. In between others would say the same, many times a second.</summary>
/// <param name="who">Who cannot work without it.</param>
internal sealed class StoreOutages(ILogger log, string who)
{
    private int isAway;

    /// <summary>Whether the failure is the store's, and has been told of; any other is the caller's to tell.</summary>
    public bool Tell(Exception failure)
    {
        if (failure is not StoreUnavailableException unavailable)
        {
            return false;
        }

        if (Interlocked.Exchange(ref isAway, 1) == 0)
        {
            log.LogError("{Worker} waits for the store: {Why}", who, unavailable.Reason);
        }

        return true;
    }

    /// <summary>Tells of whatever failed, for one who goes on: of anything but the store each time, with its stack.</summary>
    public void TellAny(Exception failure)
    {
        if (!Tell(failure))
        {
            log.LogError(failure, "{Worker} failed and goes on", who);
        }
    }

    /// <summary>What needs the store was done.</summary>
    public void End()
    {
        if (Volatile.Read(ref isAway) == 1 && Interlocked.Exchange(ref isAway, 0) == 1)
        {
            log.LogInformation("The store is back for {Worker}", who);
        }
    }
}
