using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;

namespace OpenBanking.Tests.Rules.Ledger;

public class LedgerInvariantTests
{
    private static readonly EntryRow debit = new()
    {
        AccountId = Rows.Account.Id.Value,
        Sequence = 1,
        PostingId = Rows.Payment.Id.Value,
        Kind = PostingKind.Payment,
        Amount = -100,
        Currency = Money.Renminbi,
        BusinessDate = Rows.Today,
        CreatedAt = Rows.Noon,
    };

    private static readonly EntryRow credit = debit with
    {
        AccountId = Rows.Settlement.EntryAccountId(),
        Amount = 100,
    };

    [Fact]
    public void A_posting_that_sums_to_zero_holds() => Check(Book(), debit, credit);

    [Fact]
    public void A_posting_open_by_one_fen_does_not_hold() =>
        AssertViolated("open by 1 CNY", Book(), debit, credit with { Amount = 101 });

    [Fact]
    public void One_currency_does_not_make_up_for_another() =>
        AssertViolated("is open by", Book(), debit, credit with { Currency = "USD" });

    [Fact]
    public void Only_what_the_command_itself_wrote_is_looked_at()
    {
        var book = Book();
        book.Insert(LedgerTables.Entries, debit with { Sequence = 7 });

        Check(book, debit, credit);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    public void A_customer_below_zero_does_not_hold(long available, long held)
    {
        var book = Book();
        var start = book.Mark;
        var account = book.Get(AccountTables.Accounts, Rows.Account.Id);
        book.Update(AccountTables.Accounts, account with { Available = available, Held = held });

        var violated = Assert.Throws<InvariantViolatedException>(() =>
            new LedgerInvariant().Check(book, start)
        );
        Assert.Contains("below zero", violated.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_customer_at_zero_holds()
    {
        var book = Book();
        var start = book.Mark;
        var account = book.Get(AccountTables.Accounts, Rows.Account.Id);
        book.Update(AccountTables.Accounts, account with { Available = 0 });

        new LedgerInvariant().Check(book, start);
    }

    private static Book Book() =>
        new MemoryBank()
            .Put(AccountTables.Accounts, Rows.Account)
            .Open(keys => keys.Want(AccountTables.Accounts, Rows.Account.Id));

    private static void Check(Book book, params EntryRow[] entries)
    {
        var start = book.Mark;
        foreach (var entry in entries)
        {
            book.Insert(LedgerTables.Entries, entry);
        }

        new LedgerInvariant().Check(book, start);
    }

    private static void AssertViolated(string why, Book book, params EntryRow[] entries) =>
        Assert.Contains(
            why,
            Assert.Throws<InvariantViolatedException>(() => Check(book, entries)).Message,
            StringComparison.Ordinal
        );
}
