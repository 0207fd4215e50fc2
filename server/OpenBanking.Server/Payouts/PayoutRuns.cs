using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payouts;

/// <summary>Settles the business days that are over, and pays out what is left of them. Every node may do it; each day is
/// settled once.</summary>
public sealed class PayoutRuns(
    Store store,
    Engine.Engine engine,
    PayoutQueries queries,
    WorldClocks clocks,
    Ids ids,
    ILogger<PayoutRuns> log
)
{
    /// <summary>How long after midnight a day is over: longer than any command waits that was asked for before.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    /// <summary>The most settlement accounts of one run.</summary>
    private const int Most = 100_000;

    /// <summary>So many that cannot be settled are not about one account, and the run ends.</summary>
    private const int MostFailures = 10;

    /// <summary>Gives how many payouts were begun.</summary>
    /// <exception cref="AggregateException">Some accounts could not be settled; the others were, all the same.</exception>
    public async Task<int> RunAsync() =>
        await SettleAsync(
            // 2 is a partner's settlement, 8 a merchant's.
            await store.ListAcrossWorldsAsync(
                LedgerTables.InternalAccounts,
                Most,
                $"kind IN (2, 8) AND balance > {0} ORDER BY world, owner_id"
            )
        );

    /// <inheritdoc cref="RunAsync()"/>
    /// <param name="world">Whose accounts; no others are looked at.</param>
    public async Task<int> RunAsync(World world)
    {
        var accounts = await store.ListAsync(
            LedgerTables.InternalAccounts,
            world,
            $"kind IN (2, 8) AND balance > {0} ORDER BY owner_id LIMIT {Most}"
        );
        return await SettleAsync([.. accounts.Select(account => (world, account))]);
    }

    private async Task<int> SettleAsync(IReadOnlyList<(World World, InternalAccountRow Account)> accounts)
    {
        var begun = 0;
        var failures = new List<Exception>();
        foreach (var (world, account) in accounts)
        {
            try
            {
                begun += await SettleAsync(world, account) ? 1 : 0;
            }
            catch (Exception failure) when (failures.Count < MostFailures)
            {
                failures.Add(failure);
            }
        }

        return failures.Count == 0
            ? begun
            : throw new AggregateException(
                $"{begun} payouts were begun, and {failures.Count} settlement accounts could not be settled.",
                failures
            );
    }

    private async Task<bool> SettleAsync(World world, InternalAccountRow account)
    {
        var now = await clocks.NowAsync(world);
        var through = BusinessCalendar.DateOf(now - Grace).AddDays(-1);
        var progress = await store.FindAsync(
            PayoutTables.Progress,
            world,
            new PayoutOwnerKey(account.OwnerId)
        );
        if (progress?.OpenPayoutId is not null || progress?.Through >= through)
        {
            return false;
        }

        var owner = await OwnerOfAsync(world, account);
        var days = await queries.AddUpAsync(world, owner.Settlement, progress?.Through, through);
        if (days.Late != 0)
        {
            log.LogWarning(
                "Settlement of {Owner}: {Late} (minor units) came late to days up to {Through}, and is settled now",
                owner.Id,
                days.Late,
                days.After
            );
        }

        return await engine.SubmitAsync(
            new SettleDays(
                world,
                now,
                ids.New<PayoutRow>(),
                ids.New<IntentRow>(),
                owner,
                days,
                clocks.RealNow
            )
            {
                Apps = await queries.ListAppsAsync(world, owner.PartnerId),
            }
        )
            is Accepted<PayoutRow?> { Reply: not null };
    }

    private async Task<PayoutOwner> OwnerOfAsync(World world, InternalAccountRow account)
    {
        if (account.Kind == InternalAccountKind.PartnerSettlement)
        {
            return new(new(account.OwnerId), null, account.Currency);
        }

        var merchant = (
            await store.FindAsync(
                SubMerchantTables.SubMerchants,
                world,
                new Id<SubMerchantRow>(account.OwnerId)
            )
        )!;
        return new(merchant.PartnerId, merchant.Id, account.Currency);
    }
}

/// <summary>Pays out by itself, where the bank has it so.</summary>
public sealed class DailyPayouts(
    PayoutRuns runs,
    SettlementOptions options,
    ServerMode mode,
    TimeProvider time,
    ILogger<DailyPayouts> log
) : PeriodicWorker(TimeSpan.FromMinutes(10), time, log)
{
    private readonly SteadyClock clock = new(time);
    private readonly bool paysOut = options.PaysOutDaily(mode);

    /// <summary>Settles what is due in a world, if the server does that by itself.</summary>
    public Task RunOnceAsync(World world) => paysOut ? runs.RunAsync(world) : Task.CompletedTask;

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        clock.IsSteady() && paysOut ? runs.RunAsync() : Task.CompletedTask;
}
