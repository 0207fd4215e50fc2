using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>Many who spend the same money at once.</summary>
public abstract class SpendingTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Theory]
    [InlineData(512)]
    [InlineData(7)]
    public async Task As_many_spend_as_the_balance_allows_and_each_once_however_often_they_ask(int batchSize)
    {
        Restart(new() { BatchSize = batchSize });
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await bank.TopUpAsync(1, 100_00);

        // Each asks twice: with the same key, and a payment that has another id the second time.
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(i =>
                    Task.Run(() =>
                        PayAsync(bank.Payment(i % 50, 3_00) with { PaymentId = Rows.Id<PaymentRow>(i) })
                    )
                )
        );

        Assert.Equal(50, outcomes.Count(outcome => outcome is KeyedOutcome.Fresh));
        Assert.Equal(50, outcomes.Count(outcome => outcome is KeyedOutcome.Known));
        var payments = Store.List(PaymentTables.Payments, Rows.World, $"ORDER BY id");
        Assert.Equal(50, payments.Count);
        Assert.Equal(33, payments.Count(payment => payment.State == PaymentState.Captured));
        Assert.All(
            payments.Where(payment => payment.State != PaymentState.Captured),
            payment => Assert.Equal(DeclineCodes.InsufficientFunds, payment.DeclineCode)
        );
        Assert.Equal(1_00, Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)?.Available);
        Assert.Equal(99_00, Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement)?.Balance);
        Assert.Empty(new BooksAudit(Store).FindViolations());
    }

    private Task<KeyedOutcome> PayAsync(CreatePayment payment) =>
        Engine.SubmitAsync(
            payment,
            new KeyedRequest(Rows.App.Id.Value, payment.OrderNo, default),
            made => new Answer(201, made.Id.Value, [1])
        );
}
