using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Http.Dashboard;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Money for an account that does not take it goes on to its card. The books of an account that is closed by force do not balance:
/// the server is the tests' own.</summary>
public sealed class SentOnTests(SharedServer shared) : OwnPageTests(shared), IClassFixture<SharedServer>
{
    /// <summary>The outside's clock is the real one, wherever a partner has set that of the sandbox.</summary>
    [Fact]
    public async Task A_refund_to_a_closed_account_reaches_the_card_at_once_where_the_sandboxs_clock_is_ahead()
    {
        var world = new World(Partner.SandboxNumber);
        var payment = await Partner.PayAsync(Customer, "order-1", Money.Yuan(100));
        await Shared.Server.CloseAccountAsync(Partner, Customer);
        await Shared.Server.Get<SandboxClock>().AdvanceAsync(world, TimeSpan.FromMinutes(5));

        await Partner.Client.Refunds.CreateAsync(
            new() { PaymentId = payment.Id },
            IdempotencyKey.FromOrder("order-1", "refund")
        );

        var store = Shared.Server.Get<Store>();
        for (var tries = 0; ; tries++)
        {
            var sent = Assert.Single(
                await store.ListAsync(
                    WithdrawalTables.Withdrawals,
                    world,
                    $"source = {WithdrawalSource.Suspense}"
                )
            );
            if (sent.State == WithdrawalState.Succeeded)
            {
                Assert.Equal(100_00, sent.Amount);
                return;
            }

            Assert.True(tries < 300, "The money was not sent on.");
            await Task.Delay(100);
        }
    }
}
