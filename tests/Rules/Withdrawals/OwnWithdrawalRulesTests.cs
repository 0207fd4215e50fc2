using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Tests.Rules.Accounts;

namespace OpenBanking.Tests.Rules.Withdrawals;

public class OwnWithdrawalRulesTests
{
    private static readonly byte[] rightPin = [1, 1, 1];

    private static readonly OrderWithdrawal order = new(
        Rows.World,
        Rows.Noon,
        Rows.Account,
        Rows.Id<WithdrawalRow>(1),
        Rows.Account.CardId,
        Amount: 30_00,
        rightPin,
        Language: "en",
        Rows.Id<IntentRow>(1),
        new(Rows.Id<IntentRow>(2), Rows.Sealed, Rows.Noon)
    );

    private static readonly EnteredCode entered = new(Rows.Id<OneTimeCodeRow>(1), "mobile", [7]);

    private static readonly SendWithdrawalCode sendCode = new(
        Rows.World,
        Rows.Noon,
        Rows.Account,
        new(entered.CodeId, Rows.Id<IntentRow>(7), entered.MobileIndex, entered.Mac, Rows.Sealed, Rows.Noon)
    );

    private static InternalAccountKey Suspense =>
        new(InternalAccountKind.Suspense, Rows.Account.Id.Value, Money.Renminbi);

    [Fact]
    public void The_money_is_set_aside_until_the_card_has_it_and_no_limit_counts_it()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal(OrderOutcome.Ordered, bank.Run(order).Accepted);
        Assert.Equal(
            (70_00L, 30_00L),
            (Account(bank).Available, bank.Get(LedgerTables.InternalAccounts, Suspense).Balance)
        );
        Assert.Equal(
            [
                (IntentKind.CreditCard, order.WithdrawalId.Value),
                (IntentKind.SendMessage, Rows.Customer.Id.Value),
            ],
            bank.All(IntentTables.Intents).Select(intent => (intent.Kind, intent.SubjectId))
        );

        Assert.Equal(WithdrawalState.Succeeded, bank.Run(Complete(bank)).Accepted.State);
        Assert.Equal(0, bank.Get(LedgerTables.InternalAccounts, Suspense).Balance);
        Assert.Equal(30_00, bank.Get(LedgerTables.InternalAccounts, Rows.CardClearing).Balance);
        Assert.Equal((0L, 0L), (Account(bank).DayOutflow, Account(bank).YearOutflow));
        Assert.Single(Messages(bank));
    }

    [Fact]
    public void What_the_card_does_not_take_comes_back_once_and_its_customer_is_told()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);

        var returned = bank.Run(Complete(bank, DeclineCodes.CardRefused)).Accepted;
        var before = bank.Snapshot();
        bank.Run(Complete(bank, DeclineCodes.CardRefused));

        Assert.Equal(
            (WithdrawalState.Returned, DeclineCodes.CardRefused),
            (returned.State, returned.DeclineCode)
        );
        Assert.Equal(100_00, Account(bank).Available);
        Assert.Equal(2, Messages(bank).Count());
        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void What_a_node_that_stood_still_did_not_ask_for_is_not_given_back_once_another_may_have_asked()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
        bank.Put(IntentTables.Intents, bank.Get(IntentTables.Intents, order.IntentId) with { Attempts = 2 });

        Assert.Equal(
            WithdrawalState.Processing,
            bank.Run(Complete(bank, DeclineCodes.AccountFrozen)).Accepted.State
        );
        Assert.Equal(70_00, Account(bank).Available);

        Assert.Equal(WithdrawalState.Succeeded, bank.Run(Complete(bank)).Accepted.State);
    }

    [Theory]
    [InlineData(AccountState.Closed, 0)]
    [InlineData(AccountState.Active, 1_970_01)]
    public void What_can_go_neither_to_the_card_nor_back_waits(AccountState state, long available)
    {
        var bank = BankWith(Rows.Account with { Type = AccountType.TypeThree.Value });
        bank.Run(order);
        bank.Put(AccountTables.Accounts, Account(bank) with { State = state, Available = available });

        Assert.Equal(
            WithdrawalState.Failed,
            bank.Run(Complete(bank, DeclineCodes.CardRefused)).Accepted.State
        );

        Assert.Equal(available, Account(bank).Available);
        Assert.Equal(30_00, bank.Get(LedgerTables.InternalAccounts, Suspense).Balance);
        Assert.Equal(2, Messages(bank).Count());
    }

    [Fact]
    public void A_form_that_is_sent_twice_withdraws_once_and_one_of_another_account_is_refused()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
        var before = bank.Snapshot();

        Assert.Equal(OrderOutcome.Ordered, bank.Run(order with { Amount = 99_00, PinHash = [2] }).Accepted);
        Assert.Equal(before, bank.Snapshot());

        var other = Rows.Account with { Id = Rows.Id<AccountRow>(2) };
        bank.Put(AccountTables.Accounts, other);
        Assert.Equal(OwnAccountRules.Refusals.NotNow, bank.Run(order with { Account = other }).Rejected.Code);
    }

    [Theory]
    [InlineData(AccountState.PendingActivation, DeclineCodes.AccountNotActive)]
    [InlineData(AccountState.Frozen, DeclineCodes.AccountFrozen)]
    [InlineData(AccountState.Dormant, DeclineCodes.AccountDormant)]
    [InlineData(AccountState.Closing, DeclineCodes.AccountClosed)]
    [InlineData(AccountState.Closed, DeclineCodes.AccountClosed)]
    public void Nothing_goes_out_of_an_account_that_is_not_in_use(AccountState state, string code) =>
        Assert.Equal(code, BankWith(Rows.Account with { State = state }).Run(order).Rejected.Code);

    [Theory]
    [InlineData(100_00, true)]
    [InlineData(100_01, false)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    public void No_more_is_withdrawn_than_is_there_and_not_held(long amount, bool taken)
    {
        var ran = BankWith(Rows.Account with { Held = 50_00 }).Run(order with { Amount = amount });

        if (taken)
        {
            Assert.Equal(OrderOutcome.Ordered, ran.Accepted);
        }
        else
        {
            Assert.Equal(DeclineCodes.InsufficientFunds, ran.Rejected.Code);
        }
    }

    [Fact]
    public void It_goes_to_a_card_that_is_bound_and_to_no_other()
    {
        var scene = new CardScene().With(1, 2);
        scene.Bank.Run(scene.Remove(2));

        Assert.Equal(OrderOutcome.Ordered, scene.Bank.Run(To(1)).Accepted);
        Assert.Equal(OwnCardRules.Refusals.NotBound, scene.Bank.Run(To(2)).Rejected.Code);
        Assert.Equal(OwnCardRules.Refusals.NotBound, scene.Bank.Run(To(3)).Rejected.Code);

        static OrderWithdrawal To(int number) =>
            order with
            {
                WithdrawalId = Rows.Id<WithdrawalRow>(number + 10),
                CardId = CardScene.IdOf(number),
                IntentId = Rows.Id<IntentRow>(2 * (number + 50)),
                Notice = order.Notice with { IntentId = Rows.Id<IntentRow>((2 * (number + 50)) + 1) },
            };
    }

    [Fact]
    public void A_wrong_PIN_is_counted_and_moves_nothing()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal(OrderOutcome.PinWrong, bank.Run(order with { PinHash = [2, 2, 2] }).Declined);

        Assert.Equal(1, bank.Get(CustomerTables.Customers, Rows.Customer.Id).PinFailures);
        Assert.Equal(Rows.Account, Account(bank));
        Assert.Empty(bank.All(WithdrawalTables.Withdrawals));
    }

    [Fact]
    public void Above_the_threshold_a_code_is_needed_and_only_its_own_is_right()
    {
        var bank = BankWith(Rows.Account with { Available = 5_000_00 });
        var large = order with { Amount = 1_000_01 };
        Assert.Equal(OrderOutcome.Ordered, bank.Run(order with { Amount = 1_000_00 }).Accepted);
        large = large with { WithdrawalId = Rows.Id<WithdrawalRow>(5), IntentId = Rows.Id<IntentRow>(5) };
        large = large with { Notice = order.Notice with { IntentId = Rows.Id<IntentRow>(6) } };

        Assert.Equal(OwnWithdrawalRules.Refusals.CodeNeeded, bank.Run(large).Rejected.Code);
        SendCode(bank);
        Assert.Equal(
            OrderOutcome.CodeWrong,
            bank.Run(large with { Code = entered with { Mac = [0] } }).Declined
        );
        Assert.Equal(1, bank.Get(CustomerTables.OneTimeCodes, entered.CodeId).Failures);
        Assert.Equal(
            OrderOutcome.CodeOver,
            bank.Run(large with { Code = entered with { MobileIndex = "another" } }).Declined
        );
        Assert.Equal(
            OrderOutcome.CodeOver,
            bank.Run(large with { Code = entered with { CodeId = Rows.Id<OneTimeCodeRow>(9) } }).Declined
        );
        Assert.Single(bank.All(WithdrawalTables.Withdrawals));

        Assert.Equal(OrderOutcome.Ordered, bank.Run(large with { Code = entered }).Accepted);
        Assert.True(bank.Get(CustomerTables.OneTimeCodes, entered.CodeId).Used);
    }

    [Fact]
    public void A_code_is_not_looked_at_before_the_PIN_is_right_and_is_good_once()
    {
        var bank = BankWith(Rows.Account with { Available = 5_000_00 });
        SendCode(bank);
        var large = order with { Amount = 1_000_01, Code = entered };

        Assert.Equal(OrderOutcome.PinWrong, bank.Run(large with { PinHash = [2] }).Declined);
        Assert.False(bank.Get(CustomerTables.OneTimeCodes, entered.CodeId).Used);
        bank.Run(large);

        Assert.Equal(
            OrderOutcome.CodeOver,
            bank.Run(large with { WithdrawalId = Rows.Id<WithdrawalRow>(5) }).Declined
        );
    }

    [Fact]
    public void No_code_is_sent_for_an_account_that_is_not_in_use_nor_too_many()
    {
        Assert.Equal(
            DeclineCodes.AccountFrozen,
            BankWith(Rows.Account with { State = AccountState.Frozen }).Run(sendCode).Rejected.Code
        );

        var bank = BankWith(Rows.Account);
        SendCode(bank);
        var anotherCode = sendCode with { Code = sendCode.Code with { CodeId = Rows.Id<OneTimeCodeRow>(9) } };
        Assert.Equal("too_many_codes", bank.Run(anotherCode).Rejected.Code);
    }

    [Fact]
    public void A_code_that_is_asked_for_twice_by_its_id_is_sent_once_and_is_nobody_elses()
    {
        var bank = BankWith(Rows.Account);
        SendCode(bank);

        SendCode(bank);

        Assert.Single(Messages(bank));
        var ofAnother = sendCode with { Code = sendCode.Code with { MobileIndex = "another" } };
        Assert.Equal(OwnAccountRules.Refusals.NotNow, bank.Run(ofAnother).Rejected.Code);
    }

    private static void SendCode(MemoryBank bank) => Assert.Equal(new Done(), bank.Run(sendCode).Accepted);

    private static CompleteWithdrawal Complete(MemoryBank bank, string? declineCode = null) =>
        new(
            Rows.World,
            Rows.Noon.AddSeconds(1),
            order.IntentId,
            bank.Get(WithdrawalTables.Withdrawals, order.WithdrawalId),
            declineCode,
            Rows.Id<WithdrawalRow>(2),
            Rows.Id<IntentRow>(4),
            Rows.Noon,
            Consents: [],
            declineCode is null ? null : new(Rows.Id<IntentRow>(3), Rows.Sealed, Rows.Noon)
        );

    private static IEnumerable<IntentRow> Messages(MemoryBank bank) =>
        bank.All(IntentTables.Intents).Where(intent => intent.Kind == IntentKind.SendMessage);

    private static AccountRow Account(MemoryBank bank) => bank.Get(AccountTables.Accounts, Rows.Account.Id);

    private static MemoryBank BankWith(AccountRow account) =>
        new MemoryBank()
            .Put(AccountTables.Accounts, account)
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = rightPin, PinSalt = [9] });
}
