using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What happens to the others when one settlement account cannot be settled.</summary>
public sealed class PayoutRunTests
{
    [Fact]
    public async Task One_account_that_cannot_be_settled_keeps_nobody_else_from_being_paid()
    {
        await using var server = await TestServer.StartAsync(settings: "Settlement:DailyPayouts=false");
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        await partner.PayAsync(customer, "order-1", Money.Yuan(40));
        var world = new World(partner.SandboxNumber);
        await server.Get<Engine>().SubmitAsync(new PutOrphan(world));
        await server.Get<SandboxClock>().AdvanceAsync(world, TimeSpan.FromDays(1) + PayoutRuns.Grace);

        var failure = await Assert.ThrowsAsync<AggregateException>(() => server.Get<PayoutRuns>().RunAsync());

        Assert.StartsWith(
            "1 payouts were begun, and 1 settlement accounts could not be settled",
            failure.Message
        );
        Assert.Equal(
            Money.Yuan(40),
            Assert.Single(await partner.Client.Payouts.ListAsync().ToListAsync()).Amount
        );
    }

    /// <summary>The settlement of a merchant that is not there, and the first in order.</summary>
    private sealed record PutOrphan(World World) : Command<Done>(World, DateTimeOffset.UnixEpoch)
    {
        public override void Keys(IKeySet keys)
        {
            // It is only added to.
        }

        public override Decision<Done> Decide(Book book)
        {
            book.Add(
                LedgerTables.InternalAccounts,
                new(InternalAccountKind.SubMerchantSettlement, Guid.Empty, Money.Renminbi),
                1_00
            );
            return Decision.Accept(default(Done));
        }
    }
}
