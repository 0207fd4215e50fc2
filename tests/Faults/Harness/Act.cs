namespace OpenBanking.Tests.Faults;

/// <summary>What a client knows of a request that it has sent.</summary>
internal enum Ending
{
    /// <summary>It was answered: it must be there once.</summary>
    Ok,

    /// <summary>It was refused, or never left: it must not be there.</summary>
    Failed,

    /// <summary>Nobody knows: it is there once or not at all, and its key finds out.</summary>
    Unknown,
}

/// <summary>What a request made.</summary>
/// <param name="Id">Its id, as statements and events name it.</param>
/// <param name="Kind">What it is in a statement; null when it moves no money.</param>
/// <param name="Change">What it did to the customer's balance.</param>
/// <param name="EventType">The event that says so.</param>
internal sealed record Made(string Id, TransactionKind? Kind, Money Change, string EventType);

/// <summary>It was taken, and waits for somebody who could not be reached: the same again goes on with it.</summary>
internal sealed class OpenStillException(string message) : Exception(message);

/// <summary>One request under its own key, and what became of it.</summary>
internal sealed class Act(int customer, string? orderNo, Func<OpenBankingClient, Task<Made>> send)
{
    public int Customer => customer;

    /// <summary>The order that it pays; null when it is no payment.</summary>
    public string? OrderNo => orderNo;

    public Ending Ending { get; private set; }

    public Made? Made { get; private set; }

    /// <summary>Whether its outcome was unknown when it was first sent.</summary>
    public bool WasUnknown { get; private set; }

    /// <summary>The HTTP status of a refusal.</summary>
    public int? Status { get; private set; }

    /// <summary>Why it failed, for reports.</summary>
    public string? Failure { get; private set; }

    public async Task SendAsync(OpenBankingClient client)
    {
        try
        {
            Made = await send(client);
            Ending = Ending.Ok;
        }
        catch (OpenStillException open)
        {
            (Ending, WasUnknown, Failure) = (Ending.Unknown, true, open.Message);
        }
        catch (OutcomeUnknownException lost)
        {
            (Ending, WasUnknown, Status, Failure) = (Ending.Unknown, true, lost.Status, lost.Message);
        }
        catch (OpenBankingException refused)
        {
            // What was refused for now says nothing of what the same key did before.
            (Status, Failure) = (refused.Status, refused.Message);
            Ending =
                WasUnknown && (refused.Retryable || refused.Status is null) ? Ending.Unknown : Ending.Failed;
        }
    }
}
