namespace OpenBanking.Server.Audit;

/// <summary>Has the invariants proved anew for as long as the server runs, on the node that seals. It takes a small part of
/// the time: after each stretch it rests several times as long as that took.</summary>
public sealed class Auditor(
    AuditChain chain,
    AuditorPass pass,
    AuditOptions options,
    TimeProvider time,
    ILogger<Auditor> log
) : BackgroundService
{
    private const int RestsAsLong = 4;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = options.CheckEvery;
            try
            {
                var started = time.GetTimestamp();
                if (await chain.HoldAsync())
                {
                    await pass.SweepAsync(options.SweepEvery, stoppingToken);
                    if (await pass.CheckAsync())
                    {
                        rest = time.GetElapsedTime(started) * RestsAsLong;
                    }
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(failure, "The auditor failed and goes on");
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(rest, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
