using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
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
        await FailTwiceAndGoOnAsync(log: null);
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

    [Fact(Timeout = Patience)]
    public async Task A_store_that_is_away_is_told_of_once_and_that_it_is_back_once()
    {
        var lines = new ConcurrentQueue<string>();
        using var log = new LogRecorder(lines);
        var again = new TaskCompletionSource();
        using var worker = new Worker(
            Engine,
            (run, _) =>
            {
                if (run is 1 or 2 or 5)
                {
                    throw new StoreUnavailableException(new TimeoutException());
                }

                if (run == 7)
                {
                    again.TrySetResult();
                }

                return Task.FromResult(run < 7);
            },
            log
        );
        await worker.StartAsync(CancellationToken.None);

        await again.Task.WaitAsync(soon, TestContext.Current.CancellationToken);

        await AssertEndsAsync(worker);
        const string begins =
            "Error Worker waits for the store: The store cannot be reached, or has no room left. ";
        const string ends = "Information The store is back for Worker ";
        Assert.Equal([begins, ends, begins, ends], lines);
    }

    [Fact(Timeout = Patience)]
    public async Task What_fails_for_another_reason_has_its_stack_each_time()
    {
        var lines = new ConcurrentQueue<string>();
        using var log = new LogRecorder(lines);
        await FailTwiceAndGoOnAsync(log);
        Assert.Equal(2, lines.Count);
        Assert.All(
            lines,
            line => Assert.Contains(nameof(InvalidOperationException), line, StringComparison.Ordinal)
        );
    }

    /// <summary>A failure that came out of it would be told as one that ends the server.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_worker_whose_store_is_away_when_it_is_told_to_end_ends_with_one_line()
    {
        var lines = new ConcurrentQueue<string>();
        using var log = new LogRecorder(lines);
        var begun = new TaskCompletionSource();
        using var worker = new Worker(Engine, (_, stopping) => FailAtTheEndAsync(begun, stopping), log);
        await worker.StartAsync(CancellationToken.None);
        await begun.Task.WaitAsync(soon, TestContext.Current.CancellationToken);

        await AssertEndsAsync(worker);

        Assert.DoesNotContain("Exception", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_periodic_worker_whose_store_is_away_when_it_is_told_to_end_ends_with_one_line()
    {
        var lines = new ConcurrentQueue<string>();
        using var log = new LogRecorder(lines);
        var begun = new TaskCompletionSource();
        using var worker = new Periodic(stopping => FailAtTheEndAsync(begun, stopping), log);
        await worker.StartAsync(CancellationToken.None);
        await begun.Task.WaitAsync(soon, TestContext.Current.CancellationToken);

        await AssertEndsAsync(worker);

        Assert.DoesNotContain("Exception", Assert.Single(lines), StringComparison.Ordinal);
    }

    /// <summary>Ends once a worker that fails two times has come to a third.</summary>
    private async Task FailTwiceAndGoOnAsync(ILogger? log)
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
            },
            log
        );
        await worker.StartAsync(CancellationToken.None);

        await again.Task.WaitAsync(soon, TestContext.Current.CancellationToken);

        await AssertEndsAsync(worker);
    }

    private static async Task<bool> FailAtTheEndAsync(TaskCompletionSource begun, CancellationToken stopping)
    {
        begun.TrySetResult();
        await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new StoreUnavailableException(new TimeoutException());
    }

    private static async Task AssertEndsAsync(BackgroundService worker)
    {
        await worker.StopAsync(CancellationToken.None).WaitAsync(soon);
        Assert.Equal(TaskStatus.RanToCompletion, worker.ExecuteTask!.Status);
    }

    private sealed class Worker(
        Server.Engine.Engine engine,
        Func<int, CancellationToken, Task<bool>> work,
        ILogger? log = null
    ) : SignalledWorker(engine, SandboxTables.Messages, log ?? NullLogger.Instance)
    {
        private int runs;

        protected override Task<bool> RunOnceAsync(CancellationToken stoppingToken) =>
            work(++runs, stoppingToken);
    }

    private sealed class Periodic(Func<CancellationToken, Task> work, ILogger log)
        : PeriodicWorker(TimeSpan.FromMilliseconds(1), TimeProvider.System, log)
    {
        protected override Task WorkAsync(CancellationToken stoppingToken) => work(stoppingToken);
    }
}
