using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Coupons;

/// <summary>Tells apps of coupons whose time was over before they were used.</summary>
public sealed class CouponExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<CouponExpiry> log
) : ExpiryWorker<CouponRow>(store, CouponTables.Coupons, clocks, time, log)
{
    /// <summary>With the condition of the index, word for word: what may still be used.</summary>
    protected override Sql IsDue(DateTimeOffset now) =>
        $"state = 1 AND valid_until <= {now} ORDER BY valid_until";

    protected override Task EndAsync(World world, DateTimeOffset now, CouponRow row) =>
        engine.SubmitAsync(new ExpireCoupon(world, now, row.Id));
}
