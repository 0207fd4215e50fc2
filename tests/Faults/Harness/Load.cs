using System.Collections.Concurrent;
using System.Net.Sockets;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>
/// A partner that pays, with coupons and without, gives back and tops up as fast as it is answered, and logs what it knows
/// of each request. Afterwards it holds its log against what the bank says.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Customers = 2;
    private static readonly Money usualFunds = Money.Yuan(9_000);
    private static readonly Money price = Money.Cny(11);
    private static readonly Money couponPrice = Money.Yuan(15);
    private static readonly Money topUpAmount = Money.Yuan(1);

    /// <summary>Fast enough to be in the way of every fault, and no faster: everything is checked afterwards.</summary>
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(60);

    /// <summary>So many more answers, or refusals, tell that it goes on.</summary>
    private const int Several = 10;

    private readonly ConcurrentQueue<Act> acts = [];
    private readonly ConcurrentBag<string> brokenAnswers = [];
    private readonly ConcurrentQueue<(int Customer, string PaymentId)> refundable = [];
    private readonly List<OpenBankingClient> clients = [];
    private readonly List<LinkedCustomer> customers = [];
    private readonly EventReceiver receiver;
    private readonly TestPartner partner;
    private readonly Money funds;
    private readonly string stockId;
    private readonly Uri address;
    private int names;
    private ConfirmingCustomer? confirming;
    private int confirmed;
    private volatile bool stopped;

    private Load(Uri address, TestPartner partner, EventReceiver receiver, string stockId, Money funds)
    {
        this.funds = funds;
        this.address = address;
        this.partner = partner;
        this.receiver = receiver;
        this.stockId = stockId;
    }

    /// <summary>Everything that was sent so far.</summary>
    public IReadOnlyCollection<Act> Acts => acts;

    /// <summary>How many requests were answered so far.</summary>
    public int Answered => acts.Count(act => act.Ending == Ending.Ok);

    public TestPartner Partner => partner;

    public IReadOnlyList<LinkedCustomer> LinkedCustomers => customers;

    /// <summary>Opens accounts and puts money into them, while nothing fails yet.</summary>
    /// <param name="address">The bank's.</param>
    /// <param name="funds">How much each customer begins with; enough for any test when null.</param>
    public static async Task<Load> PrepareAsync(Uri address, Money? funds = null)
    {
        var receiver = await EventReceiver.StartAsync();
        var partner = await TestPartner.NewAsync(address);
        await partner.Client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = new Uri(receiver.Address, "/hooks").ToString() }
        );
        var stock = await partner.Client.Coupons.ListStocksAsync().FirstAsync();
        var load = new Load(address, partner, receiver, stock.Id, funds ?? usualFunds);
        for (var person = 0; person < Customers; person++)
        {
            var customer = await partner.LinkAsync(person);
            load.customers.Add(customer);
            var funded = await partner.TopUpAsync(customer, load.funds, $"funds-{person}");
            Assert.Equal(TopUpStatus.Succeeded, funded.Status);
        }

        load.Reach(address);
        return load;
    }

    /// <summary>Has the first customer sign in at the bank, and confirm payments that no agreement covers among the
    /// others.</summary>
    public async Task ConfirmAsWellAsync() =>
        confirming = await ConfirmingCustomer.SignInAsync(address, partner, person: 0);

    /// <summary>Adds a node to those that the load is spread over.</summary>
    /// <param name="node">Where it listens.</param>
    /// <param name="clock">The clock of the client that asks it; the right one when null.</param>
    public OpenBankingClient Reach(Uri node, TimeProvider? clock = null)
    {
        var client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = address,
                ClientId = partner.ClientId,
                Key = partner.Key,
                HttpHandler = new WireWatch(node, brokenAnswers),
                MaxRetries = 0,
                TimeProvider = clock ?? TimeProvider.System,
            }
        );
        clients.Add(client);
        return client;
    }

    public void Stop() => stopped = true;

    /// <summary>Sends request after request until it is stopped.</summary>
    /// <param name="seed">What is sent when.</param>
    /// <param name="callers">How many do it side by side.</param>
    public Task RunAsync(int seed, int callers = 6)
    {
        stopped = false;
        return Task.WhenAll(
            Enumerable.Range(0, callers).Select(caller => RunAsync(new Random(seed + caller), caller))
        );
    }

    /// <summary>Sends one request to a node, the first one by default, and logs it.</summary>
    public Task<Act> SendAsync(Act act, int node = 0) => SendAsync(act, clients[node]);

    /// <summary>Waits until the load that runs is answered.</summary>
    public async Task AssertGoesOnAsync()
    {
        var answered = Answered;
        await Eventually.BecomesAsync(
            () => Task.FromResult(Answered >= answered + Several),
            () => $"Nobody is answered: {acts.LastOrDefault(act => act.Failure is not null)?.Failure}"
        );
    }

    /// <summary>Waits until the load that runs is turned away.</summary>
    public async Task AssertIsRefusedAsync()
    {
        int Refused() => acts.Count(act => act.Status == 503);
        var refused = Refused();
        await Eventually.BecomesAsync(
            () => Task.FromResult(Refused() >= refused + Several),
            () => "Nobody is refused."
        );
    }

    private async Task<Act> SendAsync(Act act, OpenBankingClient client)
    {
        acts.Enqueue(act);
        await act.SendAsync(client);
        return act;
    }

    /// <summary>Sends everything unknown again under its own key until each outcome is known, and waits for what the
    /// outside was asked.</summary>
    public async Task SettleAsync()
    {
        foreach (var act in acts.Where(act => act.Ending == Ending.Unknown))
        {
            await Eventually.BecomesAsync(
                async () =>
                {
                    await act.SendAsync(clients[0]);
                    return act.Ending != Ending.Unknown;
                },
                () => $"A request stays unknown: {act.Failure}"
            );
        }

        foreach (var act in acts.Where(act => act.Made?.Kind == TransactionKind.TopUp))
        {
            var topUp = await partner.Client.TopUps.WaitAsync(act.Made!.Id);
            Assert.True(
                topUp.Status == TopUpStatus.Succeeded,
                $"A top-up {topUp.Status}: {topUp.DeclineCode}"
            );
        }
    }

    /// <summary>The statement of this class, line by line.</summary>
    public async Task AssertNothingIsLostOrDoubledAsync(ITestOutputHelper output)
    {
        await SettleAsync();
        var made = acts.Where(act => act.Ending == Ending.Ok).ToList();
        output.WriteLine(
            $"{made.Count} ok, {acts.Count(act => act.Ending == Ending.Failed)} failed, "
                + $"{acts.Count(act => act.WasUnknown)} unknown at first"
        );
        Assert.NotEmpty(made);
        if (confirming is not null)
        {
            output.WriteLine($"{confirmed} payments were confirmed by their customer");
            Assert.NotEqual(0, confirmed);
        }

        Assert.Empty(brokenAnswers);
        for (var customer = 0; customer < customers.Count; customer++)
        {
            await AssertStatementAsync(customer, [.. made.Where(act => act.Customer == customer)]);
        }

        foreach (
            var act in acts.Where(act => act.OrderNo is not null && (act.WasUnknown || act.Made is null))
        )
        {
            await AssertOrderAsync(act);
        }

        await Eventually.BecomesAsync(
            () => Task.FromResult(made.All(act => receiver.Has(act.Made!.EventType, act.Made.Id))),
            () =>
                $"{made.Count(act => !receiver.Has(act.Made!.EventType, act.Made.Id))} events did not come.",
            () => receiver.Count
        );
        output.WriteLine($"{receiver.Count} deliveries");
    }

    public ValueTask DisposeAsync()
    {
        confirming?.Dispose();
        return receiver.DisposeAsync();
    }

    /// <summary>A payment of the usual price, under a key of its own.</summary>
    public Act NewPayment(int customer, string? couponId = null, Money? amount = null)
    {
        var orderNo = $"order-{Interlocked.Increment(ref names)}";
        var request = new CreatePaymentRequest
        {
            OrderNo = orderNo,
            Amount = amount ?? price,
            AgreementId = customers[customer].AgreementId!,
            CouponId = couponId,
        };
        return new(
            customer,
            orderNo,
            async client =>
            {
                var payment = await client.Payments.CreateAsync(
                    request,
                    IdempotencyKey.FromOrder(orderNo, "payment")
                );
                return payment.Status == PaymentStatus.Captured
                    ? new(
                        payment.Id,
                        TransactionKind.Payment,
                        -payment.CustomerAmount,
                        EventTypes.PaymentCaptured
                    )
                    : new(payment.Id, null, Money.Cny(0), EventTypes.PaymentFailed);
            }
        );
    }

    /// <summary>A payment that the first customer confirms on the bank's page. Whatever is lost on the way, the same again asks
    /// for no second one, and presses the button once more where the first time came to nothing.</summary>
    private Act NewConfirmed()
    {
        var orderNo = $"order-{Interlocked.Increment(ref names)}";
        var request = new CreatePaymentRequest
        {
            OrderNo = orderNo,
            Amount = price,
            CustomerId = customers[0].CustomerId,
        };
        return new(
            customer: 0,
            orderNo,
            async client =>
            {
                var key = IdempotencyKey.FromOrder(orderNo, "payment");
                var asked = await client.Payments.CreateAsync(request, key);
                var paid = await ConfirmAsync(client, asked);
                return new(
                    paid.Id,
                    TransactionKind.Payment,
                    -paid.CustomerAmount,
                    EventTypes.PaymentCaptured
                );
            }
        );
    }

    private async Task<Payment> ConfirmAsync(OpenBankingClient client, Payment asked)
    {
        try
        {
            var payment = await client.Payments.GetAsync(asked.Id);
            if (payment.NextAction is { } next)
            {
                await confirming!.ConfirmAsync(next);
                payment = await client.Payments.GetAsync(asked.Id);
            }

            if (payment.Status != PaymentStatus.Captured)
            {
                throw new OpenStillException($"{payment.OrderNo} is {payment.Status}.");
            }

            Interlocked.Increment(ref confirmed);
            return payment;
        }
        catch (Exception lost)
            when (lost
                    is OpenBankingException
                        or HttpRequestException
                        or SocketException
                        or TaskCanceledException
            )
        {
            throw new OpenStillException(lost.Message);
        }
    }

    /// <summary>One more coupon for a customer.</summary>
    public Act NewCoupon(int customer)
    {
        var key = IdempotencyKey.FromOrder($"coupon-{Interlocked.Increment(ref names)}", "coupon");
        var request = new IssueCouponRequest
        {
            StockId = stockId,
            CustomerId = customers[customer].CustomerId,
        };
        return new(
            customer,
            orderNo: null,
            async client =>
                new(
                    (await client.Coupons.IssueAsync(request, key)).Id,
                    null,
                    Money.Cny(0),
                    EventTypes.CouponIssued
                )
        );
    }

    public Act NewTopUp(int customer)
    {
        var key = IdempotencyKey.FromOrder($"top-up-{Interlocked.Increment(ref names)}", "top-up");
        var request = new CreateTopUpRequest
        {
            AgreementId = customers[customer].AgreementId!,
            Amount = topUpAmount,
        };
        return new(
            customer,
            orderNo: null,
            async client =>
                new(
                    (await client.TopUps.CreateAsync(request, key)).Id,
                    TransactionKind.TopUp,
                    topUpAmount,
                    EventTypes.TopUpSucceeded
                )
        );
    }

    public static Act NewRefund(int customer, string paymentId) =>
        new(
            customer,
            orderNo: null,
            async client =>
            {
                var refund = await client.Refunds.CreateAsync(
                    new CreateRefundRequest { PaymentId = paymentId },
                    IdempotencyKey.FromOrder(paymentId, "refund")
                );
                return new(
                    refund.Id,
                    TransactionKind.Refund,
                    refund.CustomerAmount,
                    EventTypes.RefundSucceeded
                );
            }
        );

    private async Task RunAsync(Random random, int caller)
    {
        while (!stopped)
        {
            var client = clients[caller % clients.Count];
            await SendOneAsync(random, random.Next(Customers), client);
            await Task.Delay(pause);
        }
    }

    private async Task SendOneAsync(Random random, int customer, OpenBankingClient client)
    {
        switch (random.Next(10))
        {
            case 0:
                await SendAsync(NewTopUp(customer), client);
                break;
            case 1 when refundable.TryDequeue(out var paid):
                await SendAsync(NewRefund(paid.Customer, paid.PaymentId), client);
                break;
            case 2:
                var coupon = await SendAsync(NewCoupon(customer), client);
                if (coupon.Made is { } issued)
                {
                    await PayAsync(NewPayment(customer, issued.Id, couponPrice), client);
                }

                break;
            case < 5 when confirming is not null:
                await PayAsync(NewConfirmed(), client);
                break;
            default:
                await PayAsync(NewPayment(customer), client);
                break;
        }
    }

    private async Task PayAsync(Act payment, OpenBankingClient client)
    {
        await SendAsync(payment, client);
        if (payment.Made is { Kind: not null } captured)
        {
            refundable.Enqueue((payment.Customer, captured.Id));
        }
    }

    private async Task AssertStatementAsync(int customer, List<Act> made)
    {
        var linked = customers[customer];
        var statement = await partner
            .Client.Accounts.ListTransactionsAsync(linked.CustomerId, linked.AccountId!)
            .ToListAsync();
        Assert.Equal(
            made.Where(act => act.Made!.Kind is not null)
                .Select(act => $"{act.Made!.Kind} {act.Made.Id} {act.Made.Change.Amount}")
                .Order(),
            statement
                .Where(line => line.Amount != funds)
                .Select(line => $"{line.Kind} {line.SourceId} {line.Amount.Amount}")
                .Order()
        );
        Assert.Equal(
            made.Aggregate(funds, (balance, act) => balance + act.Made!.Change),
            await partner.BalanceAsync(linked)
        );
    }

    private async Task AssertOrderAsync(Act act)
    {
        try
        {
            var order = await partner.Client.Orders.GetAsync(act.OrderNo!);
            Assert.Equal((act.Made?.Id, 1), (order.LastPayment!.Id, order.Attempts));
        }
        catch (OpenBankingException absent) when (absent.Code == ProblemCodes.NotFound)
        {
            Assert.Null(act.Made);
        }
    }
}
