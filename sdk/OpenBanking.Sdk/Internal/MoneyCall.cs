using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>Makes the exception for a request whose outcome is unknown.</summary>
internal delegate OutcomeUnknownException<T> UnknownOutcome<T>(
    string message,
    IdempotencyKey key,
    Func<CancellationToken, Task<T>> resolve,
    Exception innerException
);

/// <summary>Sends what moves money or issues value: a lost answer is unknown, never failed.</summary>
internal sealed class MoneyCall<T>(Api api, ApiCall call, JsonTypeInfo<T> type, UnknownOutcome<T> unknown)
    where T : ResponseObject
{
    public Task<T> SendAsync(CancellationToken cancellationToken) =>
        SendAsync(new CallProgress(), cancellationToken);

    private Task<T> ResolveAsync(CancellationToken cancellationToken)
    {
        var progress = new CallProgress();
        progress.NoteUnknown();
        return SendAsync(progress, cancellationToken);
    }

    private async Task<T> SendAsync(CallProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await api.CallAsync(call, progress, cancellationToken).ConfigureAwait(false);
            return api.Read(call, type, answer, progress);
        }
        catch (Exception failure) when (progress.LeavesUnknown(failure))
        {
            var key = IdempotencyKey.Parse(call.Key!);
            Log.OutcomeUnknown(api.Settings.Logger, call.Method, call.Route, key.Value);
            throw unknown(
                $"Whether {call.Name} with key {key} was carried out is not known: {Told(failure)} {Advice(failure)}",
                key,
                ResolveAsync,
                failure
            );
        }
    }

    /// <summary>What the last attempt came to. Where that says by itself that nothing was done, it says so of that attempt alone.</summary>
    private static string Told(Exception failure) =>
        failure
            is OpenBankingException
            {
                Code: ClientErrorCodes.ConnectionLost
                    or ClientErrorCodes.TimedOut
                    or ClientErrorCodes.UnexpectedAnswer
                    or ProblemCodes.OutcomeUnknown
                    or ProblemCodes.InternalError
            }
            ? failure.Message
            : $"an attempt before the last was sent, and its answer lost. The last one: {failure.Message}";

    /// <summary>The bank's own words about an unknown outcome say it already.</summary>
    private static string Advice(Exception failure) =>
        failure is OpenBankingException { Code: ProblemCodes.OutcomeUnknown or ProblemCodes.InternalError }
            ? "ResolveAsync does so."
            : "Send it again with the same key, as ResolveAsync does.";
}
