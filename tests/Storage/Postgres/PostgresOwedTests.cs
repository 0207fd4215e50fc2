using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Refunds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>What a settlement account may come to owe, where several writers take from it in one moment: each adds to its sum, and
/// none has it locked.</summary>
public sealed class PostgresOwedTests : EngineSuite<PostgresDatabase>
{
    private const int Customers = 12;
    private const long Price = 10_00;

    private static readonly PayoutOwner owner = new(Rows.App.PartnerId, null, Money.Renminbi);

    private readonly List<PaymentRow> payments = [];

    [Fact]
    public async Task A_refund_that_was_decided_before_another_and_is_written_after_it_owes_no_more_than_may_be()
    {
        await PayAsync(3);
        await PayOutAsync(Engine, 2 * Price);
        using var other = NewEngine(Store, new());

        var late = await WhileCommittingAsync(
            () => RefundAsync(Engine, 0, mostOwed: 0),
            async () => Assert.IsType<Accepted<RefundRow>>(await RefundAsync(other, 1, mostOwed: 0))
        );

        Assert.Equal(
            ProblemCodes.InsufficientPartnerBalance,
            Assert.IsType<Rejected<RefundRow>>(late).Refusal.Code
        );
        Assert.Equal(0, Balance);
    }

    [Fact]
    public async Task A_payout_that_was_decided_before_a_refund_and_is_written_after_it_pays_what_is_left()
    {
        await PayAsync(2);
        using var other = NewEngine(Store, new());

        var paid = await WhileCommittingAsync(
            () => PayOutAsync(Engine, 2 * Price),
            async () => Assert.IsType<Accepted<RefundRow>>(await RefundAsync(other, 1, mostOwed: 0))
        );

        Assert.Equal((Price, 0), (paid, Balance));
    }

    [Fact]
    public async Task Whoever_pays_meanwhile_keeps_no_refund_from_being_written()
    {
        await PayAsync(2);
        using var other = NewEngine(Store, new());
        var loads = 0;

        await WhileCommittingAsync(
            () => RefundAsync(Engine, 0, mostOwed: 0),
            async () =>
            {
                await PayAsync(1, other);
                loads = Store.Loads;
            }
        );

        Assert.Equal((loads, 2 * Price), (Store.Loads, Balance));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3 * Price)]
    public async Task However_many_nodes_refund_at_once_the_bound_is_reached_and_not_passed(long mostOwed)
    {
        await PayAsync(Customers);
        await PayOutAsync(Engine, (Customers - 2) * Price);
        using var second = NewEngine(Store, new());
        using var third = NewEngine(Store, new());
        Server.Engine.Engine[] nodes = [Engine, second, third];

        var ends = await Task.WhenAll(
            Enumerable
                .Range(0, Customers)
                .Select(i => Task.Run(() => RefundAsync(nodes[i % nodes.Length], i, mostOwed)))
        );

        Assert.Equal(2 + (mostOwed / Price), ends.Count(end => end is Accepted<RefundRow>));
        Assert.Equal(-mostOwed, Balance);
    }

    private long Balance => Store.Find(LedgerTables.InternalAccounts, Rows.World, owner.Settlement)!.Balance;

    /// <summary>Starts one, and when all of it is decided has the other be written first.</summary>
    private async Task<T> WhileCommittingAsync<T>(Func<Task<T>> one, Func<Task> other)
    {
        var decided = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var written = new ManualResetEventSlim();
        Store.Committing = _ =>
        {
            Store.Committing = null;
            decided.SetResult();
            written.Wait();
        };
        var running = one();
        try
        {
            await decided.Task;
            await other();
        }
        finally
        {
            written.Set();
        }

        return await running;
    }

    /// <summary>As many more customers pay one price each.</summary>
    private async Task PayAsync(int customers, Server.Engine.Engine? node = null)
    {
        for (var i = 0; i < customers; i++)
        {
            var number = payments.Count + 1;
            var agreement = Rows.Agreement with
            {
                Id = Rows.Id<AgreementRow>(number),
                ConsentId = Rows.Id<ConsentRow>(number),
                CustomerId = Rows.Id<CustomerRow>(number),
                AccountId = Rows.Id<AccountRow>(number),
            };
            using (var session = Store.OpenWriteSession())
            {
                session.Run(
                    Rows.World,
                    book =>
                    {
                        book.Insert(
                            AccountTables.Accounts,
                            Rows.Account with
                            {
                                Id = agreement.AccountId,
                                CustomerId = agreement.CustomerId,
                                Available = Price,
                            }
                        );
                        book.Insert(ConsentTables.Consents, Rows.Consent with { Id = agreement.ConsentId });
                        book.Insert(ConsentTables.Agreements, agreement);
                    }
                );
            }

            var payment = new CreatePayment(
                Rows.World,
                Rows.Noon,
                Rows.Id<PaymentRow>(number),
                agreement,
                $"order-{number}",
                Price,
                CouponId: null,
                Description: null
            );
            payments.Add(
                Assert.IsType<Accepted<PaymentRow>>(await (node ?? Engine).SubmitAsync(payment)).Reply
            );
        }
    }

    private async Task<Decision<RefundRow>> RefundAsync(Server.Engine.Engine node, int i, long mostOwed)
    {
        while (true)
        {
            try
            {
                return await node.SubmitAsync(
                    new CreateRefund(
                        Rows.World,
                        Rows.Noon,
                        Rows.Id<RefundRow>(i + 1),
                        payments[i],
                        Amount: null,
                        Reason: null
                    )
                    {
                        MostOwed = mostOwed,
                    }
                );
            }
            catch (EngineBusyException)
            {
                // Others were first again and again, and nothing happened.
            }
        }
    }

    /// <summary>Gives how much was paid out of what days came to.</summary>
    private static async Task<long> PayOutAsync(Server.Engine.Engine node, long captured)
    {
        var settle = new SettleDays(
            Rows.World,
            Rows.Noon.AddDays(1),
            Rows.Id<PayoutRow>(1),
            Rows.Id<IntentRow>(1),
            owner,
            new(null, Rows.Today, captured, Refunded: 0, Fees: 0),
            Rows.Noon
        );
        return Assert.IsType<Accepted<PayoutRow?>>(await node.SubmitAsync(settle)).Reply!.Amount;
    }
}
