using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Tells activity, meter and log of one call how it went: names and codes, never a body or an id of
/// a customer.</summary>
internal sealed class CallReport(Call call, CallSettings settings) : IDisposable
{
    private readonly Activity? activity = Telemetry.Start(call);
    private Answer? answer;
    private string? error;

    /// <summary>When the call began, by the clock's timestamp.</summary>
    public long StartedAt { get; } = settings.Clock.GetTimestamp();

    public void Answered(Answer received)
    {
        answer = received;
        activity?.SetTag("http.response.status_code", received.Status);
        activity?.SetTag("openbanking.request_id", received.RequestId);
    }

    public void Failed(Exception failure, CallProgress progress)
    {
        error =
            call is ApiCall { Key: not null } && progress.LeavesUnknown(failure) ? ProblemCodes.OutcomeUnknown
            : failure is OpenBankingException refusal ? refusal.Code
            : failure.GetType().Name;
        activity?.SetTag("error.type", error);
        activity?.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        var elapsed = settings.Clock.GetElapsedTime(StartedAt);
        Telemetry.Ended(call, elapsed, answer?.Status, error);
        if (settings.Logger.IsEnabled(LogLevel.Debug))
        {
            Log.Ended(
                settings.Logger,
                call.Method,
                call.Route,
                Log.Outcome(answer?.Status, error),
                elapsed.TotalMilliseconds,
                answer?.RequestId ?? Log.Nameless
            );
        }

        activity?.Dispose();
    }
}
