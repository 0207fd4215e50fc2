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
        Assert.Equal(DeclineCodes.AccountDormant, AccountRules.DeclineOutflow(Stored(bank), 1, Rows.Noon));
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
