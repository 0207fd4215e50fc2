using OpenBanking.Server.Engine;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>What is accepted into the queue is done, and what is not is told at once.</summary>
public abstract class QueueTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task A_full_queue_refuses_and_loses_nothing_that_it_took()
    {
        Restart(new() { QueueLength = 2 });
        using var gate = await HoldAsync();
        List<Task<Decision<int>>> taken =
        [
            Engine.SubmitAsync(Probe.Put(1)),
            Engine.SubmitAsync(Probe.Put(2)),
        ];

        await Assert.ThrowsAsync<EngineBusyException>(() => Engine.SubmitAsync(Probe.Put(3)));
        await Assert.ThrowsAsync<EngineBusyException>(() => SubmitAsync(Probe.Put(4), "key"));

        await gate.OpenAsync();
        await Task.WhenAll(taken);
        Assert.Equal([1, 2], Messages);
        Assert.IsType<KeyedOutcome.Fresh>(await SubmitAsync(Probe.Put(4), "key"));
        Assert.Equal([1, 2, 4], Messages);
    }

    [Fact]
    public async Task A_stopping_engine_finishes_what_it_took_and_takes_nothing_more()
    {
        Restart(new() { BatchSize = 2 });
        using var gate = await HoldAsync();
        var taken = Enumerable.Range(1, 5).Select(i => Engine.SubmitAsync(Probe.Put(i))).ToList();

        var stopping = Task.Run(Engine.Dispose);
        await gate.OpenAsync();
        await stopping;

        Assert.Equal([1, 2, 3, 4, 5], Messages);
        await Task.WhenAll(taken);
        await Assert.ThrowsAsync<EngineBusyException>(() => Engine.SubmitAsync(Probe.Put(6)));
        Assert.Equal([1, 2, 3, 4, 5], Messages);
    }
}
