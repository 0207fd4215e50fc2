namespace OpenBanking.Internal;

/// <summary>What a call is, for its retries, its activity and its log lines.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Route">The path with placeholders for ids, so that no id gets into names and metrics.</param>
/// <param name="Repeatable">Whether sending it twice does no more than sending it once.</param>
internal record Call(HttpMethod Method, string Route, bool Repeatable)
{
    public string Name => $"{Method} {Route}";
}

/// <summary>A form that is posted to the authorization server.</summary>
internal sealed record FormCall(string Route, bool Repeatable) : Call(HttpMethod.Post, Route, Repeatable)
{
    /// <summary>What to do when the server fails, as a sentence.</summary>
    public required string Advice { get; init; }
}

/// <summary>What the attempts of one call have come to so far.</summary>
internal sealed class CallProgress
{
    /// <summary>Whether some attempt may have been carried out without telling.</summary>
    public bool MayHaveBeenCarriedOut { get; private set; }

    public void Note(Attempt attempt) => MayHaveBeenCarriedOut |= attempt.MayHaveBeenCarriedOut;

    /// <summary>Whether nobody knows after this what became of a call with a key. It is known after a refusal that settles it, and not
    /// when a key or a token store of the app's own broke the second attempt.</summary>
    public bool LeavesUnknown(Exception failure) =>
        MayHaveBeenCarriedOut
        && failure is not OperationCanceledException
        && !(failure is OpenBankingException refusal && Refusals.Settles(refusal));

    /// <summary>A success that cannot be read, or an earlier call whose outcome is unknown.</summary>
    public void NoteUnknown() => MayHaveBeenCarriedOut = true;
}
