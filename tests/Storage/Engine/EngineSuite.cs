using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>An engine on a database of its own.</summary>
public abstract class EngineSuite<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    private readonly TDatabase database = new();

    protected EngineSuite() => Start(new());

    internal WatchedStore Store { get; private set; } = null!;

    internal StoppedClock Clock { get; } = new(Rows.Noon);

    protected Server.Engine.Engine Engine { get; private set; } = null!;

    protected TestDatabase Database => database;

    /// <summary>The messages there are, by number.</summary>
    protected IEnumerable<int> Messages =>
        Store
            .ListAcrossWorlds(SandboxTables.Messages, 10_000, $"1 = {1}")
            .Select(found => int.Parse(found.Row.Text))
            .Order();

    public void Dispose()
    {
        Stop();
        database.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops engine and store, and starts them on the same data.</summary>
    protected void Restart(EngineLimits? limits = null)
    {
        Stop();
        Start(limits ?? new());
    }

    /// <summary>Has another process work on the data: on SQLite there is one at a time.</summary>
    private protected async Task<T> WhileStoppedAsync<T>(Func<Task<T>> work)
    {
        Stop();
        var result = await work();
        Start(new());
        return result;
    }

    /// <summary>Keeps the writer busy with a command until the gate is opened. What is submitted meanwhile waits, and is
    /// taken as one batch.</summary>
    private protected async Task<Gate> HoldAsync()
    {
        var gate = new Gate();
        gate.Command = Engine.SubmitAsync(
            new Probe(
                World.Live,
                _ =>
                {
                    gate.Stand();
                    return Decision.Reject("held");
                }
            )
        );
        await gate.Entered;
        return gate;
    }

    /// <summary>Runs commands in one batch, in this order; a failure is given instead of a decision.</summary>
    private protected async Task<IReadOnlyList<object>> RunTogetherAsync(params Probe[] probes)
    {
        using var gate = await HoldAsync();
        var waiting = probes.Select(probe => Engine.SubmitAsync(probe)).ToList();
        await gate.OpenAsync();
        return await EndsOfAsync(waiting);
    }

    /// <summary>What became of each: its result, or its exception.</summary>
    protected static async Task<IReadOnlyList<object>> EndsOfAsync<T>(IEnumerable<Task<T>> tasks)
        where T : notnull
    {
        var ends = new List<object>();
        foreach (var task in tasks)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ends.Add(task.IsFaulted ? task.Exception.InnerException! : await task);
        }

        return ends;
    }

    /// <summary>Submits under a key; the answer's body says the reply.</summary>
    private protected Task<KeyedOutcome> SubmitAsync(
        Probe probe,
        string key,
        int body = 1,
        Guid? app = null
    ) =>
        Engine.SubmitAsync(
            probe,
            new KeyedRequest(app ?? Rows.App.Id.Value, key, new Guid(body, 0, 0, new byte[8])),
            reply => new Answer(201, Probe.Message(reply).Id.Value, Encoding.UTF8.GetBytes($"made {reply}"))
        );

    /// <summary>The body that an outcome answers with, as it was kept if it is known.</summary>
    private protected string BodyOf(object outcome, World? world = null) =>
        Encoding.UTF8.GetString(
            outcome switch
            {
                KeyedOutcome.Fresh fresh => fresh.Answer.Body,
                KeyedOutcome.Known known => Engine.RecallAnswer(world ?? Rows.World, known.Row)!,
                _ => throw new InvalidOperationException($"{outcome} has no body."),
            }
        );

    private void Start(EngineLimits limits)
    {
        Store = new(database.Open(Clock));
        Engine = NewEngine(Store, limits);
    }

    private protected Server.Engine.Engine NewEngine(Server.Storage.Store store, EngineLimits limits) =>
        new(
            store,
            new Ids(Clock),
            Clock,
            [new LedgerInvariant()],
            limits,
            Rows.RuleData,
            NullLogger<Server.Engine.Engine>.Instance,
            new AuditRecorder()
        );

    private void Stop()
    {
        Engine.Dispose();
        Store.Dispose();
    }

    /// <summary>Where a command stands and waits on the engine's thread.</summary>
    private protected sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource entered = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private readonly ManualResetEventSlim open = new();

        public Task Entered => entered.Task;

        public Task? Command { get; set; }

        public void Stand()
        {
            entered.TrySetResult();
            open.Wait();
        }

        public Task OpenAsync()
        {
            open.Set();
            return Command ?? Task.CompletedTask;
        }

        /// <summary>A test that failed leaves nobody standing.</summary>
        public void Dispose() => open.Set();
    }
}
