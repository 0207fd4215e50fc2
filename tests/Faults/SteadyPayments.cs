using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>One customer's payments, order after order, through whichever nodes there are. None of them may fail.</summary>
internal sealed class SteadyPayments
{
    private const int Callers = 4;
    private static readonly Money price = Money.Yuan(1.01m);
    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(120);

    private readonly ConcurrentDictionary<string, (Uri Node, Payment Payment)> paid = [];
    private readonly TestPartner partner;
    private readonly LinkedCustomer customer;
    private volatile IReadOnlyList<(Uri Address, TestPartner Partner)> nodes = [];
    private volatile bool stopped = true;
    private Task load = Task.CompletedTask;
    private int orders;

    private SteadyPayments(TestPartner partner, LinkedCustomer customer) =>
        (this.partner, this.customer) = (partner, customer);

    /// <summary>Has a customer open an account at a node, and bring money there.</summary>
    public static async Task<SteadyPayments> OpenAsync(Uri node)
    {
        var partner = await TestPartner.NewAsync(node);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(9_000));
        return new(partner, customer);
    }

    /// <summary>Pays through these nodes in turn until it is told other ones; what is on its way ends first.</summary>
    public async Task PayThroughAsync(params Uri[] addresses)
    {
        await StopAsync();
        nodes = [.. addresses.Select(address => (address, partner.At(address)))];
        stopped = false;
        load = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => PayInARowAsync()));
    }

    /// <exception cref="OpenBankingException">A payment failed.</exception>
    public async Task StopAsync()
    {
        stopped = true;
        await load;
    }

    /// <summary>Waits until a node has taken so many more payments.</summary>
    public async Task UntilPaidAsync(int more, Uri node)
    {
        var enough = PaidAt(node) + more;
        for (var waited = Stopwatch.StartNew(); PaidAt(node) < enough; await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < patience, $"{node} takes no payments.");
            if (load.IsFaulted)
            {
                await load;
            }
        }
    }

    /// <summary>How many payments a node took.</summary>
    public int PaidAt(Uri node) => paid.Values.Count(payment => payment.Node == node);

    /// <summary>Every order was paid at the first attempt, by the payment that was acknowledged, as this node sees it.</summary>
    public async Task AssertEachIsThereOnceAsync(Uri node)
    {
        var orders = partner.At(node).Client.Orders;
        foreach (var (orderNo, (_, payment)) in paid)
        {
            var order = await orders.GetAsync(orderNo);
            Assert.Equal(
                (1, payment.Id, PaymentStatus.Captured),
                (order.Attempts, order.LastPayment!.Id, order.LastPayment.Status)
            );
        }
    }

    private async Task PayInARowAsync()
    {
        while (!stopped)
        {
            var number = Interlocked.Increment(ref orders);
            var (address, node) = nodes[number % nodes.Count];
            var orderNo = $"order-{number}";
            paid[orderNo] = (address, await node.PayAsync(customer, orderNo, price));
            await Task.Delay(pause);
        }
    }
}
