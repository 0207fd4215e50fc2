using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Sandbox;

/// <summary>Moves a sandbox's business clock, and lets what has come due happen. Another node notices within
/// <see cref="WorldClocks.KeptFor"/>.</summary>
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
        await CatchUpAsync(sandbox);
    }

    /// <summary>Has happen what has come due in one sandbox by its clock, which was moved. No other sandbox is looked at: there may be
    /// many.</summary>
    public async Task CatchUpAsync(World sandbox)
    {
        await clocks.ReadAsync(sandbox);
        while (await payments.RunAheadAsync(sandbox) > 0)
        {
            // There is more than is ended at once.
        }

        await applications.RunOnceAsync(sandbox);
        await cardDeposits.RunOnceAsync(sandbox);
        // Accounts sleep before a consent is over, and its app is told.
        await dormancy.RunOnceAsync(sandbox);
        await consents.RunOnceAsync(sandbox);
        await coupons.RunOnceAsync(sandbox);
        await payouts.RunOnceAsync(sandbox);
    }
}
