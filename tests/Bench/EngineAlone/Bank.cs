using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>What callers came to.</summary>
internal sealed record Paid(int Count, double PerSecond, double Mean, double P50, double P99);

/// <summary>A bank of benchmark customers on one store, with an engine of its own.</summary>
internal sealed class Bank : IDisposable
{
    private const int CouponsPerSecond = 4_000;

    private readonly Store store;
    private readonly Ids ids = new(TimeProvider.System);

    private Bank(StorageOptions options, string folder, EngineLimits limits)
    {
        store = Stores.Open(options, folder, TimeProvider.System);
        Engine = new(
            store,
            ids,
            TimeProvider.System,
            [new LedgerInvariant()],
            limits,
            new RuleData(LimitFile.Load(null, BusinessCalendar.DateOf(TimeProvider.System.GetUtcNow()))),
            NullLogger<Engine>.Instance,
            new AuditRecorder()
        );
        Data = new(ids);
    }

    public Engine Engine { get; }

    public BankData Data { get; }

    /// <summary>A new bank with so many customers.</summary>
    public static async Task<Bank> OpenAsync(
        StorageOptions options,
        string folder,
        int customers,
        EngineLimits? limits = null
    )
    {
        var bank = new Bank(options, folder, limits ?? new());
        await bank.Data.WriteAsync(bank.Engine, customers);
        return bank;
    }

    /// <summary>One more node of a bank that is there, with customers of its own choice among the same.</summary>
    public static async Task<Bank> JoinAsync(
        StorageOptions options,
        string folder,
        EngineLimits? limits = null
    )
    {
        var bank = new Bank(options, folder, limits ?? new());
        await bank.Data.ReadAsync(bank.store);
        return bank;
    }

    /// <summary>Hands out the coupons that a while of payments takes.</summary>
    public Task PrepareAsync(double seconds) =>
        Data.HandOutCouponsAsync(Engine, (int)(seconds * CouponsPerSecond));

    /// <summary>Pays for a while with so many callers.</summary>
    /// <param name="holding">Whether each payment is held first and then captured; the two count as one.</param>
    public async Task<Paid> PayForAsync(int callers, double seconds, bool holding = false)
    {
        await PrepareAsync(seconds);
        var started = Stopwatch.GetTimestamp();
        var latencies = await new PaymentCallers(Engine, Data, ids, holding).PayForAsync(
            callers,
            TimeSpan.FromSeconds(seconds)
        );
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(
            latencies.Length,
            latencies.Length / elapsed,
            latencies.Average(),
            latencies[latencies.Length / 2],
            latencies[(int)(latencies.Length * 0.99)]
        );
    }

    /// <summary>Pays so many orders.</summary>
    public async Task PayAsync(int callers, int count)
    {
        const int atOnce = 20_000;
        for (var left = count; left > 0; left -= atOnce)
        {
            await Data.HandOutCouponsAsync(Engine, Math.Min(left, atOnce) / PaymentCallers.CouponEvery);
            await new PaymentCallers(Engine, Data, ids).PayAsync(callers, Math.Min(left, atOnce));
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        store.Dispose();
    }
}
