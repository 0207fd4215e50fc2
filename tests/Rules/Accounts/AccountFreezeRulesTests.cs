using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;

namespace OpenBanking.Tests.Rules.Accounts;

public class AccountFreezeRulesTests
{
    private static readonly DateTimeOffset longAgo = Rows.Noon.AddMonths(-6);

    [Fact]
    public void The_bank_freezes_an_account_and_frees_it()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal([EventTypes.AccountFrozen], bank.Run(Set(frozen: true)).Told);
        Assert.Empty(bank.Run(Set(frozen: true)).Told);
        Assert.Equal([EventTypes.AccountUnfrozen], bank.Run(Set(frozen: false)).Told);

        Assert.Equal(
            (AccountState.Active, FreezeReasons.None, (AccountState?)null),
            (Stored(bank).State, Stored(bank).FrozenFor, Stored(bank).StateBeneath)
        );
        Assert.Equal(0, bank.Run(Set(frozen: false)).Written);
    }

    [Fact]
    public void The_bank_lifts_a_loss_report_and_no_finding()
    {
        var bank = BankWith(
            Rows.Account with
            {
                State = AccountState.Frozen,
                StateBeneath = AccountState.Dormant,
                FrozenFor = FreezeReasons.Finding | FreezeReasons.LossReport,
            }
        );

        Assert.Empty(bank.Run(Set(frozen: false)).Told);

        Assert.Equal(
            (AccountState.Frozen, FreezeReasons.Finding),
            (Stored(bank).State, Stored(bank).FrozenFor)
        );
    }

    [Fact]
    public void An_account_on_which_nothing_moved_for_six_months_sleeps()
    {
        var bank = BankWith(Rows.Account);

        var ran = bank.Run(Idle(longAgo));

        Assert.Equal([EventTypes.AccountDormant], ran.Told);
        Assert.Equal(AccountState.Dormant, Stored(bank).State);
        Assert.Equal(
            DeclineCodes.AccountDormant,
            AccountRules.DeclineOutflow(Stored(bank), 1, Rows.Noon, Rows.Limits)
        );
    }

    [Fact]
    public void What_moved_since_then_keeps_it_awake_and_is_noted()
    {
        var bank = BankWith(Rows.Account);

        Assert.Empty(bank.Run(Idle(longAgo.AddSeconds(1))).Told);

        Assert.Equal(
            (AccountState.Active, (DateTimeOffset?)longAgo.AddSeconds(1)),
            (Stored(bank).State, Stored(bank).IdleSince)
        );
        Assert.Equal(0, bank.Run(Idle(longAgo.AddSeconds(1))).Written);
    }

    [Fact]
    public void What_moves_in_the_meantime_counts() =>
        Assert.Equal(0, BankWith(Rows.Account with { Entries = 1 }).Run(Idle(longAgo)).Written);

    [Fact]
    public void An_account_sleeps_when_it_is_due_also_before_the_sweep()
    {
        var due = Rows.Account with { OpenedAt = longAgo };
        var moved = due with { Entries = 1, MovedAt = longAgo.AddSeconds(1) };

        Assert.Equal(
            DeclineCodes.AccountDormant,
            AccountRules.DeclineOutflow(due, 1, Rows.Noon, Rows.Limits)
        );
        Assert.Equal(DeclineCodes.AccountDormant, AccountRules.DeclineState(due, Rows.Noon));
        Assert.Equal(AccountState.Dormant, AccountRules.At(due, Rows.Noon).State);
        Assert.Null(AccountRules.StandingAt(due, Rows.Noon).BeginClosing());
        Assert.Null(AccountRules.DeclineState(due, Rows.Noon.AddSeconds(-1)));
        Assert.Null(AccountRules.DeclineState(moved, Rows.Noon));
        Assert.Equal(DeclineCodes.AccountDormant, AccountRules.DeclineState(moved, Rows.Noon.AddSeconds(1)));
    }

    /// <summary>Of lines that servers before this one wrote, the row does not know the time.</summary>
    [Fact]
    public void Where_the_row_does_not_say_when_it_moved_the_statement_does() =>
        Assert.Null(
            AccountRules.DeclineState(Rows.Account with { OpenedAt = longAgo, Entries = 1 }, Rows.Noon)
        );

    [Fact]
    public void What_comes_for_an_account_that_sleeps_does_not_wake_it()
    {
        var due = Rows.Account with { OpenedAt = longAgo.AddYears(-1), Entries = 1, MovedAt = longAgo };
        var bank = BankWith(due);

        var refunded = AccountFreezeRules.NoteMovement(due, Rows.Noon);
        Assert.Equal(due.MovedAt, refunded.MovedAt);
        var since = AccountFreezeRules.IdleSince(refunded, Rows.Noon, Rows.Noon);
        Assert.Equal(longAgo, since);
        var asleep = bank.Run(new NoteIdleness(Rows.World, Rows.Noon, due, since, [Rows.Consent.Id]));
        Assert.Equal([EventTypes.AccountDormant], asleep.Told);

        // One second before, it was a movement like others.
        var before = Rows.Noon.AddSeconds(-1);
        Assert.Equal(before, AccountFreezeRules.NoteMovement(due, before).MovedAt);
        Assert.Equal(before, AccountFreezeRules.IdleSince(due, before, before));
    }

    /// <summary>Commands come in the order they are queued in, which need not be the order of their clocks.</summary>
    [Fact]
    public void The_last_line_need_not_be_the_latest_movement()
    {
        var last = Rows.Noon.AddMonths(-AccountFreezeRules.IdleMonths);
        var moved = Rows.Account with { OpenedAt = longAgo, Entries = 2, MovedAt = last.AddSeconds(1) };

        Assert.Equal(moved.MovedAt, AccountFreezeRules.IdleSince(moved, last, Rows.Noon));
    }

    [Theory]
    [InlineData(AccountState.Frozen)]
    [InlineData(AccountState.PendingActivation)]
    [InlineData(AccountState.Closing)]
    [InlineData(AccountState.Closed)]
    public void Only_an_account_in_use_falls_asleep(AccountState state) =>
        Assert.Equal(0, BankWith(Rows.Account with { State = state }).Run(Idle(longAgo)).Written);

    private static SetBankFreeze Set(bool frozen) =>
        new(Rows.World, Rows.Noon, Rows.Account, frozen, [Rows.Consent.Id]);

    private static NoteIdleness Idle(DateTimeOffset since) =>
        new(Rows.World, Rows.Noon, Rows.Account, since, [Rows.Consent.Id]);

    private static AccountRow Stored(MemoryBank bank) => bank.Get(AccountTables.Accounts, Rows.Account.Id);

    private static MemoryBank BankWith(AccountRow account) =>
        new MemoryBank().Put(AccountTables.Accounts, account).Put(ConsentTables.Consents, Rows.Consent);
}
