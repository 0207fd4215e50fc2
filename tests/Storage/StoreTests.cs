using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage;

/// <summary>What reads, writes and sweeps promise.</summary>
public abstract class StoreTests<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    private static readonly World world = new(1);
    private static readonly World otherWorld = new(2);

    private readonly TDatabase database = new();
    private readonly Store store;
    private readonly IWriteSession session;

    protected StoreTests()
    {
        store = database.Open();
        session = store.OpenWriteSession();
    }

    [Fact]
    public void A_condition_chooses_orders_and_limits()
    {
        PutMessages(world, "a", "b", "a", "c", "a");

        Assert.Equal([1, 3, 5], Numbers($"mobile = {"a"} ORDER BY id"));
        Assert.Equal([5, 3], Numbers($"mobile = {"a"} ORDER BY id DESC LIMIT {2}"));
        Assert.Equal([4, 5], Numbers($"id > {Message(3).Id} ORDER BY id"));
        Assert.Equal([1, 2, 3, 4, 5], Numbers($"ORDER BY id"));
        Assert.Empty(Numbers($"mobile = {"d"}"));

        IEnumerable<int> Numbers(Sql condition) =>
            store.List(SandboxTables.Messages, world, condition).Select(row => int.Parse(row.Text));
    }

    [Fact]
    public async Task Rows_that_are_asked_for_side_by_side_are_each_found_by_their_own_world_key_and_condition()
    {
        PutMessages(world, "a", "b");
        PutMessages(otherWorld, "c");

        var asked = Enumerable
            .Range(0, 50)
            .SelectMany(_ =>
                new[]
                {
                    store.FindAsync(SandboxTables.Messages, world, Message(1).Id).AsTask(),
                    store.FindAsync(SandboxTables.Messages, otherWorld, Message(1).Id).AsTask(),
                    store.FindAsync(SandboxTables.Messages, otherWorld, Message(2).Id).AsTask(),
                    FirstAsync(world, $"id = {Message(2).Id} AND mobile = {"b"}"),
                    FirstAsync(world, $"id = {Message(2).Id} AND mobile = {"a"}"),
                    FirstAsync(otherWorld, $"id = {Message(2).Id} AND mobile = {"b"}"),
                }
            )
            .ToList();
        var found = await Task.WhenAll(asked);

        string?[] expected = ["a", "c", null, "b", null, null];
        Assert.All(
            found.Chunk(expected.Length),
            chunk => Assert.Equal(expected, chunk.Select(row => row?.Mobile))
        );

        Task<SandboxMessageRow?> FirstAsync(World of, Sql condition) =>
            store.FirstAsync(SandboxTables.Messages, of, condition).AsTask();
    }

    [Fact]
    public async Task A_snapshot_sees_nothing_that_comes_after_its_first_look()
    {
        PutMessages(world, "a", "a");
        using var snapshot = await store.OpenSnapshotAsync();
        Assert.Equal(2, snapshot.List(SandboxTables.Messages, world, $"1 = {1}").Count);

        session.Insert(world, SandboxTables.Messages, Message(3));
        PutMessages(otherWorld, "a");

        Assert.Equal(2, snapshot.List(SandboxTables.Messages, world, $"1 = {1}").Count);
        Assert.Null(snapshot.Find(SandboxTables.Messages, otherWorld, Message(1).Id));
        Assert.Equal(2, snapshot.Numbers("SELECT COUNT(*) FROM sandbox_message", columns: 1)[0][0]);
        Assert.Equal(4, store.Numbers("SELECT COUNT(*) FROM sandbox_message", columns: 1)[0][0]);
    }

    [Fact]
    public async Task A_snapshot_that_has_ended_leaves_its_reader_to_others()
    {
        for (var number = 1; number <= 3; number++)
        {
            using var snapshot = await store.OpenSnapshotAsync();
            PutMessages(new World(number), "a");
            Assert.Equal(number, store.Numbers("SELECT COUNT(*) FROM sandbox_message", columns: 1)[0][0]);
        }
    }

    [Fact]
    public void The_first_row_is_one_or_none()
    {
        PutMessages(world, "a", "a");

        Assert.Equal(
            "2",
            store.First(SandboxTables.Messages, world, $"mobile = {"a"} ORDER BY id DESC")?.Text
        );
        Assert.Null(store.First(SandboxTables.Messages, world, $"mobile = {"b"}"));
        Assert.Null(store.First(SandboxTables.Messages, otherWorld, $"mobile = {"a"}"));
    }

    [Fact]
    public void Every_kind_of_value_may_stand_in_a_condition()
    {
        var intent = Rows.Intent with { State = IntentState.Sent, Attempts = 3 };
        session.Insert(world, IntentTables.Intents, intent);
        session.Insert(world, AuthorizationTables.PushedRequests, Rows.PushedRequest with { Used = true });
        session.Insert(world, AuthorizationTables.Interactions, Rows.Interaction);

        Assert.Single(List(IntentTables.Intents, $"id = {intent.Id} AND subject_id = {intent.SubjectId}"));
        Assert.Single(List(IntentTables.Intents, $"state = {IntentState.Sent} AND attempts = {3}"));
        Assert.Single(List(IntentTables.Intents, $"due_at <= {intent.DueAt} AND attempts < {4L}"));
        Assert.Empty(List(IntentTables.Intents, $"due_at < {intent.DueAt}"));
        Assert.Single(List(AuthorizationTables.PushedRequests, $"used = {true}"));
        Assert.Empty(List(AuthorizationTables.PushedRequests, $"used = {false}"));
        Assert.Single(
            List(AuthorizationTables.Interactions, $"application_id IS NOT DISTINCT FROM {(string?)null}")
        );
        Id<InteractionRow>? maybe = Rows.Interaction.Id;
        Assert.Single(List(AuthorizationTables.Interactions, $"id = {maybe}"));

        IReadOnlyList<TRow> List<TRow>(Table<TRow> table, Sql condition) =>
            store.List(table, world, condition);
    }

    [Theory]
    [InlineData("'; DROP TABLE sandbox_message; --")]
    [InlineData("' OR '1' = '1")]
    [InlineData("?1")]
    [InlineData("%")]
    [InlineData("a' UNION SELECT * FROM account --")]
    public void What_stands_in_a_hole_stays_a_value(string text)
    {
        PutMessages(world, "a", text, "b");

        var found = Assert.Single(store.List(SandboxTables.Messages, world, $"mobile = {text}"));

        Assert.Equal(text, found.Mobile);
        Assert.Equal(3, store.List(SandboxTables.Messages, world, $"ORDER BY id").Count);
    }

    [Fact]
    public void Rows_of_all_worlds_come_with_their_world_and_up_to_a_limit()
    {
        PutMessages(world, "a", "a");
        PutMessages(otherWorld, "a", "b");

        var all = store.ListAcrossWorlds(SandboxTables.Messages, 10, $"mobile = {"a"} ORDER BY world, id");

        Assert.Equal(
            [(world, "1"), (world, "2"), (otherWorld, "1")],
            all.Select(row => (row.World, row.Row.Text))
        );
        Assert.Equal(2, store.ListAcrossWorlds(SandboxTables.Messages, 2, $"mobile = {"a"}").Count);
    }

    [Fact]
    public void Audits_read_numbers_over_all_worlds()
    {
        PutMessages(world, "a", "a");
        PutMessages(otherWorld, "b");

        Assert.Equal(
            [
                [1, 2],
                [2, 1],
            ],
            store.Numbers(
                "SELECT world, COUNT(*) FROM sandbox_message GROUP BY world ORDER BY world",
                columns: 2
            )
        );
    }

    [Fact]
    public void An_audit_reads_sums_and_takes_the_sum_of_nothing_for_zero()
    {
        session.Run(world, book => book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 3));
        session.Run(otherWorld, book => book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 4));

        Assert.Equal(
            [
                [7, 0],
            ],
            store.Numbers(
                "SELECT SUM(balance), (SELECT SUM(amount) FROM entry) FROM internal_account",
                columns: 2
            )
        );
    }

    [Fact]
    public void An_instant_is_the_same_in_every_time_zone()
    {
        session.Insert(world, PartnerTables.Apps, Rows.App with { CreatedAt = Rows.Noon.ToUniversalTime() });
        session.Insert(
            otherWorld,
            PartnerTables.Apps,
            Rows.App with
            {
                CreatedAt = Rows.Noon.ToOffset(TimeSpan.FromHours(-5)),
            }
        );

        var noon = Rows.Noon.ToOffset(TimeSpan.FromHours(8));
        Assert.Equal(2, store.ListAcrossWorlds(PartnerTables.Apps, 10, $"created_at = {noon}").Count);
        Assert.Equal(noon, store.Find(PartnerTables.Apps, otherWorld, Rows.App.Id)?.CreatedAt);
    }

    [Fact]
    public void A_sweep_takes_what_meets_its_condition_in_every_world_and_no_more_at_once_than_its_limit()
    {
        PutMessages(world, "old", "old", "new");
        PutMessages(otherWorld, "old", "new");

        Assert.Equal(2, session.Sweep(SandboxTables.Messages, $"mobile = {"old"}", limit: 2));
        Assert.Equal(1, session.Sweep(SandboxTables.Messages, $"mobile = {"old"}", limit: 2));
        Assert.Equal(0, session.Sweep(SandboxTables.Messages, $"mobile = {"old"}", limit: 2));

        Assert.Equal(
            ["new", "new"],
            store.ListAcrossWorlds(SandboxTables.Messages, 10, $"1 = {1}").Select(row => row.Row.Mobile)
        );
    }

    [Fact]
    public void A_sweep_tells_rows_apart_by_their_whole_key()
    {
        var assertion = Rows.Assertion with { Hash = "a" };
        session.Insert(world, AuthorizationTables.SingleUse, assertion, assertion with { Hash = "b" });
        session.Insert(
            otherWorld,
            AuthorizationTables.SingleUse,
            assertion with
            {
                ExpiresAt = assertion.ExpiresAt.AddDays(1),
            }
        );

        var swept = session.Sweep(
            AuthorizationTables.SingleUse,
            $"expires_at <= {assertion.ExpiresAt} AND hash = {"a"}",
            limit: 10
        );

        Assert.Equal(1, swept);
        Assert.NotNull(store.Find(AuthorizationTables.SingleUse, world, new(assertion.Kind, "b")));
        Assert.NotNull(store.Find(AuthorizationTables.SingleUse, otherWorld, new(assertion.Kind, "a")));
    }

    [Fact]
    public void Text_that_not_every_store_can_keep_is_kept_by_none()
    {
        foreach (var text in (string[])["a\0b", "a\ud800b", "\udc00"])
        {
            Assert.ThrowsAny<ArgumentException>(() => PutMessages(world, "a", text));
            Assert.ThrowsAny<ArgumentException>(() =>
                store.List(SandboxTables.Messages, world, $"mobile = {text}")
            );
        }

        Assert.Empty(store.List(SandboxTables.Messages, world, $"ORDER BY id"));
        PutMessages(world, "a");
        Assert.Single(store.List(SandboxTables.Messages, world, $"mobile = {"a"}"));
    }

    [Fact]
    public void What_was_not_committed_leaves_no_trace()
    {
        var book = new Book(world);
        session.Load(book);
        book.Insert(SandboxTables.Messages, Message(1));
        session.Rollback();

        Assert.Empty(store.List(SandboxTables.Messages, world, $"ORDER BY id"));
        session.Rollback();
        PutMessages(world, "a");
        Assert.Single(store.List(SandboxTables.Messages, world, $"ORDER BY id"));
    }

    [Fact]
    public void A_transaction_is_kept_whole_or_not_at_all()
    {
        var row = Message(1);

        Assert.ThrowsAny<Exception>(() =>
            session.Run(
                world,
                book =>
                {
                    book.Insert(SandboxTables.Messages, row);
                    book.Insert(
                        SandboxTables.Cards,
                        new SandboxCardRow
                        {
                            Number = "1",
                            IdNumber = "1",
                            Bank = "",
                            Balance = -1,
                        }
                    );
                    book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 100);
                }
            )
        );

        Assert.Null(store.Find(SandboxTables.Messages, world, row.Id));
        Assert.Null(store.Find(LedgerTables.InternalAccounts, world, Rows.Settlement));
    }

    [Fact]
    public void Readers_see_what_was_committed_while_a_write_goes_on()
    {
        PutMessages(world, "a");
        session.Load(new Book(world));

        Assert.Single(store.List(SandboxTables.Messages, world, $"ORDER BY id"));

        session.Rollback();
    }

    [Fact]
    public async Task Many_readers_read_at_once()
    {
        PutMessages(world, "a", "b", "c");

        var read = await Task.WhenAll(
            Enumerable
                .Range(0, 64)
                .Select(i =>
                    Task.Run(async () =>
                        await store.ListAsync(
                            SandboxTables.Messages,
                            world,
                            $"mobile = {"abc"[i % 3].ToString()}"
                        )
                    )
                )
        );

        Assert.All(read, (rows, i) => Assert.Equal("abc"[i % 3].ToString(), Assert.Single(rows).Mobile));
    }

    [Fact]
    public void A_closed_store_is_not_read()
    {
        session.Dispose();
        store.Dispose();

        Assert.Throws<ObjectDisposedException>(() =>
            store.Find(AccountTables.Accounts, world, Rows.Account.Id)
        );
    }

    [Fact]
    public void Rows_outlive_the_store_that_wrote_them()
    {
        session.Insert(world, PartnerTables.Apps, Rows.App);
        session.Dispose();
        store.Dispose();

        using var reopened = database.Open();

        Assert.Equal(Rows.App, reopened.Find(PartnerTables.Apps, world, Rows.App.Id));
    }

    public void Dispose()
    {
        session.Dispose();
        store.Dispose();
        database.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Messages numbered from one, each to its mobile number.</summary>
    private void PutMessages(World into, params string[] mobiles) =>
        session.Insert(
            into,
            SandboxTables.Messages,
            [.. mobiles.Select((mobile, i) => Message(i + 1) with { Mobile = mobile })]
        );

    private static SandboxMessageRow Message(int number) =>
        new()
        {
            Id = Rows.Id<IntentRow>(number),
            Mobile = "a",
            Text = number.ToString(),
            SentAt = Rows.Noon,
        };
}
