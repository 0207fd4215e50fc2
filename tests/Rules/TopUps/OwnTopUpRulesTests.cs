using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Tests.Rules.Accounts;

namespace OpenBanking.Tests.Rules.TopUps;

public class OwnTopUpRulesTests
{
    private static readonly byte[] rightPin = [1, 1, 1];

    private static readonly AccountRow small = Rows.Account with
    {
        Type = AccountType.TypeThree.Value,
        Available = 1_900_00,
        Held = 70_00,
    };

    private static readonly OrderTopUp order = new(
        Rows.World,
        Rows.Noon,
        Rows.Account,
        Rows.Id<OwnTopUpRow>(1),
        Rows.Account.CardId,
        Amount: 30_00,
        UnderWay: 0,
        rightPin,
        Language: "en",
        Rows.Id<IntentRow>(1),
        new(Rows.Id<IntentRow>(2), Rows.Sealed, Rows.Noon)
    );

    [Fact]
    public void It_is_asked_of_the_cards_bank_its_customer_is_told_and_nothing_moves_yet()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal(PinCheck.Right, bank.Run(order).Accepted);

        var topUp = TopUp(bank);
        Assert.Equal(
            (OwnTopUpState.Processing, 30_00L, Rows.Account.CardId, Rows.Account.Id, Rows.Customer.Id),
            (topUp.State, topUp.Amount, topUp.CardId, topUp.AccountId, topUp.CustomerId)
        );
        Assert.Equal(
            [(IntentKind.DebitOwnCard, topUp.Id.Value), (IntentKind.SendMessage, Rows.Customer.Id.Value)],
            bank.All(IntentTables.Intents).Select(intent => (intent.Kind, intent.SubjectId))
        );
        Assert.Equal(Rows.Account, Account(bank));
        Assert.Empty(bank.All(LedgerTables.Entries));
    }

    [Fact]
    public void The_cards_yes_brings_the_money_by_nobodys_doing_but_the_customers()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);

        var ran = bank.Run(Complete(bank));

        Assert.Equal(OwnTopUpState.Succeeded, ran.Accepted.State);
        Assert.Equal(Rows.Noon.AddSeconds(1), ran.Accepted.CompletedAt);
        Assert.Equal(
            (130_00L, 0L, 0L),
            (Account(bank).Available, Account(bank).DayOutflow, Account(bank).YearOutflow)
        );
        Assert.Equal(-30_00, bank.Get(LedgerTables.InternalAccounts, Rows.CardClearing).Balance);
        Assert.All(
            bank.All(LedgerTables.Entries),
            entry => Assert.Equal((PostingKind.TopUp, null), (entry.Kind, entry.AppId))
        );
        Assert.Empty(ran.Told);
        Assert.Single(Messages(bank));
    }

    [Fact]
    public void The_cards_no_moves_nothing_and_its_customer_is_told()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);

        var failed = bank.Run(Complete(bank, DeclineCodes.CardInsufficientFunds)).Accepted;

        Assert.Equal(
            (OwnTopUpState.Failed, DeclineCodes.CardInsufficientFunds),
            (failed.State, failed.DeclineCode)
        );
        Assert.Equal(Rows.Account, Account(bank));
        Assert.Empty(bank.All(LedgerTables.Entries));
        Assert.Equal(2, Messages(bank).Count());
    }

    [Theory]
    [InlineData(DeclineCodes.AccountFrozen)]
    [InlineData(DeclineCodes.AccountClosed)]
    public void What_a_node_that_stood_still_did_not_ask_for_does_not_fail_once_another_may_have_asked(
        string decline
    )
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
        bank.Put(IntentTables.Intents, bank.Get(IntentTables.Intents, order.IntentId) with { Attempts = 2 });

        Assert.Equal(OwnTopUpState.Processing, bank.Run(Complete(bank, decline)).Accepted.State);
        Assert.Equal(OwnTopUpState.Succeeded, bank.Run(Complete(bank)).Accepted.State);
    }

    [Theory]
    [InlineData(AccountState.Closed, 0)]
    [InlineData(AccountState.Active, 1_970_01)]
    public void What_the_account_does_not_take_any_more_goes_to_its_card_and_its_customer_is_told(
        AccountState state,
        long available
    )
    {
        var bank = BankWith(small);
        bank.Run(order);
        var now = Account(bank) with { State = state, Available = available, Held = 0 };
        bank.Put(AccountTables.Accounts, now);

        Assert.Equal(OwnTopUpState.SentBack, bank.Run(Complete(bank)).Accepted.State);

        Assert.Equal(now, Account(bank));
        var onward = Assert.Single(bank.All(WithdrawalTables.Withdrawals));
        Assert.Equal(
            (TopUp(bank).Id.Value, WithdrawalSource.Suspense, 30_00L, small.CardId),
            (onward.Id.Value, onward.Source, onward.Amount, onward.CardId)
        );
        Assert.Equal(2, Messages(bank).Count());
    }

    [Fact]
    public void An_account_that_is_closing_takes_it_and_sends_it_on_with_the_rest()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
        bank.Put(AccountTables.Accounts, Account(bank) with { State = AccountState.Closing });

        Assert.Equal(OwnTopUpState.Succeeded, bank.Run(Complete(bank)).Accepted.State);
        Assert.Equal(130_00, Account(bank).Available);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(DeclineCodes.CardRefused)]
    public void An_answer_that_comes_twice_counts_once(string? second)
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
        bank.Run(Complete(bank));
        var before = bank.Snapshot();

        Assert.Equal(OwnTopUpState.Succeeded, bank.Run(Complete(bank, second)).Accepted.State);

        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void A_form_that_is_sent_twice_orders_once_even_when_its_PIN_is_locked_by_now()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
        var locked = bank.Get(CustomerTables.Customers, Rows.Customer.Id) with
        {
            PinLockedUntil = Rows.Noon.AddDays(1),
        };
        bank.Put(CustomerTables.Customers, locked);
        var before = bank.Snapshot();

        Assert.Equal(PinCheck.Right, bank.Run(order with { Amount = 99_00 }).Accepted);

        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void A_form_of_another_account_is_refused()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(order);
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
    public void An_account_that_is_not_in_use_takes_nothing(AccountState state, string code) =>
        Assert.Equal(code, BankWith(Rows.Account with { State = state }).Run(order).Rejected.Code);

    [Fact]
    public void It_comes_from_any_card_that_is_bound_and_from_no_other()
    {
        var scene = new CardScene().With(1, 2);
        scene.Bank.Run(scene.Remove(2));

        foreach (var (number, bound) in ((int, bool)[])[(0, true), (1, true), (2, false), (3, false)])
        {
            var ran = scene.Bank.Run(
                order with
                {
                    TopUpId = Rows.Id<OwnTopUpRow>(number + 10),
                    CardId = CardScene.IdOf(number),
                    IntentId = Rows.Id<IntentRow>(2 * (number + 50)),
                    Notice = order.Notice with { IntentId = Rows.Id<IntentRow>((2 * (number + 50)) + 1) },
                }
            );
            if (bound)
            {
                Assert.Equal(PinCheck.Right, ran.Accepted);
            }
            else
            {
                Assert.Equal(OwnCardRules.Refusals.NotBound, ran.Rejected.Code);
            }
        }
    }

    [Theory]
    [InlineData(30_00, 0, true)]
    [InlineData(30_01, 0, false)]
    [InlineData(10_00, 20_00, true)]
    [InlineData(10_01, 20_00, false)]
    [InlineData(0, 0, false)]
    [InlineData(-1, 0, false)]
    public void No_more_is_ordered_than_may_be_on_it_with_what_is_held_and_under_way(
        long amount,
        long underWay,
        bool taken
    )
    {
        var ran = BankWith(small).Run(order with { Amount = amount, UnderWay = underWay });

        if (taken)
        {
            Assert.Equal(PinCheck.Right, ran.Accepted);
        }
        else
        {
            Assert.Equal(DeclineCodes.AccountBalanceLimit, ran.Rejected.Code);
        }
    }

    [Fact]
    public void What_the_account_may_not_have_is_said_before_the_PIN_is_looked_at()
    {
        var bank = BankWith(small);

        Assert.Equal(
            DeclineCodes.AccountBalanceLimit,
            bank.Run(order with { Amount = 30_01, PinHash = [2] }).Rejected.Code
        );
        Assert.Equal(0, bank.Get(CustomerTables.Customers, Rows.Customer.Id).PinFailures);
    }

    /// <summary>What is sent on has the id of what came: a form with that id would take its place.</summary>
    [Fact]
    public void The_id_of_a_withdrawal_is_no_form_of_a_top_up()
    {
        var withdrawal = new OrderWithdrawal(
            Rows.World,
            Rows.Noon,
            Rows.Account,
            new(order.TopUpId.Value),
            Rows.Account.CardId,
            Amount: 30_00,
            rightPin,
            Language: "en",
            Rows.Id<IntentRow>(3),
            new(Rows.Id<IntentRow>(4), Rows.Sealed, Rows.Noon)
        );
        var bank = BankWith(Rows.Account);
        bank.Run(withdrawal);

        Assert.Equal(OwnAccountRules.Refusals.NotNow, bank.Run(order).Rejected.Code);
    }

    /// <summary>What an account does not take of an app's is sent on under its id, too.</summary>
    [Fact]
    public void The_id_of_an_apps_top_up_is_no_form_of_ones_own()
    {
        var ofAnApp = Rows.TopUp with { Id = new(order.TopUpId.Value) };
        var bank = BankWith(Rows.Account).Put(TopUpTables.TopUps, ofAnApp);

        Assert.Equal(OwnAccountRules.Refusals.NotNow, bank.Run(order).Rejected.Code);
        Assert.Empty(bank.All(OwnTopUpTables.TopUps));
    }

    [Fact]
    public void A_wrong_PIN_is_counted_and_asks_nobody()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal(PinCheck.Wrong, bank.Run(order with { PinHash = [2, 2, 2] }).Declined);

        Assert.Equal(1, bank.Get(CustomerTables.Customers, Rows.Customer.Id).PinFailures);
        Assert.Empty(bank.All(OwnTopUpTables.TopUps));
        Assert.Empty(bank.All(IntentTables.Intents));
    }

    private static CompleteOwnTopUp Complete(MemoryBank bank, string? declineCode = null) =>
        new(
            Rows.World,
            Rows.Noon.AddSeconds(1),
            order.IntentId,
            TopUp(bank),
            declineCode,
            new(Rows.Id<IntentRow>(3), Rows.Sealed, Rows.Noon)
        );

    private static OwnTopUpRow TopUp(MemoryBank bank) => bank.Get(OwnTopUpTables.TopUps, order.TopUpId);

    private static IEnumerable<IntentRow> Messages(MemoryBank bank) =>
        bank.All(IntentTables.Intents).Where(intent => intent.Kind == IntentKind.SendMessage);

    private static AccountRow Account(MemoryBank bank) => bank.Get(AccountTables.Accounts, Rows.Account.Id);

    private static MemoryBank BankWith(AccountRow account) =>
        new MemoryBank()
            .Put(AccountTables.Accounts, account)
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = rightPin, PinSalt = [9] });
}
