using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Outside;

/// <summary>What every loop of the server's own keeps to: a failure does not end it, what is written wakes it, and it ends
/// when it is told to.</summary>
public abstract class WorkerTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const int Patience = 60_000;

    private static readonly TimeSpan soon = TimeSpan.FromSeconds(30);

    [Fact(Timeout = Patience)]
    public async Task A_worker_that_failed_goes_on()
    {
        var again = new TaskCompletionSource();
        using var worker = new Worker(
            Engine,
            (run, _) =>
            {
                if (run <= 2)
                {
                    throw new InvalidOperationException("Run fails.");
                }

                again.TrySetResult();
                return Task.FromResult(false);
            }
        );
        await worker.StartAsync(CancellationToken.None);

        await again.Task.WaitAsync(soon, TestContext.Current.CancellationToken);

        await AssertEndsAsync(worker);
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_written_wakes_it()
    {
        var messages = new TaskCompletionSource();
        using var worker = new Worker(
            Engine,
            (_, _) =>
            {
                if (Messages.Contains(5))
                {
                    messages.TrySetResult();
                }

                return Task.FromResult(false);
            }
        );
        await worker.StartAsync(CancellationToken.None);

        await Engine.SubmitAsync(Probe.Put(5));

        await messages.Task.WaitAsync(soon, TestContext.Current.CancellationToken);
        await AssertEndsAsync(worker);
    }

    [Fact(Timeout = Patience)]
    public async Task It_ends_in_the_middle_of_its_work_when_it_is_told_to()
    {
        var begun = new TaskCompletionSource();
        using var worker = new Worker(
            Engine,
            async (_, stopping) =>
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, stopping);
                return true;
            }
        );
        await worker.StartAsync(CancellationToken.None);
        await begun.Task.WaitAsync(soon, TestContext.Current.CancellationToken);

        await AssertEndsAsync(worker);
    }

    [Fact(Timeout = Patience)]
    public async Task While_there_is_more_it_does_not_rest()
    {
        var done = new TaskCompletionSource();
        using var worker = new Worker(
            Engine,
            (run, _) =>
            {
                if (run == 1_000)
                {
                    done.TrySetResult();
                }

                return Task.FromResult(run < 1_000);
            }
        );

        await worker.StartAsync(CancellationToken.None);

        // At a rest of a second between two it would take a quarter of an hour.
        await done.Task.WaitAsync(soon, TestContext.Current.CancellationToken);
        await AssertEndsAsync(worker);
    }

    private static async Task AssertEndsAsync(SignalledWorker worker)
    {
        await worker.StopAsync(CancellationToken.None).WaitAsync(soon);
        Assert.Equal(TaskStatus.RanToCompletion, worker.ExecuteTask!.Status);
    }

    private sealed class Worker(Server.Engine.Engine engine, Func<int, CancellationToken, Task<bool>> work)
        : SignalledWorker(engine, SandboxTables.Messages, NullLogger<Worker>.Instance)
    {
        private int runs;

        protected override Task<bool> RunOnceAsync(CancellationToken stoppingToken) =>
            work(++runs, stoppingToken);
    }
}
