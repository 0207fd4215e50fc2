using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules.Confirmations;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>Payments that wait for their customers, in a real store: 100.00 are on the account.</summary>
public abstract class ConfirmationTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task Whoever_confirms_cancels_and_ends_it_at_once_it_comes_to_one_end()
    {
        await OpenAsync();
        for (var number = 1; number <= 4; number++)
        {
            var row = await AskAsync(number);
            var confirm = ConfirmationBank.Confirm(row);
            var acts = await Task.WhenAll(
                TryAsync(confirm),
                TryAsync(confirm),
                TryAsync(new CancelConfirmation(Rows.World, Rows.Noon, row)),
                TryAsync(new DeclineConfirmation(Rows.World, Rows.Noon, row, Rows.Customer.Id)),
                TryAsync(new ExpireConfirmation(Rows.World, row.ExpiresAt, row))
            );

            Assert.Equal(1, acts.Count(done => done));
        }

        var paid = Store.List(PaymentTables.Payments, Rows.World, $"ORDER BY id").Count;
        Assert.Equal(
            100_00 - (paid * 20_00),
            Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.Available
        );
        Assert.Empty(new BooksAudit(Store).FindViolations());
    }

    [Fact]
    public async Task What_nobody_confirms_in_time_ends_and_only_that()
    {
        await OpenAsync();
        var due = await AskAsync(1);
        var later = await AskAsync(2, due.ExpiresAt.AddMinutes(1));
        Clock.Now = due.ExpiresAt;
        var expiry = NewExpiry();

        Assert.Equal(1, await expiry.RunOnceAsync());
        Assert.Equal(0, await expiry.RunOnceAsync());

        Assert.Equal(ConfirmationState.Expired, Read(due).State);
        Assert.Equal(ConfirmationState.Waiting, Read(later).State);
        Assert.Empty(new BooksAudit(Store).FindViolations());
    }

    [Fact]
    public async Task In_a_world_whose_clock_is_ahead_it_ends_by_that_clock()
    {
        await OpenAsync();
        var row = await AskAsync(1);
        await SubmitAsync(
            new Probe(
                World.Live,
                book =>
                {
                    book.Insert(
                        WorldTables.Worlds,
                        new WorldRow
                        {
                            Number = Rows.World.Number,
                            Name = "Ahead",
                            ClockAheadSeconds = 30 * 60,
                            CreatedAt = Rows.Noon,
                        }
                    );
                    return Decision.Accept(0);
                }
            )
        );
        Clock.Now = Rows.Noon;
        var expiry = NewExpiry();

        Assert.Equal(0, await expiry.RunOnceAsync());
        Assert.Equal(1, await expiry.RunAheadAsync());

        Assert.Equal(ConfirmationState.Expired, Read(row).State);
    }

    [Fact]
    public async Task The_books_tell_of_a_confirmation_without_its_payment_and_of_one_that_waits_beside_another()
    {
        await OpenAsync();
        await AskAsync(1);
        Database.Execute("UPDATE payment_confirmation SET state = 2");
        Assert.Single(new BooksAudit(Store).FindViolations());
        Database.Execute("UPDATE payment_confirmation SET state = 1, order_no = 'order-2'");
        Assert.Single(new BooksAudit(Store).FindViolations());
    }

    private async Task OpenAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        await SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Insert(PartnerTables.Apps, Rows.App);
                    book.Insert(
                        CustomerTables.Customers,
                        Rows.Customer with
                        {
                            PinHash = ConfirmationBank.Pin,
                            PinSalt = [0],
                        }
                    );
                    return Decision.Accept(0);
                }
            )
        );
    }

    private async Task<ConfirmationRow> AskAsync(int number, DateTimeOffset? expiresAt = null) =>
        Assert
            .IsType<Accepted<ConfirmationRow>>(
                await Engine.SubmitAsync(
                    new AskConfirmation(
                        Rows.World,
                        Rows.Noon,
                        ConfirmationBank.Asked with
                        {
                            PaymentId = Rows.Id<PaymentRow>(number),
                            OrderNo = $"order-{number}",
                            ExpiresAt = expiresAt ?? ConfirmationBank.Asked.ExpiresAt,
                        }
                    )
                )
            )
            .Reply;

    private async Task SubmitAsync(Probe probe) => await Engine.SubmitAsync(probe);

    private async Task<bool> TryAsync<TReply>(Command<TReply> command) =>
        await Task.Run(() => Engine.SubmitAsync(command)) is Accepted<TReply>;

    private ConfirmationRow Read(ConfirmationRow row) =>
        Store.Find(ConfirmationTables.Confirmations, Rows.World, new(row.PaymentId))!;

    private PaymentExpiry NewExpiry() =>
        new(Store, Engine, new WorldClocks(Store, Clock), Clock, NullLogger<PaymentExpiry>.Instance);
}
