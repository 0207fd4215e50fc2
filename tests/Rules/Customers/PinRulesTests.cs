using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Customers;

public class PinRulesTests
{
    private static readonly byte[] right = [1, 1, 1];
    private static readonly byte[] wrong = [2, 2, 2];
    private static readonly CustomerRow customer = Rows.Customer with { PinHash = right, PinSalt = [9] };
    private static readonly AccountRow other = Rows.Account with
    {
        Id = Rows.Id<AccountRow>(77),
        State = AccountState.PendingActivation,
    };

    private static readonly SetPin set = new(
        Rows.World,
        Rows.Noon,
        Rows.Customer,
        [new(Rows.Account.Id, [Rows.App.Id]), new(other.Id, [Rows.App.Id])],
        right,
        Salt: [9]
    );

    [Theory]
    [InlineData("135791")]
    [InlineData("112234")]
    [InlineData("123457")]
    [InlineData("000001")]
    public void A_PIN_that_is_not_too_simple_may_be_set(string pin) =>
        Assert.True(PinRules.IsAcceptable(pin));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("13579")]
    [InlineData("1357911")]
    [InlineData("13579a")]
    [InlineData("１３５７９１")]
    [InlineData(" 13579")]
    [InlineData("000000")]
    [InlineData("999999")]
    [InlineData("123456")]
    [InlineData("456789")]
    [InlineData("654321")]
    [InlineData("543210")]
    [InlineData("121212")]
    [InlineData("123123")]
    [InlineData("112233")]
    [InlineData("900307")]
    [InlineData("138001")]
    public void Other_texts_and_simple_PINs_may_not(string? pin) =>
        Assert.False(PinRules.IsAcceptable(pin, "999999199003070012", "13800138000"));

    [Fact]
    public void The_first_PIN_puts_each_account_in_use_that_waits_for_it()
    {
        var bank = BankWaiting(Rows.Customer);

        var ran = bank.Run(set);

        Assert.Equal([EventTypes.AccountActive, EventTypes.AccountActive], ran.Told);
        Assert.Equal(AccountState.Active, bank.Get(AccountTables.Accounts, other.Id).State);
        Assert.Equal(right, bank.Get(CustomerTables.Customers, customer.Id).PinHash);
        Assert.Equal(AccountState.Active, bank.Get(AccountTables.Accounts, Rows.Account.Id).State);
    }

    [Fact]
    public void A_PIN_is_set_only_once()
    {
        Assert.Equal("pin_already_set", BankWaiting(customer).Run(set).Rejected.Code);
    }

    /// <summary>An account that was opened since they were looked up would wait for good.</summary>
    [Fact]
    public void A_PIN_is_not_set_beside_accounts_that_were_not_looked_up()
    {
        var opened = Rows.Customer with { TypeThreeAccounts = Rows.Customer.TypeThreeAccounts + 1 };

        Assert.Equal(PinRules.AccountsChanged, BankWaiting(opened).Run(set).Rejected.Code);
    }

    private static MemoryBank BankWaiting(CustomerRow of) =>
        new MemoryBank()
            .Put(CustomerTables.Customers, of)
            .Put(AccountTables.Accounts, Rows.Account with { State = AccountState.PendingActivation })
            .Put(AccountTables.Accounts, other);

    [Fact]
    public void The_right_PIN_forgets_the_wrong_ones()
    {
        var bank = BankWith(customer with { PinFailures = 4 });

        Assert.Equal(PinCheck.Right, Enter(bank, right));

        Assert.Equal(0, Stored(bank).PinFailures);
    }

    [Fact]
    public void The_fifth_wrong_PIN_locks_for_a_day()
    {
        var bank = BankWith(customer);

        for (var i = 1; i < PinRules.MostFailures; i++)
        {
            Assert.Equal(PinCheck.Wrong, Enter(bank, wrong));
            Assert.Equal(i, Stored(bank).PinFailures);
        }

        Assert.Equal(PinCheck.Locked, Enter(bank, wrong));
        Assert.Equal(Rows.Noon.AddHours(24), Stored(bank).PinLockedUntil);
    }

    [Fact]
    public void Two_taps_on_one_form_count_once_and_another_form_or_PIN_counts()
    {
        var bank = BankWith(customer);
        byte[] other = [3, 3, 3];

        foreach (
            var (form, hash, failures) in ((string?, byte[], int)[])
                [
                    ("a", wrong, 1),
                    ("a", wrong, 1),
                    ("a", other, 2),
                    ("a", wrong, 3),
                    ("b", wrong, 4),
                    ("b", wrong, 4),
                ]
        )
        {
            Assert.Equal(PinCheck.Wrong, Enter(bank, hash, form: form));
            Assert.Equal(failures, Stored(bank).PinFailures);
        }

        Assert.Equal(PinCheck.Right, Enter(bank, right, form: "b"));
        Assert.Equal((0, null), (Stored(bank).PinFailures, Stored(bank).LastWrongPin));
        Enter(bank, wrong);
        Enter(bank, wrong);
        Assert.Equal(2, Stored(bank).PinFailures);
    }

    [Fact]
    public void The_second_tap_of_the_last_try_finds_it_locked()
    {
        var bank = BankWith(customer with { PinFailures = PinRules.MostFailures - 1 });

        Assert.Equal(PinCheck.Locked, Enter(bank, wrong, form: "a"));
        Assert.Equal(PinCheck.Locked, Enter(bank, wrong, form: "a"));
        Assert.Equal(Rows.Noon.AddHours(24), Stored(bank).PinLockedUntil);
        Assert.Equal(IntentKind.SendMessage, bank.All(IntentTables.Intents).Single().Kind);
    }

    [Fact]
    public void While_it_is_locked_no_PIN_is_looked_at()
    {
        var bank = BankWith(customer with { PinLockedUntil = Rows.Noon.AddHours(24) });
        var before = bank.Snapshot();

        Assert.Equal(PinCheck.Locked, Enter(bank, right, Rows.Noon.AddHours(24).AddTicks(-1)));
        Assert.Equal(PinCheck.Locked, Enter(bank, wrong, Rows.Noon));

        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void After_the_lock_there_are_five_tries_again()
    {
        var bank = BankWith(customer with { PinLockedUntil = Rows.Noon });

        Assert.Equal(PinCheck.Wrong, Enter(bank, wrong));
        Assert.Equal((1, null), (Stored(bank).PinFailures, Stored(bank).PinLockedUntil));
        Assert.Equal(PinCheck.Right, Enter(bank, right));
    }

    [Fact]
    public void A_customer_without_a_PIN_has_no_right_one()
    {
        Assert.Equal(PinCheck.Wrong, Enter(BankWith(Rows.Customer), right));
        Assert.Equal(PinCheck.Wrong, Enter(BankWith(Rows.Customer), [1]));
    }

    private static MemoryBank BankWith(CustomerRow row) =>
        new MemoryBank().Put(CustomerTables.Customers, row);

    private static CustomerRow Stored(MemoryBank bank) => bank.Get(CustomerTables.Customers, customer.Id);

    private static PinCheck Enter(
        MemoryBank bank,
        byte[] hash,
        DateTimeOffset? now = null,
        string? form = null
    )
    {
        var book = bank.Open(keys => keys.Want(CustomerTables.Customers, customer.Id));
        var check = PinRules.Check(
            book,
            customer.Id,
            hash,
            form is null ? null : new PinForm(form, new(Rows.Id<IntentRow>(7), Rows.Sealed, Rows.Noon)),
            now ?? Rows.Noon
        );
        bank.Save(book);
        return check;
    }
}
