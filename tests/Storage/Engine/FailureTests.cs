using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>What fails fails alone.</summary>
public abstract class FailureTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task A_bug_in_a_decision_fails_its_command_alone()
    {
        var bug = new InvalidOperationException("A bug.");

        var ends = await RunTogetherAsync(Probe.Put(1), Probe.PutAnd(2, _ => throw bug), Probe.Put(3));

        Assert.Same(bug, ends[1]);
        AssertKept(ends, 1, 3);
        Assert.Equal(1, Store.Commits);
    }

    [Fact]
    public async Task A_bug_in_naming_the_rows_fails_its_command_alone()
    {
        var bug = new InvalidOperationException("A bug.");

        var ends = await RunTogetherAsync(
            Probe.Put(1),
            Probe.PutAnd(2, _ => Decision.Accept(2), _ => throw bug),
            Probe.Put(3)
        );

        Assert.Same(bug, ends[1]);
        AssertKept(ends, 1, 3);
    }

    [Fact]
    public async Task A_command_that_breaks_an_invariant_fails_alone()
    {
        var open = Probe.PutAnd(
            2,
            book =>
            {
                LedgerRules.Post(
                    book,
                    new(
                        PostingKind.Payment,
                        Rows.Payment.Id.Value,
                        null,
                        Money.Renminbi,
                        Rows.Noon,
                        [new Leg.Internal(Rows.Settlement, 1)]
                    )
                );
                return Decision.Accept(2);
            }
        );

        var ends = await RunTogetherAsync(Probe.Put(1), open, Probe.Put(3));

        Assert.IsType<InvariantViolatedException>(ends[1]);
        AssertKept(ends, 1, 3);
        Assert.Null(Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement));
        Assert.Empty(Store.List(LedgerTables.Entries, Rows.World, $"1 = {1}"));
    }

    [Theory]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 4 })]
    [InlineData(new[] { 7 })]
    [InlineData(new[] { 2, 3, 6 })]
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7 })]
    public async Task What_the_database_refuses_fails_alone_wherever_it_stands_in_its_batch(int[] refused)
    {
        var ends = await RunTogetherAsync([
            .. Enumerable
                .Range(1, 7)
                .Select(i => refused.Contains(i) ? Probe.PutRefusedByTheDatabase(i) : Probe.Put(i)),
        ]);

        Assert.All(refused, i => Assert.True(Database.IsRefusal((Exception)ends[i - 1])));
        AssertKept(ends, [.. Enumerable.Range(1, 7).Except(refused)]);
        Assert.Empty(Store.List(SandboxTables.Cards, Rows.World, $"1 = {1}"));
    }

    [Fact]
    public async Task Text_that_cannot_be_kept_fails_its_command_alone()
    {
        var unkeepable = Probe.PutAnd(
            2,
            book =>
            {
                book.Insert(SandboxTables.Messages, Probe.Message(4) with { Mobile = "\ud800" });
                return Decision.Accept(2);
            }
        );

        var ends = await RunTogetherAsync(Probe.Put(1), unkeepable, Probe.Put(3));

        Assert.IsType<ArgumentException>(ends[1], exactMatch: false);
        AssertKept(ends, 1, 3);
    }

    [Fact]
    public async Task What_the_database_refuses_in_one_world_does_not_touch_another()
    {
        var ends = await RunTogetherAsync(Probe.PutRefusedByTheDatabase(1), Probe.Put(2, new(8)));

        Assert.True(Database.IsRefusal((Exception)ends[0]));
        AssertKept(ends, 2);
    }

    /// <summary>The second command is decided twice: beside the one the database refuses, and then without it.</summary>
    [Fact]
    public async Task A_command_is_told_what_it_came_to_in_the_run_that_was_kept()
    {
        var bugBesideTheFirst = Probe.PutAnd(
            2,
            book =>
                book.Find(SandboxTables.Messages, Probe.Message(1).Id) is null
                    ? Decision.Accept(2)
                    : throw new InvalidOperationException("A bug."),
            keys => keys.Want(SandboxTables.Messages, Probe.Message(1).Id)
        );

        var ends = await RunTogetherAsync(Probe.PutRefusedByTheDatabase(1), bugBesideTheFirst);

        Assert.True(Database.IsRefusal((Exception)ends[0]));
        AssertKept(ends, 2);
    }

    [Fact]
    public async Task A_batch_that_another_writer_overtook_is_decided_anew_on_what_is_there_now()
    {
        await Engine.SubmitAsync(Topped(by: 100));
        var runs = 0;
        Store.Committing = session =>
        {
            if (++runs == 1)
            {
                session.Rollback();
                Database.Execute("UPDATE sandbox_card SET balance = 500, version = version + 1");
                session.Load(new Book(Rows.World));
            }
        };

        var ends = await RunTogetherAsync(Probe.Put(1), Topped(by: 20), Topped(by: 3));

        Assert.Equal([1, 520, 523], ends.Select(end => Assert.IsType<Accepted<int>>(end).Reply));
        Assert.Equal(523, Store.Find(SandboxTables.Cards, Rows.World, new("1"))?.Balance);
        Assert.Equal([1], Messages);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task A_batch_that_is_overtaken_again_and_again_gives_up_and_leaves_nothing()
    {
        Restart(new() { Reruns = 2 });
        var runs = 0;
        Store.Committing = _ =>
        {
            runs++;
            throw new WriteConflictException("Another writer was first.");
        };

        var ends = await RunTogetherAsync(Probe.Put(1), Probe.Put(2));

        Assert.All(ends, end => Assert.IsType<EngineBusyException>(end));
        Assert.Equal(3, runs);
        Assert.Empty(Messages);
    }

    [Fact]
    public async Task A_commit_that_may_or_may_not_have_been_made_is_told_as_such_and_not_tried_again()
    {
        Store.Committed = () => throw new OutcomeUnknownException("Lost.", new IOException());
        var decided = 0;
        var probe = new Probe(Rows.World, _ => Decision.Accept(++decided));
        Task<KeyedOutcome> keyed;
        Task<Decision<int>> plain;
        using (var gate = await HoldAsync())
        {
            keyed = SubmitAsync(Probe.Put(1), "key");
            plain = Engine.SubmitAsync(probe);
            await gate.OpenAsync();
        }

        Assert.IsType<OutcomeUnknownException>(Assert.Single(await EndsOfAsync([keyed])));
        Assert.IsType<OutcomeUnknownException>(Assert.Single(await EndsOfAsync([plain])));
        Store.Committed = null;
        var again = await SubmitAsync(Probe.Put(2), "key");
        Assert.Equal("made 1", BodyOf(Assert.IsType<KeyedOutcome.Known>(again)));
        Assert.Equal([1], Messages);
        Assert.Equal(1, decided);
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_is_unknown_and_found_under_its_key()
    {
        Restart(new() { ReplyTimeout = TimeSpan.Zero });
        using (var gate = new Gate())
        {
            Store.Committing = _ => gate.Stand();
            var late = await Record.ExceptionAsync(() => SubmitAsync(Probe.Put(1), "key"));
            Assert.IsType<OutcomeUnknownException>(late);
            await gate.OpenAsync();
        }

        Restart();
        Assert.Equal(
            "made 1",
            BodyOf(Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(2), "key")))
        );
        Assert.Equal([1], Messages);
    }

    private void AssertKept(IReadOnlyList<object> ends, params int[] numbers)
    {
        Assert.Equal(numbers, Messages);
        Assert.Equal(numbers, ends.OfType<Accepted<int>>().Select(accepted => accepted.Reply));
    }

    /// <summary>Adds to the one card and replies with its balance.</summary>
    private static Probe Topped(long by) =>
        new(
            Rows.World,
            book =>
                Top(
                    book,
                    book.Find(SandboxTables.Cards, new("1"))
                        ?? book.Insert(
                            SandboxTables.Cards,
                            new SandboxCardRow
                            {
                                Number = "1",
                                IdNumber = "1",
                                Bank = "",
                                Balance = 0,
                            }
                        ),
                    by
                ),
            keys => keys.Want(SandboxTables.Cards, new("1"))
        );

    private static Accepted<int> Top(Book book, SandboxCardRow card, long by) =>
        Decision.Accept(
            (int)book.Update(SandboxTables.Cards, card with { Balance = card.Balance + by }).Balance
        );
}
