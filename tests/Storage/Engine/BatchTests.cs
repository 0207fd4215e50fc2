using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>Commands that wait together are kept together, and told when they are kept.</summary>
public abstract class BatchTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Commands_that_wait_together_are_kept_by_one_commit()
    {
        var ends = await RunTogetherAsync(Probe.Put(1), Probe.Put(2), Probe.Put(3));

        Assert.Equal([1, 2, 3], ends.Select(ReplyOf));
        Assert.Equal([1, 2, 3], Messages);
        Assert.Equal(1, Store.Commits);
    }

    [Fact]
    public async Task A_batch_takes_no_more_commands_than_its_limit()
    {
        Restart(new() { BatchSize = 2 });

        await RunTogetherAsync([.. Enumerable.Range(1, 5).Select(number => Probe.Put(number))]);

        Assert.Equal([1, 2, 3, 4, 5], Messages);
        Assert.Equal(3, Store.Commits);
    }

    [Fact]
    public async Task Each_world_has_a_transaction_of_its_own()
    {
        World other = new(8);

        await RunTogetherAsync(Probe.Put(1), Probe.Put(1, other), Probe.Put(2), Probe.Put(2, other));

        Assert.Equal(2, Store.Commits);
        Assert.Equal(2, Store.List(SandboxTables.Messages, Rows.World, $"ORDER BY id").Count);
        Assert.Equal(2, Store.List(SandboxTables.Messages, other, $"ORDER BY id").Count);
    }

    [Fact]
    public async Task Commands_are_decided_in_the_order_they_came_and_see_what_was_done_before_them()
    {
        List<long> seen = [];
        var paid = new Probe(
            Rows.World,
            book =>
            {
                book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 7);
                var balance = book.Find(LedgerTables.InternalAccounts, Rows.Settlement)!.Balance;
                seen.Add(balance);
                return Decision.Accept((int)balance);
            },
            keys => keys.Want(LedgerTables.InternalAccounts, Rows.Settlement)
        );

        await RunTogetherAsync(paid, paid, paid);

        Assert.Equal([7, 14, 21], seen);
        Assert.Equal(21, Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement)?.Balance);
    }

    [Fact]
    public async Task Nothing_is_seen_of_a_batch_before_its_commit_and_all_of_it_when_the_reply_comes()
    {
        using var gate = new Gate();
        Store.Committing = _ => gate.Stand();
        var first = Engine.SubmitAsync(Probe.Put(1));
        await gate.Entered;

        Assert.Empty(Messages);
        Assert.False(first.IsCompleted);

        await gate.OpenAsync();
        await first;
        Assert.Equal([1], Messages);
    }

    [Fact]
    public async Task A_command_is_not_told_that_it_was_accepted_unless_the_commit_was_made()
    {
        Store.Committing = _ => throw new IOException("No space left.");

        var ends = await RunTogetherAsync(Probe.Put(1), Probe.Put(2));

        Assert.All(ends, end => Assert.IsType<IOException>(end));
        Assert.Empty(Messages);
        Store.Committing = null;
        await Engine.SubmitAsync(Probe.Put(1));
        Assert.Equal([1], Messages);
    }

    [Fact]
    public async Task A_refused_command_leaves_nothing_and_its_neighbours_are_kept()
    {
        var refused = Probe.PutAnd(2, _ => Decision.Reject(ProblemCodes.OrderAlreadyPaid));

        var ends = await RunTogetherAsync(Probe.Put(1), refused, Probe.Put(3));

        Assert.Equal(ProblemCodes.OrderAlreadyPaid, Assert.IsType<Rejected<int>>(ends[1]).Refusal.Code);
        Assert.Equal([1, 3], Messages);
    }

    [Fact]
    public async Task A_declined_command_is_kept()
    {
        var ends = await RunTogetherAsync(Probe.PutAnd(1, _ => Decision.Decline(1)));

        Assert.Equal(1, Assert.IsType<Declined<int>>(ends[0]).Reply);
        Assert.Equal([1], Messages);
    }

    [Fact]
    public async Task A_batch_that_changes_nothing_is_not_committed()
    {
        var ends = await RunTogetherAsync(
            new Probe(Rows.World, _ => Decision.Accept(1)),
            Probe.PutAnd(2, _ => Decision.Reject(ProblemCodes.OrderAlreadyPaid))
        );

        Assert.Equal(1, ReplyOf(ends[0]));
        Assert.Equal(0, Store.Commits);
    }

    [Fact]
    public async Task The_events_of_a_batch_are_one_row_and_none_are_of_what_was_not_kept()
    {
        await RunTogetherAsync(
            Telling("a", _ => Decision.Accept(1)),
            Telling("b", _ => Decision.Reject(ProblemCodes.OrderAlreadyPaid)),
            Telling("c", _ => throw new InvalidOperationException("A bug.")),
            Telling("d", _ => Decision.Decline(1))
        );

        var row = Assert.Single(Store.List(EngineTables.Journal, Rows.World, $"ORDER BY id"));
        var told = JsonSerializer.Deserialize<Event[]>(row.Events)!;
        Assert.Equal(["a", "d"], told.Select(happened => happened.Type));
        Assert.True(row.Pending);
        Assert.Equal(Rows.Noon, row.CreatedAt);
    }

    [Fact]
    public async Task Who_waits_for_a_table_is_called_after_commits_that_wrote_to_it()
    {
        var messages = new List<int>();
        var cards = 0;
        Engine.WhenWritten(SandboxTables.Messages, () => messages.Add(Messages.Count()));
        Engine.WhenWritten(SandboxTables.Cards, () => cards++);

        await RunTogetherAsync(Probe.Put(1), Probe.Put(2));
        await RunTogetherAsync(Probe.PutAnd(3, _ => Decision.Reject(ProblemCodes.OrderAlreadyPaid)));
        // Whoever waits is called after the replies: the next batch comes after the call.
        await RunTogetherAsync(Probe.Put(4));
        await RunTogetherAsync();

        Assert.Equal([2, 3], messages);
        Assert.Equal(0, cards);
    }

    [Fact]
    public async Task A_commit_stays_one_when_somebody_who_waits_for_it_fails()
    {
        var others = 0;
        Engine.WhenWritten(
            LedgerTables.InternalAccounts,
            () => throw new InvalidOperationException("A bug in a worker.")
        );
        Engine.WhenWritten(LedgerTables.InternalAccounts, () => others++);
        var paid = new Probe(
            Rows.World,
            book =>
            {
                book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 7);
                return Decision.Accept(7);
            }
        );

        var ends = await RunTogetherAsync(paid, paid);
        await RunTogetherAsync();

        Assert.Equal([7, 7], ends.Select(ReplyOf));
        Assert.Equal(14, Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement)?.Balance);
        Assert.Equal(1, Store.Commits);
        Assert.Equal(1, others);
    }

    private static int ReplyOf(object end) => Assert.IsType<Accepted<int>>(end).Reply;

    private static Probe Telling(string type, Func<Book, Decision<int>> then) =>
        new(
            Rows.World,
            book =>
            {
                book.Emit(new(Rows.App.Id.Value, type, 1, "made"));
                return then(book);
            }
        );
}
