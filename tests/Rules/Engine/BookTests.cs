using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Rules.Engine;

public class BookTests
{
    private static readonly Event happened = new(
        Rows.App.Id.Value,
        EventTypes.AccountActive,
        1,
        "active",
        EventSubject.Of("account_id", Rows.Account.Id)
    );

    private readonly MemoryBank bank = new MemoryBank()
        .Put(AccountTables.Accounts, Rows.Account)
        .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 500));

    [Fact]
    public void A_row_is_found_by_the_key_that_was_named()
    {
        var book = Open();

        Assert.Equal(Rows.Account, book.Find(AccountTables.Accounts, Rows.Account.Id));
        Assert.Equal(Rows.Account, book.Get(AccountTables.Accounts, Rows.Account.Id));
    }

    [Fact]
    public void A_row_that_does_not_exist_is_null_and_cannot_be_had()
    {
        var book = bank.Open(keys => keys.Want(AccountTables.Accounts, Rows.Id<AccountRow>(2)));

        Assert.Null(book.Find(AccountTables.Accounts, Rows.Id<AccountRow>(2)));
        Assert.Throws<InvalidOperationException>(() =>
            book.Get(AccountTables.Accounts, Rows.Id<AccountRow>(2))
        );
    }

    [Fact]
    public void A_key_that_was_not_named_is_a_bug_whether_or_not_there_is_a_row()
    {
        var book = bank.Open(_ => { });

        Assert.Throws<InvalidOperationException>(() => book.Find(AccountTables.Accounts, Rows.Account.Id));
        Assert.Throws<InvalidOperationException>(() => book.Update(AccountTables.Accounts, Rows.Account));
    }

    [Fact]
    public void What_was_inserted_is_found_by_the_commands_after_it()
    {
        var book = Open();

        book.Insert(CustomerTables.Customers, Rows.Customer);

        Assert.Equal(Rows.Customer, book.Find(CustomerTables.Customers, Rows.Customer.Id));
    }

    [Fact]
    public void Nothing_is_inserted_twice()
    {
        var book = Open();
        book.Insert(CustomerTables.Customers, Rows.Customer);

        Assert.Throws<InvalidOperationException>(() => book.Insert(CustomerTables.Customers, Rows.Customer));
        Assert.Throws<InvalidOperationException>(() => book.Insert(AccountTables.Accounts, Rows.Account));
    }

    [Fact]
    public void An_update_raises_the_version()
    {
        var book = Open();

        var updated = book.Update(AccountTables.Accounts, Rows.Account with { Available = 1 });

        Assert.Equal((1, 2), (updated.Available, updated.Version));
        Assert.Equal(updated, book.Get(AccountTables.Accounts, Rows.Account.Id));
    }

    [Fact]
    public void An_update_of_an_older_state_is_a_bug()
    {
        var book = Open();
        book.Update(AccountTables.Accounts, Rows.Account with { Available = 1 });

        Assert.Throws<InvalidOperationException>(() =>
            book.Update(AccountTables.Accounts, Rows.Account with { Available = 2 })
        );
    }

    [Fact]
    public void A_row_that_does_not_exist_cannot_be_updated()
    {
        var stranger = Rows.Account with { Id = Rows.Id<AccountRow>(2) };
        var book = bank.Open(keys => keys.Want(AccountTables.Accounts, stranger.Id));

        Assert.Throws<InvalidOperationException>(() => book.Update(AccountTables.Accounts, stranger));
    }

    [Fact]
    public void Additions_to_a_row_that_was_read_are_seen_at_once()
    {
        var book = Open();

        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 100);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, -30);

        Assert.Equal(570, book.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
    }

    [Fact]
    public void Additions_need_no_named_key_and_make_the_row_when_there_is_none()
    {
        var book = bank.Open(_ => { });

        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 100);
        book.Add(LedgerTables.InternalAccounts, Rows.Budget, 7);
        bank.Save(book);

        Assert.Equal(
            Rows.Holds(Rows.Settlement, 600),
            bank.Get(LedgerTables.InternalAccounts, Rows.Settlement)
        );
        Assert.Equal(Rows.Holds(Rows.Budget, 7), bank.Get(LedgerTables.InternalAccounts, Rows.Budget));
    }

    [Fact]
    public void Additions_are_seen_at_once_though_there_was_no_row()
    {
        var book = bank.Open(keys => keys.Want(LedgerTables.InternalAccounts, Rows.Budget));

        book.Add(LedgerTables.InternalAccounts, Rows.Budget, 100);
        book.Add(LedgerTables.InternalAccounts, Rows.Budget, -30);

        Assert.Equal(70, book.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        bank.Save(book);
        Assert.Equal(Rows.Holds(Rows.Budget, 70), bank.Get(LedgerTables.InternalAccounts, Rows.Budget));
    }

    [Fact]
    public void Additions_that_cancel_out_leave_the_row_as_it_was()
    {
        var book = Open();

        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 100);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, -100);

        Assert.Equal(0, bank.Save(book));
        Assert.Equal(500, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, false)]
    public void What_was_decided_by_a_sum_is_written_as_long_as_the_sum_was_no_less_in_its_turn(
        long meanwhile,
        bool written
    )
    {
        var book = Open();
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 50);
        // Of the 500 that were read, and the 50.
        book.RelyOn(LedgerTables.InternalAccounts, Rows.Settlement, 550);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, -550);
        book.RelyOn(LedgerTables.InternalAccounts, Rows.Settlement, -20);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 500);
        bank.Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 500 + meanwhile));

        if (written)
        {
            bank.Save(book);
        }
        else
        {
            Assert.Throws<WriteConflictException>(() => bank.Save(book));
        }
    }

    [Fact]
    public void A_sum_that_comes_to_nothing_is_looked_at_all_the_same()
    {
        var book = Open();
        book.RelyOn(LedgerTables.InternalAccounts, Rows.Settlement, 500);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, -500);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 500);
        bank.Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 499));

        Assert.Throws<WriteConflictException>(() => bank.Save(book));
    }

    [Fact]
    public void A_sum_that_would_not_fit_is_refused()
    {
        var book = Open();
        book.Add(LedgerTables.InternalAccounts, Rows.Budget, long.MaxValue);

        Assert.Throws<OverflowException>(() => book.Add(LedgerTables.InternalAccounts, Rows.Budget, 1));
    }

    [Fact]
    public void Taking_back_restores_rows_sums_and_events()
    {
        var book = Open();
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 100);
        book.Emit(happened);
        var mark = book.Mark;

        var account = book.Update(AccountTables.Accounts, Rows.Account with { Available = 1 });
        book.Update(AccountTables.Accounts, account with { Available = 2 });
        book.Insert(CustomerTables.Customers, Rows.Customer);
        book.Add(LedgerTables.InternalAccounts, Rows.Settlement, 11);
        book.Add(LedgerTables.InternalAccounts, Rows.Budget, 7);
        book.Emit(happened);
        book.Rollback(mark);

        Assert.Same(Rows.Account, book.Get(AccountTables.Accounts, Rows.Account.Id));
        Assert.Equal(600, book.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Single(book.Events);
        Assert.False(book.Wrote(AccountTables.Accounts));
        Assert.False(book.Wrote(CustomerTables.Customers));
        bank.Save(book);
        Assert.Empty(bank.All(CustomerTables.Customers));
        Assert.Equal(600, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Null(bank.Find(LedgerTables.InternalAccounts, Rows.Budget));
    }

    [Fact]
    public void What_was_taken_back_may_be_inserted_again()
    {
        var book = Open();
        var mark = book.Mark;
        book.Insert(CustomerTables.Customers, Rows.Customer);
        book.Rollback(mark);

        book.Insert(CustomerTables.Customers, Rows.Customer);
        bank.Save(book);

        Assert.Equal(Rows.Customer, bank.Get(CustomerTables.Customers, Rows.Customer.Id));
    }

    [Fact]
    public void Only_what_was_written_since_a_mark_is_given()
    {
        var book = Open();
        book.Insert(CustomerTables.Customers, Rows.Customer);
        var mark = book.Mark;
        var second = book.Insert(
            CustomerTables.Customers,
            Rows.Customer with
            {
                Id = Rows.Id<CustomerRow>(2),
            }
        );

        Assert.Equal([second], book.WrittenSince(mark, CustomerTables.Customers));
        Assert.Empty(book.WrittenSince(mark, PaymentTables.Payments));
    }

    [Fact]
    public void A_row_that_changed_more_than_once_is_saved_once_from_the_version_that_was_read()
    {
        var book = Open();
        var account = book.Update(AccountTables.Accounts, Rows.Account with { Available = 1 });
        book.Update(AccountTables.Accounts, account with { Available = 2 });

        Assert.Equal(1, bank.Save(book));

        var saved = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        Assert.Equal((2, 3), (saved.Available, saved.Version));
    }

    [Fact]
    public void A_book_that_was_only_read_has_nothing_to_save()
    {
        var book = Open();
        book.Get(AccountTables.Accounts, Rows.Account.Id);

        Assert.False(book.HasChanges);
        Assert.Equal(0, bank.Save(book));
    }

    private Book Open() =>
        bank.Open(keys =>
        {
            keys.Want(AccountTables.Accounts, Rows.Account.Id);
            keys.Want(LedgerTables.InternalAccounts, Rows.Settlement);
        });
}
