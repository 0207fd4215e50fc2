using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules.Sequences;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Sequences;

/// <summary>The real engine on a store, with ids and a clock that are the same in every run. Each play has a world of its
/// own, so that one database is enough.</summary>
internal sealed class StoredBank : IDisposable
{
    private readonly TestDatabase database;
    private readonly Store store;
    private readonly NumberedIds ids = new(node: 1);
    private int worlds;

    public StoredBank(TestDatabase database)
    {
        this.database = database;
        store = database.Open();
        Store = new(store);
        Engine = NewEngine(Store, ids, writers: 1);
    }

    public WatchedStore Store { get; }

    public Server.Engine.Engine Engine { get; }

    /// <param name="writers">One keeps commands in the order they came.</param>
    public static Server.Engine.Engine NewEngine(Store store, Ids ids, int writers) =>
        new(
            store,
            ids,
            new StoppedClock(Rows.Noon),
            [new LedgerInvariant()],
            new EngineLimits { Writers = writers, ReplyTimeout = TimeSpan.FromMinutes(1) },
            Rows.RuleData,
            NullLogger<Server.Engine.Engine>.Instance
        );

    /// <summary>A new world with what there is before the first step.</summary>
    public World NewWorld(Scene scene)
    {
        World world = new(++worlds);
        ids.Restart();
        StoredRows.Insert(store, world, scene.Bank);
        return world;
    }

    /// <summary>One command after the other; gives what each came to.</summary>
    public IReadOnlyList<string> PlayOneByOne(World world, Play play) =>
        PlayInBatches(world, play, [.. play.Performances.Select(_ => 1)]);

    /// <summary>Commands wait together in batches of these sizes.</summary>
    public IReadOnlyList<string> PlayInBatches(World world, Play play, IReadOnlyList<int> sizes) =>
        PlayInBatchesAsync(world, play, sizes).GetAwaiter().GetResult();

    public void Dispose()
    {
        Engine.Dispose();
        Store.Dispose();
        database.Dispose();
    }

    private async Task<IReadOnlyList<string>> PlayInBatchesAsync(
        World world,
        Play play,
        IReadOnlyList<int> sizes
    )
    {
        var texts = new List<string>();
        foreach (var size in sizes)
        {
            var batch = play.Performances.Skip(texts.Count).Take(size).Select(played => played.Performance);
            texts.AddRange(
                size == 1
                    ? [await batch.Single().SubmitAsync(Engine, world)]
                    : await SubmitTogetherAsync(world, batch)
            );
        }

        return texts;
    }

    /// <summary>The writer is kept busy until all of them wait.</summary>
    private async Task<IReadOnlyList<string>> SubmitTogetherAsync(World world, IEnumerable<Performance> batch)
    {
        using var open = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = Engine.SubmitAsync(
            new Probe(
                World.Live,
                _ =>
                {
                    entered.TrySetResult();
                    open.Wait();
                    return Decision.Reject("held");
                }
            )
        );
        await entered.Task;
        var waiting = batch.Select(performance => performance.SubmitAsync(Engine, world)).ToList();
        open.Set();
        await busy;
        return await Task.WhenAll(waiting);
    }
}
