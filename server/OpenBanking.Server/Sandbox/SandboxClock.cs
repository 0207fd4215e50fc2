using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Sandbox;

/// <summary>Moves a sandbox's business clock, for whoever runs the server in a process of their own. Other nodes of the
/// same store would not notice.</summary>
public sealed class SandboxClock(
    Engine.Engine engine,
    WorldClocks clocks,
    PaymentExpiry payments,
    ApplicationExpiry applications,
    CardDepositExpiry cardDeposits,
    ConsentExpiry consents,
    CouponExpiry coupons,
    Dormancy dormancy,
    DailyPayouts payouts
)
{
    /// <summary>Sets the clock ahead; what has come due by then has happened when this returns.</summary>
    /// <param name="sandbox">Whose clock.</param>
    /// <param name="by">How far, in whole seconds and at least one.</param>
    public async Task AdvanceAsync(World sandbox, TimeSpan by)
    {
        await engine.SubmitAsync(new AdvanceClock(clocks.RealNow, sandbox, (long)by.TotalSeconds));
        clocks.Forget(sandbox);
        while (await payments.RunAheadAsync() > 0)
        {
            // There is more than is ended at once.
        }

        await applications.RunOnceAsync();
        await cardDeposits.RunOnceAsync();
        await consents.RunOnceAsync();
        await coupons.RunOnceAsync();
        await dormancy.RunOnceAsync();
        await payouts.RunOnceAsync();
    }
}
