using System.Collections.Concurrent;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>
/// kill -9 of the server under load, again and again on the same data. Afterwards: every payment that was acknowledged
/// is there once, every one that was refused is not, every unknown one is settled by its own key, and the books
/// balance. <c>FAULT_SEED</c> plays a run again.
/// </summary>
public sealed class KilledServerTests(ITestOutputHelper output)
{
    private const int Kills = 4;
    private const int Callers = 8;
    private static readonly Money price = Money.Yuan(1.01m);

    [Fact]
    public async Task What_was_acknowledged_survives_and_nothing_happens_twice()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FAULT_SEED"), out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"FAULT_SEED={seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("openbanking-fault-").FullName;
        var address = new Uri($"http://localhost:{Ports.Free()}");
        try
        {
            var run = new Run(address);
            var server = await ServerProcess.StartAsync(address, folder);
            await run.OpenAccountAsync();
            for (var kill = 0; kill < Kills; kill++)
            {
                var load = run.PayAsync(Callers);
                await Task.Delay(random.Next(300, 1_500));
                await server.KillAsync();
                run.Stop();
                await load;
                server = await ServerProcess.StartAsync(address, folder);
            }

            await run.SettleAsync();
            await run.AssertNothingIsLostOrDoubledAsync(output);
            await server.DisposeAsync();

            var (balance, report) = await ServerProcess.VerifyBooksAsync(folder);
            output.WriteLine(report);
            Assert.True(balance, $"FAULT_SEED={seed}: {report}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One customer's payments, and what the partner knows of each.</summary>
    private sealed class Run(Uri address)
    {
        private readonly ConcurrentDictionary<string, Payment> acknowledged = [];
        private readonly ConcurrentDictionary<string, PaymentOutcomeUnknownException?> unknown = [];
        private TestPartner partner = null!;
        private LinkedCustomer customer = null!;
        private Money funded;
        private volatile bool stopped;
        private int orders;

        public async Task OpenAccountAsync()
        {
            partner = await TestPartner.NewAsync(address);
            customer = await partner.LinkAsync();
            var topUp = await partner.TopUpAsync(customer, Money.Yuan(9_000));
            funded = topUp.Amount;
        }

        public void Stop() => stopped = true;

        /// <summary>Pays order after order until it is stopped.</summary>
        public Task PayAsync(int callers)
        {
            stopped = false;
            return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => PayInARowAsync()));
        }

        /// <summary>The same request with the same key, until each outcome is known.</summary>
        public async Task SettleAsync()
        {
            foreach (var (orderNo, _) in unknown)
            {
                acknowledged[orderNo] = await partner.PayAsync(customer, orderNo, price);
            }
        }

        public async Task AssertNothingIsLostOrDoubledAsync(ITestOutputHelper output)
        {
            output.WriteLine(
                $"{acknowledged.Count} payments, of which {unknown.Count} were unknown at first"
            );
            Assert.NotEmpty(acknowledged);
            foreach (var (orderNo, payment) in acknowledged)
            {
                var order = await partner.Client.Orders.GetAsync(orderNo);
                Assert.Equal(
                    (1, payment.Id, PaymentStatus.Captured),
                    (order.Attempts, order.LastPayment.Id, order.LastPayment.Status)
                );
            }

            var statement = await partner
                .Client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!)
                .ToListAsync();
            Assert.Equal(
                acknowledged.Values.Select(payment => payment.Id).Order(),
                statement
                    .Where(line => line.Kind == TransactionKind.Payment)
                    .Select(line => line.SourceId!)
                    .Order()
            );
            Assert.Equal(
                Money.Cny(funded.Amount - (acknowledged.Count * price.Amount)),
                await partner.BalanceAsync(customer)
            );
        }

        private async Task PayInARowAsync()
        {
            while (!stopped)
            {
                var orderNo = $"order-{Interlocked.Increment(ref orders)}";
                try
                {
                    acknowledged[orderNo] = await partner.PayAsync(customer, orderNo, price);
                }
                catch (PaymentOutcomeUnknownException lost)
                {
                    unknown[orderNo] = lost;
                }
                catch (OpenBankingException)
                {
                    // Refused, or it never left: it must not be there.
                }
            }
        }
    }
}
