using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Outside;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Outside;

/// <summary>Whom the outside keeps waiting: nobody but those who want the same of it.</summary>
public abstract class IntentGroupTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    /// <summary>More than are carried at once.</summary>
    private const int Many = 40;

    [Fact(Timeout = 60_000)]
    public async Task A_code_is_sent_while_transfers_have_no_answer()
    {
        using (var session = Store.OpenWriteSession())
        {
            session.Insert(
                Rows.World,
                IntentTables.Intents,
                [
                    .. Enumerable.Range(1, Many).Select(number => Waiting(number, IntentKind.PayOut)),
                    Waiting(Many + 1, IntentKind.SendMessage),
                ]
            );
        }

        var transfers = new Handler(IntentKind.PayOut) { Answers = false };
        var messages = new Handler(IntentKind.SendMessage);
        IReadOnlyList<IntentWorker> workers =
        [
            .. Enum.GetValues<IntentGroup>()
                .Select(group => new IntentWorker(
                    Store,
                    Engine,
                    Clock,
                    new OutsideLimits
                    {
                        Deadline = TimeSpan.FromMinutes(5),
                        Lease = TimeSpan.FromMinutes(10),
                    },
                    [transfers, messages],
                    NullLogger<IntentWorker>.Instance,
                    group
                )),
        ];
        foreach (var worker in workers)
        {
            await worker.StartAsync(CancellationToken.None);
        }

        await messages.Handled.Task.WaitAsync(TestContext.Current.CancellationToken);
        await transfers.Handled.Task.WaitAsync(TestContext.Current.CancellationToken);

        foreach (var worker in workers)
        {
            await worker.StopAsync(CancellationToken.None);
            worker.Dispose();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_node_that_stops_had_under_way_is_soon_anothers()
    {
        using (var session = Store.OpenWriteSession())
        {
            session.Insert(Rows.World, IntentTables.Intents, [Waiting(1, IntentKind.PayOut)]);
        }

        var transfers = new Handler(IntentKind.PayOut) { Answers = false };
        using var worker = new IntentWorker(
            Store,
            Engine,
            Clock,
            new(),
            [transfers],
            NullLogger<IntentWorker>.Instance,
            IntentGroup.Requests
        );
        await worker.StartAsync(CancellationToken.None);
        await transfers.Handled.Task.WaitAsync(TestContext.Current.CancellationToken);

        await worker.StopAsync(CancellationToken.None);

        var left = Store.Find(IntentTables.Intents, Rows.World, Rows.Id<IntentRow>(1))!;
        Assert.Equal((IntentState.Sent, Clock.Now + IntentRules.WaitAfter(1)), (left.State, left.DueAt));
    }

    private IntentRow Waiting(int number, IntentKind kind) =>
        Rows.Intent with
        {
            Id = Rows.Id<IntentRow>(number),
            Kind = kind,
            State = IntentState.Waiting,
            DueAt = Clock.GetUtcNow().AddSeconds(number - Many - 2),
        };

    private sealed class Handler(IntentKind kind) : IIntentHandler
    {
        public IntentKind Kind => kind;

        public bool Answers { get; init; } = true;

        /// <summary>Once it was asked for the first time.</summary>
        public TaskCompletionSource Handled { get; } = new();

        public async Task HandleAsync(
            Reference reference,
            IntentRow intent,
            bool mayBeKnown,
            CancellationToken cancellationToken
        )
        {
            Handled.TrySetResult();
            await Task.Delay(Answers ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}
