using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.Withdrawals;

public class ClosingRulesTests
{
    private static readonly byte[] rightPin = [1, 1, 1];

    private static readonly CloseAccount close = new(
        Rows.World,
        Rows.Noon,
        Rows.Account,
        rightPin,
        TopUpUnderWay: false,
        Rows.Id<WithdrawalRow>(1),
        Rows.Intent.Id,
        Rows.Noon,
        [Rows.Consent.Id]
    );

    [Fact]
    public void The_customer_is_told_that_it_is_being_closed_and_not_where_it_is_not()
    {
        var told = close with { Notice = new(Rows.Id<IntentRow>(7), [7], Rows.Noon) };
        var bank = BankWith(Rows.Account);

        bank.Run(told with { PinHash = [2, 2, 2] });
        Assert.DoesNotContain(bank.All(IntentTables.Intents), IsMessage);
        bank.Run(told);

        Assert.Equal([7], Assert.Single(bank.All(IntentTables.Intents), IsMessage).Request);

        static bool IsMessage(IntentRow intent) => intent.Kind == IntentKind.SendMessage;
    }

    [Fact]
    public void What_is_left_goes_to_the_card_and_then_the_account_is_closed()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal([EventTypes.AccountClosing], bank.Run(close).Told);
        Assert.Equal((AccountState.Closing, 100_00L), (Account(bank).State, Account(bank).Available));
        Assert.Equal(DeclineCodes.AccountClosed, AccountRules.DeclineState(Account(bank), Rows.Noon));

        var ran = bank.Run(Complete(bank));

        Assert.Equal(WithdrawalState.Succeeded, ran.Accepted.State);
        Assert.Equal([EventTypes.ConsentRevoked, EventTypes.AccountClosed], ran.Told);
        Assert.Equal((AccountState.Closed, 0L), (Account(bank).State, Account(bank).Available));
        Assert.Equal(100_00, bank.Get(LedgerTables.InternalAccounts, Rows.CardClearing).Balance);
        Assert.Equal(ConsentState.Revoked, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).State);
        Assert.Equal(0, bank.Get(CustomerTables.Customers, Rows.Customer.Id).TypeTwoAccounts);
        Assert.Empty(bank.Run(Complete(bank)).Told);
    }

    [Fact]
    public void It_is_one_account_less_of_its_class()
    {
        var small = Rows.Account with { Type = AccountType.TypeThree.Value };
        var bank = BankWith(small);
        var customer = bank.Get(CustomerTables.Customers, Rows.Customer.Id);
        bank.Put(CustomerTables.Customers, customer with { TypeThreeAccounts = 2 });

        bank.Run(close);
        bank.Run(Complete(bank));

        customer = bank.Get(CustomerTables.Customers, Rows.Customer.Id);
        Assert.Equal((1, 1L), (customer.TypeTwoAccounts, customer.TypeThreeAccounts));
    }

    [Fact]
    public void An_account_without_money_is_closed_without_entries()
    {
        var bank = BankWith(Rows.Account with { Available = 0 });

        bank.Run(close);
        bank.Run(Complete(bank));

        Assert.Equal(AccountState.Closed, Account(bank).State);
        Assert.Empty(bank.All(LedgerTables.Entries));
    }

    [Fact]
    public void What_comes_while_it_closes_goes_to_the_card_too()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(close);
        var complete = Complete(bank);
        bank.Put(AccountTables.Accounts, Account(bank) with { Available = 107_00 });

        Assert.Empty(bank.Run(complete).Told);
        Assert.Equal((AccountState.Closing, 7_00L), (Account(bank).State, Account(bank).Available));

        var next = bank.Get(WithdrawalTables.Withdrawals, complete.NextId);
        Assert.Equal((7_00L, WithdrawalState.Processing), (next.Amount, next.State));
        bank.Run(complete with { IntentId = complete.NextIntentId, Withdrawal = next });
        Assert.Equal((AccountState.Closed, 0L), (Account(bank).State, Account(bank).Available));
    }

    [Fact]
    public void A_card_that_takes_nothing_leaves_account_and_consents_as_they_were()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(close);

        var ran = bank.Run(Complete(bank) with { DeclineCode = DeclineCodes.CardRefused });

        Assert.Equal(
            (WithdrawalState.Failed, DeclineCodes.CardRefused),
            (ran.Accepted.State, ran.Accepted.DeclineCode)
        );
        Assert.Equal([EventTypes.AccountActive], ran.Told);
        Assert.Equal((AccountState.Active, 100_00L), (Account(bank).State, Account(bank).Available));
        Assert.Equal(ConsentState.Authorized, bank.Get(ConsentTables.Consents, Rows.Consent.Id).State);
        Assert.Empty(bank.All(LedgerTables.Entries));
    }

    [Fact]
    public void Nothing_more_goes_out_of_an_account_that_was_frozen_on_the_way()
    {
        var bank = BankWith(Rows.Account);
        bank.Run(close);
        bank.Run(new SetBankFreeze(Rows.World, Rows.Noon, Rows.Account, Frozen: true, [Rows.Consent.Id]));
        bank.Put(AccountTables.Accounts, Account(bank) with { Available = 107_00 });

        bank.Run(Complete(bank));

        Assert.Equal(
            (AccountState.Frozen, (AccountState?)AccountState.Active, 7_00L),
            (Account(bank).State, Account(bank).StateBeneath, Account(bank).Available)
        );
        Assert.Single(bank.All(WithdrawalTables.Withdrawals));
    }

    [Fact]
    public void It_is_not_closed_while_money_is_held_or_on_its_way_or_it_is_not_in_use()
    {
        Assert.Equal(
            ClosingRules.Refusals.HoldsOpen,
            BankWith(Rows.Account with { Held = 1 }).Run(close).Rejected.Code
        );
        Assert.Equal(
            ClosingRules.Refusals.TopUpUnderWay,
            BankWith(Rows.Account).Run(close with { TopUpUnderWay = true }).Rejected.Code
        );
        foreach (var state in Enum.GetValues<AccountState>().Except([AccountState.Active]))
        {
            Assert.Equal(
                OwnAccountRules.Refusals.NotNow,
                BankWith(Rows.Account with { State = state }).Run(close).Rejected.Code
            );
        }
    }

    [Fact]
    public void A_wrong_PIN_is_counted_and_closes_nothing()
    {
        var bank = BankWith(Rows.Account);

        Assert.Equal(PinCheck.Wrong, bank.Run(close with { PinHash = [2, 2, 2] }).Declined);

        Assert.Equal(AccountState.Active, Account(bank).State);
        Assert.Equal(1, bank.Get(CustomerTables.Customers, Rows.Customer.Id).PinFailures);
        Assert.Empty(bank.All(WithdrawalTables.Withdrawals));
    }

    [Fact]
    public void A_top_up_that_comes_after_the_end_goes_back_to_the_card()
    {
        var bank = BankWith(Rows.Account with { State = AccountState.Closed, Available = 0 })
            .Put(TopUpTables.TopUps, Rows.TopUp)
            .Put(IntentTables.Intents, Rows.Intent);

        bank.Run(
            new CompleteTopUp(Rows.World, Rows.Noon, Rows.Intent.Id, Rows.TopUp, DeclineCode: null)
            {
                RealNow = Rows.Noon.AddMinutes(-5),
            }
        );

        Assert.Equal(0, Account(bank).Available);
        Assert.Equal(
            Rows.Noon.AddMinutes(-5),
            Assert
                .Single(bank.All(IntentTables.Intents), intent => intent.Kind == IntentKind.CreditCard)
                .DueAt
        );
        Assert.Equal(Rows.TopUp.Amount, bank.Get(LedgerTables.InternalAccounts, Suspense).Balance);
        var back = Assert.Single(bank.All(WithdrawalTables.Withdrawals));
        Assert.Equal((Rows.TopUp.Amount, WithdrawalSource.Suspense), (back.Amount, back.Source));

        bank.Run(Complete(bank) with { IntentId = new(back.Id.Value), Withdrawal = back, Consents = [] });
        Assert.Equal(0, bank.Get(LedgerTables.InternalAccounts, Suspense).Balance);
        Assert.Equal(0, bank.Get(LedgerTables.InternalAccounts, Rows.CardClearing).Balance);
        Assert.Equal(AccountState.Closed, Account(bank).State);
    }

    private static InternalAccountKey Suspense =>
        new(InternalAccountKind.Suspense, Rows.Account.Id.Value, Money.Renminbi);

    private static CompleteWithdrawal Complete(MemoryBank bank) =>
        new(
            Rows.World,
            Rows.Noon.AddSeconds(1),
            Rows.Intent.Id,
            bank.All(WithdrawalTables.Withdrawals).First(),
            DeclineCode: null,
            Rows.Id<WithdrawalRow>(2),
            Rows.Id<IntentRow>(2),
            Rows.Noon,
            [Rows.Consent]
        );

    private static AccountRow Account(MemoryBank bank) => bank.Get(AccountTables.Accounts, Rows.Account.Id);

    private static MemoryBank BankWith(AccountRow account) =>
        new MemoryBank()
            .Put(AccountTables.Accounts, account)
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = rightPin, PinSalt = [9] })
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(ConsentTables.Agreements, Rows.Agreement);
}
