using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>settle-campaign: gives what is left of a campaign's budget back to where it came from.</summary>
public static class CampaignCommands
{
    public const string Settle = "settle-campaign";

    public static async Task<int> SettleCampaignAsync(this WebApplication app, string text)
    {
        // No refund that was decided before the campaign was settled is written for longer.
        var writing = app.Services.GetRequiredService<EngineLimits>().ReplyTimeout;
        var (done, line) = await SettleAsync(app.Services, text, writing);
        Console.WriteLine(line);
        return done ? 0 : 1;
    }

    /// <summary>What became of it, in one sentence.</summary>
    /// <param name="pause">After how long it looks for what a refund has brought that was decided before and written
    /// since.</param>
    public static async Task<(bool Done, string Line)> SettleAsync(
        IServiceProvider services,
        string text,
        TimeSpan pause = default
    )
    {
        var store = services.GetRequiredService<Store>();
        if (
            !Id<CampaignRow>.TryParse(text, out var id)
            || await store.ListAcrossWorldsAsync(CouponTables.Campaigns, 1, $"id = {id}")
                is not [var (world, campaign)]
        )
        {
            return (false, $"There is no campaign {text}.");
        }

        var now = await services.GetRequiredService<WorldClocks>().NowAsync(world);
        if (await WhyNotAsync(store, world, id, now) is { } why)
        {
            return (false, why);
        }

        var returned = await SettleOnceAsync(services, world, now, campaign);
        await Task.Delay(pause, services.GetRequiredService<TimeProvider>());
        returned += await SettleOnceAsync(services, world, now, campaign);
        return returned > 0
            ? (true, $"{campaign.Id} is settled: {new Money(campaign.Currency, returned)} went back.")
            : (true, $"{campaign.Id} is settled: nothing was left.");
    }

    private static async Task<long> SettleOnceAsync(
        IServiceProvider services,
        World world,
        DateTimeOffset now,
        CampaignRow campaign
    ) =>
        (
            (Accepted<long>)
                await services
                    .GetRequiredService<Engine.Engine>()
                    .SubmitAsync(new SettleCampaign(world, now, campaign))
        ).Reply;

    /// <summary>No coupon that can be used comes back once none is left: none is issued any more, and a refund returns
    /// none whose time is over.</summary>
    private static async Task<string?> WhyNotAsync(
        Store store,
        World world,
        Id<CampaignRow> id,
        DateTimeOffset now
    )
    {
        if (
            await store.FirstAsync(
                CouponTables.Stocks,
                world,
                $"campaign_id = {id} AND ends_at > {now} ORDER BY ends_at DESC LIMIT 1"
            ) is
            { } open
        )
        {
            return $"{id} issues coupons until {open.EndsAt:u}.";
        }

        return
            await store.FirstAsync(
                CouponTables.Coupons,
                world,
                $"campaign_id = {id} AND (valid_until > {now} OR held = {true}) ORDER BY valid_until DESC LIMIT 1"
            )
                is { } coupon
            ? coupon.Held
                ? $"A payment still holds {coupon.Id} of {id}."
                : $"The last coupon of {id} is good until {coupon.ValidUntil:u}."
            : null;
    }
}
