using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>Two nodes on one PostgreSQL: many ask both for the same thing at once.</summary>
public sealed class TwoNodesTests(ITestOutputHelper output)
{
    private const int AtOnce = 50;
    private static readonly Money balance = Money.Yuan(30);

    [Fact]
    public async Task A_balance_is_spent_to_the_last_payment_it_covers_and_never_further()
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On("Postgres");
        await using var load = await StartTwoNodesAsync(bank);
        var rounds = FaultSettings.Runs(shortForm: 5);
        for (var round = 0; round < rounds; round++)
        {
            var price = Money.Cny(random.Next(75, 600));
            var payments = await AllAtOnceAsync(
                load,
                () => load.NewPayment(customer: 0, couponId: null, price)
            );

            var captured = payments.Where(payment => payment.Made!.Kind is not null).ToList();
            Assert.Equal(balance.Amount / price.Amount, captured.Count);
            Assert.Equal(
                Money.Cny(balance.Amount % price.Amount),
                await load.Partner.BalanceAsync(load.LinkedCustomers[0])
            );
            await AllAtOnceAsync(load, [.. captured.Select(payment => Load.NewRefund(0, payment.Made!.Id))]);
        }

        output.WriteLine($"{rounds} rounds of {AtOnce} spenders");
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    [Fact]
    public async Task A_coupon_is_redeemed_once_however_many_ask()
    {
        FaultSettings.NewSeed(output);
        await using var bank = Bank.On("Postgres");
        await using var load = await StartTwoNodesAsync(bank);
        var rounds = FaultSettings.Runs(shortForm: 3);
        for (var round = 0; round < rounds; round++)
        {
            var coupon = await load.SendAsync(load.NewCoupon(customer: 0));
            var redeemers = await AllAtOnceAsync(
                load,
                () => load.NewPayment(customer: 0, coupon.Made!.Id, Money.Yuan(15))
            );

            var redeemer = Assert.Single(redeemers, payment => payment.Made?.Kind is not null);
            await load.SendAsync(Load.NewRefund(0, redeemer.Made!.Id));
        }

        output.WriteLine($"{rounds} rounds of {AtOnce} redeemers");
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    private static async Task<Load> StartTwoNodesAsync(Bank bank)
    {
        var second = new Uri($"http://localhost:{Ports.Free()}");
        await bank.StartAsync();
        await bank.StartNodeAsync(second);
        var load = await Load.PrepareAsync(bank.Address, balance);
        load.Reach(second);
        return load;
    }

    private static Task<IReadOnlyList<Act>> AllAtOnceAsync(Load load, Func<Act> next) =>
        AllAtOnceAsync(load, [.. Enumerable.Range(0, AtOnce).Select(_ => next())]);

    /// <summary>Half of them at each node; nobody is turned away for a reason that is not his own.</summary>
    private static async Task<IReadOnlyList<Act>> AllAtOnceAsync(Load load, IReadOnlyList<Act> acts)
    {
        await Task.WhenAll(acts.Select((act, number) => load.SendAsync(act, node: number % 2)));
        Assert.Empty(
            acts.Where(act => act.Ending == Ending.Unknown || act.Status >= 500).Select(act => act.Failure)
        );
        return acts;
    }
}
