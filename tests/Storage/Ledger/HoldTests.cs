using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>Many who want the same held money at once, and the worker that ends holds.</summary>
public abstract class HoldTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly DateTimeOffset until = Rows.Noon.AddDays(1);

    [Theory]
    [InlineData(512)]
    [InlineData(3)]
    public async Task Captures_at_once_never_take_more_than_is_held(int batchSize)
    {
        Restart(new() { BatchSize = batchSize });
        var payment = await HoldAsync(1, 20_00);

        var decisions = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(_ => Task.Run(() => Engine.SubmitAsync(Capture(payment, 3_00, final: false))))
        );

        Assert.Equal(6, decisions.Count(decision => decision is Accepted<PaymentRow>));
        Assert.Equal((18_00, 2_00), (Read(payment).Captured, Read(payment).Held));
        AssertMoney(available: 80_00, held: 2_00, settled: 18_00);
    }

    /// <summary>As when a hold comes and ends in one batch: its entries name the account.</summary>
    [Fact]
    public async Task An_account_of_the_bank_is_there_even_if_nothing_came_of_its_first_batch()
    {
        var holds = PaymentRules.HoldsOf(Rows.Payment);

        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Add(LedgerTables.InternalAccounts, holds, 5_00);
                    book.Add(LedgerTables.InternalAccounts, holds, -5_00);
                    return Decision.Accept(0);
                }
            )
        );

        Assert.Equal(0, Store.Find(LedgerTables.InternalAccounts, Rows.World, holds)?.Balance);
    }

    [Fact]
    public async Task Of_capture_cancellation_and_expiry_at_once_one_wins()
    {
        var bank = await NewBankAsync();
        var payments = new List<PaymentRow>();
        for (var number = 1; number <= 20; number++)
        {
            payments.Add(await HoldAsync(bank, number, 5_00));
        }

        foreach (var payment in payments)
        {
            var decisions = await Task.WhenAll(
                Task.Run(() => Engine.SubmitAsync(Capture(payment, 5_00, final: true))),
                Task.Run(() => Engine.SubmitAsync(new CancelPayment(Rows.World, Rows.Noon, payment))),
                Task.Run(() => Engine.SubmitAsync(new ExpirePayment(Rows.World, until, payment)))
            );
            Assert.Single(decisions, decision => decision is Accepted<PaymentRow>);
        }

        var captured = payments.Count(payment => Read(payment).State == PaymentState.Captured);
        AssertMoney(100_00 - (captured * 5_00), held: 0, captured * 5_00);
    }

    [Fact]
    public async Task Holds_end_when_their_time_is_over_however_many_workers_look()
    {
        var bank = await NewBankAsync();
        for (var number = 1; number <= 10; number++)
        {
            await HoldAsync(bank, number, 5_00, number <= 7 ? until : until.AddDays(1));
        }

        Assert.Equal(0, await NewExpiry().RunOnceAsync());
        Clock.Now = until;
        var ended = await Task.WhenAll(NewExpiry().RunOnceAsync(), NewExpiry().RunOnceAsync());

        Assert.Equal(7, ended.Sum());
        Assert.Equal(0, await NewExpiry().RunOnceAsync());
        Assert.Equal(
            7,
            Store
                .List(PaymentTables.Payments, Rows.World, $"ORDER BY id")
                .Count(payment => payment.State == PaymentState.Expired)
        );
        AssertMoney(available: 85_00, held: 15_00, settled: 0);
    }

    [Fact]
    public async Task A_hold_that_cannot_be_ended_keeps_no_other()
    {
        var bank = await NewBankAsync();
        await HoldAsync(bank, 1, 5_00, until.AddHours(-1));
        var other = await HoldAsync(bank, 2, 5_00);
        Database.Execute("UPDATE payment SET agreement_id = id WHERE order_no = 'order-1'");
        Clock.Now = until;

        Assert.Equal(1, await NewExpiry().RunOnceAsync());

        Assert.Equal(PaymentState.Expired, Read(other).State);
    }

    private protected async Task<PaymentRow> HoldAsync(int number, long amount) =>
        await HoldAsync(await NewBankAsync(), number, amount);

    private protected static CapturePayment Capture(PaymentRow payment, long amount, bool final) =>
        new(Rows.World, Rows.Noon, payment, amount, final);

    private protected PaymentRow Read(PaymentRow payment) =>
        Store.Find(PaymentTables.Payments, Rows.World, payment.Id)!;

    private protected void AssertMoney(long available, long held, long settled)
    {
        var account = Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!;
        Assert.Equal((available, held), (account.Available, account.Held));
        Assert.Equal(
            settled,
            Store.Find(LedgerTables.InternalAccounts, Rows.World, Rows.Settlement)?.Balance ?? 0
        );
        Assert.Empty(new BooksAudit(Store).FindViolations());
    }

    private async Task<SmallBank> NewBankAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        return bank;
    }

    private async Task<PaymentRow> HoldAsync(
        SmallBank bank,
        int number,
        long amount,
        DateTimeOffset? expiresAt = null
    ) =>
        Assert
            .IsType<Accepted<PaymentRow>>(
                await Engine.SubmitAsync(bank.Payment(number, amount) with { HoldUntil = expiresAt ?? until })
            )
            .Reply;

    private PaymentExpiry NewExpiry() =>
        new(Store, Engine, new WorldClocks(Store, Clock), Clock, NullLogger<PaymentExpiry>.Instance);
}
