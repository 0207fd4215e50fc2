using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>Who follows the cursor of events reads each of them once, whatever is written meanwhile.</summary>
public abstract class EventCursorTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly AppRow otherApp = Rows.App with { Id = Rows.Id<AppRow>(2) };

    private EventQueries Queries => new(Store);

    [Fact]
    public async Task Pages_go_on_where_they_ended_in_the_middle_of_a_batch()
    {
        await RunTogetherAsync([.. Enumerable.Range(1, 7).Select(n => Happening(n, Rows.App))]);
        Clock.Now += TimeSpan.FromSeconds(1);
        await Engine.SubmitAsync(Happening(8, Rows.App));
        await SealAllAsync(Chain);

        foreach (var size in (int[])[1, 2, 3, 7, 8, 100])
        {
            var read = new List<PlacedEvent>();
            while (await ReadAsync(Rows.App, read.LastOrDefault()?.Place, size) is { Count: > 0 } page)
            {
                read.AddRange(page);
            }

            Assert.Equal(Enumerable.Range(1, 8), read.Select(NumberOf));
            Assert.Equal(8, read.Select(placed => placed.Id).Distinct().Count());
        }
    }

    [Fact]
    public async Task An_app_sees_its_own_events_alone_and_none_before_they_are_sealed()
    {
        await RunTogetherAsync(Happening(1, Rows.App), Happening(2, otherApp), Happening(3, Rows.App));
        Assert.Empty(await ReadAsync(Rows.App, null, 10));

        await SealAllAsync(Chain);

        Assert.Equal([1, 3], (await ReadAsync(Rows.App, null, 10)).Select(NumberOf));
        Assert.Equal([2], (await ReadAsync(otherApp, null, 10)).Select(NumberOf));
        var elsewhere = new Caller(
            new(new World(8), Rows.App, []),
            Rows.Noon,
            null,
            new PairwiseIds(ServerKeys)
        );
        Assert.Empty(await Queries.ListAsync(elsewhere, null, 10));
    }

    [Fact]
    public async Task What_is_left_is_read_from_the_first_where_positions_outlive_their_batches()
    {
        for (var n = 1; n <= 8; n++)
        {
            await Engine.SubmitAsync(Happening(n, Rows.App));
            Clock.Now += TimeSpan.FromSeconds(1);
        }

        // Sealed later than they were written, so they are kept for longer.
        await SealAllAsync(Chain);
        var gone = Clock.Now - TimeSpan.FromSeconds(2.5);
        using (var session = Store.OpenWriteSession())
        {
            Assert.Equal(6, session.Sweep(EngineTables.Journal, $"created_at < {gone}", 1_000));
        }

        foreach (var size in (int[])[1, 2, 3, 5, 100])
        {
            Assert.Equal(
                Enumerable.Range(7, Math.Min(size, 2)),
                (await ReadAsync(Rows.App, null, size)).Select(NumberOf)
            );
            Assert.Equal([7], (await ReadAsync(Rows.App, new EventPlace(1, 0), 1)).Select(NumberOf));
        }
    }

    [Fact]
    public async Task A_reader_misses_nothing_that_several_writers_commit_while_it_reads()
    {
        const int eachWrites = 60;
        var engines = OpenMoreWriters();
        var random = new Random(20260615);
        var writing = Task.WhenAll(
            engines.Select(
                (writer, number) =>
                    Task.Run(async () =>
                    {
                        for (var n = 1; n <= eachWrites; n += 4)
                        {
                            await Task.WhenAll(
                                Enumerable
                                    .Range((number * eachWrites) + n, 4)
                                    .Select(one => writer.Engine.SubmitAsync(Happening(one, Rows.App)))
                            );
                        }
                    })
            )
        );
        var chain = NewChain();
        var read = new List<PlacedEvent>();
        for (var settled = false; !settled; )
        {
            settled = writing.IsCompleted;
            await SealAllAsync(chain);
            while (
                await ReadAsync(Rows.App, read.LastOrDefault()?.Place, random.Next(1, 9))
                    is { Count: > 0 } page
            )
            {
                read.AddRange(page);
            }
        }

        await writing;
        foreach (var (writer, store) in engines.Skip(1))
        {
            writer.Dispose();
            store.Dispose();
        }

        Assert.Equal(Enumerable.Range(1, engines.Count * eachWrites), read.Select(NumberOf).Order());
        Assert.Equal(
            read.Select(one => one.Id),
            (await ReadAsync(Rows.App, null, 10_000)).Select(one => one.Id)
        );
        await AssertSoundAsync();
    }

    /// <summary>The suite's engine, and where the store is shared two more on connections of their own.</summary>
    private List<(Server.Engine.Engine Engine, Store Store)> OpenMoreWriters()
    {
        var engines = new List<(Server.Engine.Engine, Store)> { (Engine, Store) };
        while (Database is PostgresDatabase && engines.Count < 3)
        {
            var store = Database.Connect();
            engines.Add(
                (
                    new(
                        store,
                        new Ids(Clock),
                        Clock,
                        [],
                        new(),
                        Rows.RuleData,
                        NullLogger<Server.Engine.Engine>.Instance,
                        new AuditRecorder()
                    ),
                    store
                )
            );
        }

        return engines;
    }

    private Task<IReadOnlyList<PlacedEvent>> ReadAsync(AppRow app, EventPlace? after, int count) =>
        Queries.ListAsync(
            new Caller(new(Rows.World, app, []), Rows.Noon, null, new PairwiseIds(ServerKeys)),
            after,
            count
        );

    private static int NumberOf(PlacedEvent placed) => int.Parse(placed.Happened.Subjects[0].Text!);

    private static Probe Happening(int number, AppRow app) =>
        new(
            Rows.World,
            book =>
            {
                book.Insert(SandboxTables.Messages, Probe.Message(number));
                book.Emit(
                    new(
                        app.Id.Value,
                        EventTypes.PaymentCaptured,
                        1,
                        "captured",
                        EventSubject.Of("order_no", $"{number}")
                    )
                );
                return Decision.Accept(number);
            }
        );
}
