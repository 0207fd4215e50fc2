using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.TopUps;

public class TopUpRulesTests
{
    private static readonly DateTimeOffset realNow = Rows.Noon.AddYears(-1);

    private static readonly CreateTopUp create = new(
        Rows.World,
        Rows.Noon,
        Rows.TopUp.Id,
        Rows.Intent.Id,
        Rows.Agreement,
        Rows.TopUp.Amount,
        realNow
    );

    private static readonly CompleteTopUp complete = new(
        Rows.World,
        Rows.Noon.AddSeconds(1),
        Rows.Intent.Id,
        Rows.TopUp,
        DeclineCode: null
    );

    [Fact]
    public void A_top_up_is_asked_of_the_cards_bank_and_moves_nothing_yet()
    {
        var bank = BankWith();

        var ran = bank.Run(create);

        Assert.Equal(Rows.TopUp, ran.Accepted);
        Assert.Equal(
            Rows.Intent with
            {
                DueAt = realNow,
                CreatedAt = realNow,
            },
            bank.Get(IntentTables.Intents, Rows.Intent.Id)
        );
        Assert.Equal(30_00, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).DayToppedUp);
        Assert.Equal(Rows.Account, bank.Get(AccountTables.Accounts, Rows.Account.Id));
        Assert.Empty(bank.All(LedgerTables.Entries));
        Assert.Equal([EventTypes.TopUpProcessing], ran.Told);
    }

    [Fact]
    public void An_agreement_that_has_ended_tops_nothing_up()
    {
        var revoked = BankWith(Rows.Agreement with { State = ConsentState.Revoked });
        var expired = BankWith(Rows.Agreement with { ExpiresAt = Rows.Noon });

        Assert.Equal(ProblemCodes.AgreementNotActive, revoked.Run(create).Rejected.Code);
        Assert.Equal(ProblemCodes.AgreementNotActive, expired.Run(create).Rejected.Code);
    }

    /// <summary>By hand, in the store.</summary>
    [Fact]
    public void Nor_does_one_that_was_given_to_another_account_meanwhile()
    {
        var moved = BankWith(Rows.Agreement with { AccountId = Rows.Id<AccountRow>(2) });

        Assert.Equal(ProblemCodes.AgreementNotActive, moved.Run(create).Rejected.Code);
    }

    [Fact]
    public void An_agreement_without_top_ups_tops_nothing_up() =>
        Assert.Equal(
            ProblemCodes.TopUpNotAllowed,
            BankWith(Rows.Agreement with { TopUpAllowed = false }).Run(create).Rejected.Code
        );

    [Fact]
    public void An_account_that_is_not_in_use_takes_nothing() =>
        AssertDeclined(
            DeclineCodes.AccountNotActive,
            BankWith(account: Rows.Account with { State = AccountState.PendingActivation }),
            create
        );

    [Fact]
    public void More_than_the_limit_for_one_is_declined() =>
        AssertDeclined(
            DeclineCodes.AgreementPerPaymentLimit,
            BankWith(),
            create with
            {
                Amount = Rows.Agreement.PerPaymentLimit + 1,
            }
        );

    [Fact]
    public void More_than_the_limit_of_the_day_is_declined() =>
        AssertDeclined(
            DeclineCodes.AgreementDailyLimit,
            BankWith(Rows.Agreement with { DayToppedUp = Rows.Agreement.DailyLimit - 29_99 }),
            create
        );

    [Fact]
    public void More_than_may_be_on_the_account_is_declined_with_what_is_held()
    {
        var small = Rows.Account with
        {
            Type = AccountType.TypeThree.Value,
            Available = 1_900_00,
            Held = 70_00,
        };
        AssertDeclined(
            DeclineCodes.AccountBalanceLimit,
            BankWith(account: small),
            create with
            {
                Amount = 30_01,
            }
        );
        Assert.Equal(TopUpState.Processing, BankWith(account: small).Run(create).Accepted.State);
    }

    [Fact]
    public void What_comes_when_there_is_no_room_for_it_any_more_goes_back_to_the_card()
    {
        var small = Rows.Account with { Type = AccountType.TypeThree.Value };
        var bank = BankWith(account: small);
        bank.Run(create);
        bank.Put(AccountTables.Accounts, small with { Available = 1_970_01 });

        Assert.Equal(TopUpState.Succeeded, bank.Run(complete).Accepted.State);

        Assert.Equal(1_970_01, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        var sent = Assert.Single(bank.All(WithdrawalTables.Withdrawals));
        Assert.Equal(
            (WithdrawalSource.Suspense, 30_00L, small.CardId),
            (sent.Source, sent.Amount, sent.CardId)
        );
    }

    [Fact]
    public void It_comes_from_what_is_the_default_card_now()
    {
        var other = Rows.Id<OpenBanking.Server.Customers.BoundCardRow>(2);
        Assert.Equal(
            other,
            BankWith(account: Rows.Account with { CardId = other }).Run(create).Accepted.CardId
        );
    }

    [Fact]
    public void The_cards_yes_brings_the_money()
    {
        var bank = BankWith();
        bank.Run(create);

        var ran = bank.Run(complete);

        Assert.Equal(
            (TopUpState.Succeeded, (object?)complete.Now),
            (ran.Accepted.State, ran.Accepted.CompletedAt)
        );
        Assert.Equal(130_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        Assert.Equal(-30_00, bank.Get(LedgerTables.InternalAccounts, Rows.CardClearing).Balance);
        Assert.Equal([EventTypes.TopUpSucceeded], ran.Told);
        Assert.Equal((2, "succeeded"), (ran.Events[0].Sequence, ran.Events[0].Status));
    }

    [Fact]
    public void One_that_is_decided_after_midnight_is_given_back_to_the_day_that_counted_it()
    {
        var bank = BankWith(Rows.Agreement with { Day = Rows.Today.AddDays(1) });
        var topUp = bank.Run(create).Accepted;
        Assert.Equal(30_00, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).DayToppedUp);

        bank.Run(
            complete with
            {
                Now = Rows.Noon.AddDays(1),
                TopUp = topUp,
                DeclineCode = DeclineCodes.CardRefused,
            }
        );

        Assert.Equal(0, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).DayToppedUp);
    }

    [Fact]
    public void Money_that_comes_in_uses_up_no_limit_of_what_goes_out()
    {
        var bank = BankWith();
        bank.Run(create);
        bank.Run(complete);

        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        Assert.Equal((0, 0), (account.DayOutflow, account.YearOutflow));
    }

    [Fact]
    public void The_cards_no_moves_nothing_and_gives_the_limit_back()
    {
        var bank = BankWith();
        bank.Run(create);

        var ran = bank.Run(complete with { DeclineCode = DeclineCodes.CardInsufficientFunds });

        Assert.Equal(
            (TopUpState.Failed, DeclineCodes.CardInsufficientFunds),
            (ran.Accepted.State, ran.Accepted.DeclineCode)
        );
        Assert.Equal(Rows.Account, bank.Get(AccountTables.Accounts, Rows.Account.Id));
        Assert.Equal(0, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).DayToppedUp);
        Assert.Equal([EventTypes.TopUpFailed], ran.Told);
        Assert.Contains(
            EventSubject.Of("decline_code", DeclineCodes.CardInsufficientFunds),
            ran.Events[0].Subjects
        );
    }

    [Theory]
    [InlineData(null)]
    [InlineData(DeclineCodes.CardRefused)]
    public void An_answer_that_comes_twice_counts_once(string? second)
    {
        var bank = BankWith();
        bank.Run(create);
        bank.Run(complete);
        var before = bank.Snapshot();

        var ran = bank.Run(complete with { DeclineCode = second });

        Assert.Equal(TopUpState.Succeeded, ran.Accepted.State);
        Assert.Empty(ran.Events);
        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void Money_that_was_asked_for_still_comes_after_the_agreement_was_revoked()
    {
        var bank = BankWith();
        bank.Run(create);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        bank.Put(ConsentTables.Agreements, agreement with { State = ConsentState.Revoked });

        Assert.Equal(TopUpState.Succeeded, bank.Run(complete).Accepted.State);
    }

    private static MemoryBank BankWith(AgreementRow? agreement = null, AccountRow? account = null) =>
        new MemoryBank()
            .Put(ConsentTables.Agreements, agreement ?? Rows.Agreement)
            .Put(AccountTables.Accounts, account ?? Rows.Account);

    private static void AssertDeclined(string code, MemoryBank bank, CreateTopUp command)
    {
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);

        var ran = bank.Run(command);

        Assert.Equal(
            (TopUpState.Failed, code, (object?)Rows.Noon),
            (ran.Declined.State, ran.Declined.DeclineCode, ran.Declined.CompletedAt)
        );
        Assert.Empty(bank.All(IntentTables.Intents));
        Assert.Equal(agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
        Assert.Equal([EventTypes.TopUpFailed], ran.Told);
    }
}
