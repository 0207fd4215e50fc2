using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Outside;

public class IntentRulesTests
{
    private static readonly TimeSpan lease = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_first_worker_asks_what_nobody_outside_has_heard_of()
    {
        var bank = BankWith(Rows.Intent);

        var claimed = bank.Run(Claim(Rows.Noon)).Accepted;

        Assert.False(claimed!.MayBeKnown);
        Assert.Equal(
            (IntentState.Sent, 1, Rows.Noon + lease),
            (claimed.Intent.State, claimed.Intent.Attempts, claimed.Intent.DueAt)
        );
    }

    [Fact]
    public void While_one_worker_has_it_no_other_gets_it()
    {
        var bank = BankWith(Rows.Intent);
        bank.Run(Claim(Rows.Noon));

        var second = bank.Run(Claim(Rows.Noon + lease - TimeSpan.FromTicks(1)));

        Assert.Null(second.Accepted);
        Assert.Equal(0, second.Written);
    }

    [Fact]
    public void After_the_lease_the_next_worker_asks_first_what_became_of_it()
    {
        var bank = BankWith(Rows.Intent);
        bank.Run(Claim(Rows.Noon));

        var claimed = bank.Run(Claim(Rows.Noon + lease)).Accepted;

        Assert.True(claimed!.MayBeKnown);
        Assert.Equal(2, claimed.Intent.Attempts);
    }

    [Fact]
    public void What_is_not_due_or_is_done_is_not_taken()
    {
        var later = BankWith(Rows.Intent with { DueAt = Rows.Noon.AddTicks(1) });
        var done = BankWith(Rows.Intent with { State = IntentState.Done });

        Assert.Null(later.Run(Claim(Rows.Noon)).Accepted);
        Assert.Null(done.Run(Claim(Rows.Noon)).Accepted);
    }

    [Fact]
    public void What_is_due_later_than_anything_waits_was_written_by_a_clock_ahead_and_is_taken_now()
    {
        var longest = BankWith(Rows.Intent with { DueAt = Rows.Noon + IntentRules.LongestWait });
        var ahead = BankWith(Rows.Intent with { DueAt = Rows.Noon + IntentRules.LongestWait.Add(new(1)) });

        Assert.Null(longest.Run(Claim(Rows.Noon)).Accepted);
        Assert.NotNull(ahead.Run(Claim(Rows.Noon)).Accepted);
    }

    [Fact]
    public void What_has_no_answer_waits_and_is_still_known_to_be_sent()
    {
        var bank = BankWith(Rows.Intent with { State = IntentState.Sent });

        bank.Run(Postpone(Rows.Noon));

        Assert.Null(bank.Run(Claim(Rows.Noon.AddMinutes(1).AddTicks(-1))).Accepted);
        Assert.True(bank.Run(Claim(Rows.Noon.AddMinutes(1))).Accepted!.MayBeKnown);
    }

    [Fact]
    public void What_is_done_waits_for_nothing()
    {
        var bank = BankWith(Rows.Intent with { State = IntentState.Done });

        Assert.Equal(0, bank.Run(Postpone(Rows.Noon)).Written);
    }

    [Fact]
    public void An_intent_is_answered_once_and_forgets_what_it_asked()
    {
        var bank = BankWith(Rows.Intent with { Request = Rows.Sealed });

        Assert.True(Finish(bank));
        var done = bank.Get(IntentTables.Intents, Rows.Intent.Id);
        Assert.Equal((IntentState.Done, null), (done.State, done.Request));
        Assert.False(Finish(bank));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void What_nobody_was_asked_for_ends_unless_it_was_taken_up_again_and_may_have_been_asked_for(
        int attempts,
        bool ends
    )
    {
        var bank = BankWith(Rows.Intent with { State = IntentState.Sent, Attempts = attempts });

        Assert.Equal(ends, Finish(bank, unasked: true));
        Assert.Equal(!ends, Finish(bank));
    }

    private static MemoryBank BankWith(IntentRow intent) =>
        new MemoryBank().Put(IntentTables.Intents, intent);

    private static ClaimIntent Claim(DateTimeOffset now) => new(Rows.World, now, Rows.Intent.Id, lease);

    private static PostponeIntent Postpone(DateTimeOffset now) =>
        new(Rows.World, now, Rows.Intent.Id, TimeSpan.FromMinutes(1));

    private static bool Finish(MemoryBank bank, bool unasked = false)
    {
        var book = bank.Open(keys => keys.Want(IntentTables.Intents, Rows.Intent.Id));
        var finished = IntentRules.TryFinish(book, Rows.Intent.Id, unasked);
        bank.Save(book);
        return finished;
    }
}
