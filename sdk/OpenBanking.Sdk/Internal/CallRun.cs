using System.Runtime.CompilerServices;

namespace OpenBanking.Internal;

/// <summary>One call under way: what its attempts share.</summary>
internal sealed class CallRun(
    Call call,
    CallProgress progress,
    Func<CancellationToken, ValueTask<Attempt>> send,
    CallSettings settings,
    long startedAt
)
{
    /// <summary>The attempt that ended last.</summary>
    public Attempt? Last { get; private set; }

    /// <summary>What is left of the total timeout: nothing or more.</summary>
    public TimeSpan TimeLeft
    {
        get
        {
            var left = settings.TotalTimeout - settings.Clock.GetElapsedTime(startedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Attempt> AttemptAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.AttemptTimeout, settings.Clock);
        using var either = cancellationToken.UnsafeRegister(Cancel, timeout);
        Attempt attempt;
        try
        {
            attempt = await send(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException canceled)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What was sent reports its own timeout, so this one was still waiting for a token.
            attempt = Attempt.NotBegun(timeout.IsCancellationRequested ? null : canceled);
        }

        progress.Note(attempt);
        Last = attempt;
        if (attempt.Answer is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return attempt;
    }

    /// <summary>Ends a timeout before its time: what links two tokens without a third source.</summary>
    public static void Cancel(object? timeout) => ((CancellationTokenSource)timeout!).Cancel();

    public bool ShouldRepeat(Attempt attempt) => attempt.ShouldRepeat(call.Repeatable, TimeLeft);

    public void Retrying(Attempt attempt, TimeSpan delay)
    {
        Telemetry.Retried(call);
        Log.Retrying(
            settings.Logger,
            call.Method,
            call.Route,
            Log.Outcome(attempt.Answer?.Status, attempt.Failure?.Code ?? attempt.Answer?.Problem?.Code),
            delay.TotalSeconds
        );
    }
}
