using OpenBanking.Server.Ledger;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The audit finds what was changed in fees behind the server's back.</summary>
public abstract class FeeAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Posted =
        "what a payment cost, and what a refund gave back of it, is what was posted";
    private const string OfSomething = "every fee that was posted is of a payment or a refund that is there";
    private const string GivenBack =
        "what was given back of a fee is what its refunds gave back, and no more than was taken";
    private const string Income =
        "what a partner paid in fees is what its payments cost, less what was given back";
    private const string Payments = BooksRule.EveryPostedIsThere;

    [Fact]
    public async Task Whatever_is_captured_and_given_back_the_books_are_sound()
    {
        await DoBusinessAsync();

        Assert.Empty(Audit());
        Assert.Equal(
            12 + 24 - 6 + 10,
            Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.FeeIncome)!.Balance
        );
    }

    [Theory]
    [InlineData("UPDATE payment SET fee = fee + 1 WHERE order_no = 'order-1'", Posted, Income)]
    [InlineData(
        "UPDATE payment SET fee_refunded = fee_refunded - 1 WHERE order_no = 'order-2'",
        GivenBack,
        Income
    )]
    [InlineData("UPDATE refund SET fee = fee + 1", Posted, GivenBack)]
    [InlineData("UPDATE refund SET fee = NULL", Posted, GivenBack)]
    [InlineData(
        "DELETE FROM payment WHERE order_no = 'order-1'",
        OfSomething,
        Income,
        Payments,
        AgreementBooks.Counters
    )]
    public async Task What_was_changed_in_a_fee_is_found(string sql, params string[] rules)
    {
        await DoBusinessAsync();

        Database.Execute(sql);

        Assert.Equal(rules.Order(), Audit().Select(found => found.Rule).Order());
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    /// <summary>A payment, one of which a quarter was given back, and a hold of which a part was captured.</summary>
    private async Task DoBusinessAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World) { FeeRule = Rows.FeeRule.Id };
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        await bank.PayAsync(1, 20_00);
        await bank.RefundAsync(1, await bank.PayAsync(2, 40_00), 10_00);
        await bank.CaptureAsync(await bank.HoldAsync(3, 20_00), 5_00, final: false);
    }
}
