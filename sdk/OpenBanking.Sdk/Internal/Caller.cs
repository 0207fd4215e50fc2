using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace OpenBanking.Internal;

/// <summary>Makes a call: attempts with their timeouts, waits between them, one activity around
/// all.</summary>
internal sealed class Caller
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly ResiliencePropertyKey<CallRun> runKey = new("run");

    private readonly CallSettings settings;
    private readonly ResiliencePipeline<Attempt> retries;

    public Caller(CallSettings settings)
    {
        this.settings = settings;
        retries = BuildRetries(settings);
        Transport = new Transport(settings.HttpHandler, settings.Clock);
    }

    public Transport Transport { get; }

    public CallSettings Settings => settings;

    /// <summary>Makes the call and returns the answer of a success.</summary>
    /// <exception cref="OpenBankingException">Refused, unreachable or out of time, after all
    /// attempts.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Answer> CallAsync(
        Call call,
        CallProgress progress,
        Func<CancellationToken, ValueTask<Attempt>> attempt,
        CancellationToken cancellationToken
    )
    {
        using var report = new CallReport(call, settings);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var run = new CallRun(call, progress, attempt, settings, report.StartedAt);
            var last = await run.AttemptAsync(cancellationToken).ConfigureAwait(false);
            if (settings.MaxRetries > 0 && run.ShouldRepeat(last))
            {
                last = await RepeatAsync(run, last, cancellationToken).ConfigureAwait(false);
            }

            var answer = last.Answer ?? throw last.Failure!;
            report.Answered(answer);
            return answer.Succeeded ? answer : throw Refusals.From(answer, call);
        }
        catch (Exception failure)
        {
            report.Failed(failure, progress);
            throw;
        }
    }

    /// <summary>Goes on after a first attempt that is worth repeating. What goes well at once, as nearly all calls do, needs
    /// no pipeline and no timer for the whole.</summary>
    private async Task<Attempt> RepeatAsync(CallRun run, Attempt first, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(run.TimeLeft, settings.Clock);
        using var either = cancellationToken.UnsafeRegister(CallRun.Cancel, timeout);
        var context = ResilienceContextPool.Shared.Get(timeout.Token);
        context.Properties.Set(runKey, run);
        Attempt? made = first;
        try
        {
            return await retries
                .ExecuteAsync(
                    async inner =>
                        Interlocked.Exchange(ref made, null)
                        ?? await run.AttemptAsync(inner.CancellationToken).ConfigureAwait(false),
                    context
                )
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return run.Last!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static ResiliencePipeline<Attempt> BuildRetries(CallSettings settings)
    {
        var builder = new ResiliencePipelineBuilder<Attempt> { TimeProvider = settings.Clock };
        if (settings.MaxRetries == 0)
        {
            return builder.Build();
        }

        return builder
            .AddRetry(
                new RetryStrategyOptions<Attempt>
                {
                    MaxRetryAttempts = settings.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = FirstDelay,
                    MaxDelay = LongestDelay,
                    UseJitter = true,
                    ShouldHandle = static past =>
                        ValueTask.FromResult(
                            past.Outcome.Result is { } made && Run(past.Context).ShouldRepeat(made)
                        ),
                    DelayGenerator = static past =>
                        ValueTask.FromResult(past.Outcome.Result?.Answer?.RetryAfter),
                    OnRetry = static past =>
                    {
                        Run(past.Context).Retrying(past.Outcome.Result!, past.RetryDelay);
                        return ValueTask.CompletedTask;
                    },
                }
            )
            .Build();
    }

    private static CallRun Run(ResilienceContext context) => context.Properties.GetValue(runKey, null!);
}
