using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Tests.Storage.Audit;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>What the bank's core is handed of the ledger.</summary>
public abstract class PostingExportTests<TDatabase> : AuditSuite<TDatabase>, ICoreBankingPostings
    where TDatabase : TestDatabase, new()
{
    private readonly List<IReadOnlyList<PostedTransaction>> calls = [];
    private bool away;

    [Fact]
    public async Task It_gets_every_posting_in_order_again_after_a_failure_and_from_one_process_at_a_time()
    {
        var bank = await DoBusinessAsync();
        await SealAllAsync(Chain);
        var (first, second) = (NewExport(), NewExport());

        away = true;
        Assert.False(await ExportAsync(first));
        Assert.False(await ExportAsync(first));
        Assert.Single(calls);
        Assert.NotNull(
            await PostingExport.FindStuckAsync(Store, new() { OutstandingAfter = default }, Clock.Now)
        );
        Assert.Null(await PostingExport.FindStuckAsync(Store, new(), Clock.Now));

        away = false;
        Clock.Now += TimeSpan.FromSeconds(2);
        Assert.False(await ExportAsync(second));
        Assert.True(await ExportAsync(first));
        Assert.Equal(References(calls[0]), References(calls[1]));
        Assert.Null(
            await PostingExport.FindStuckAsync(Store, new() { OutstandingAfter = default }, Clock.Now)
        );

        await bank.PayAsync(3, 1_00);
        await SealAllAsync(Chain);
        Clock.Now += new OutsideLimits().Lease;
        while (await ExportAsync(second)) { }

        List<PostedTransaction> booked = [.. calls.Skip(1).SelectMany(call => call)];
        Assert.Equal(booked.Count, References(booked).Distinct().Count());
        Assert.Equal(booked.Select(one => one.Position).Order(), booked.Select(one => one.Position));
        Assert.All(booked, one => Assert.Equal(0, one.Lines.Sum(line => line.Amount)));
        var entries = Store.List(LedgerTables.Entries, Rows.World, $"1 = {1}");
        Assert.Equal(entries.Count, booked.Sum(one => one.Lines.Count));
        Assert.Equal(
            entries.Where(entry => entry.BalanceAfter is not null).Sum(entry => entry.Amount),
            booked
                .SelectMany(one => one.Lines)
                .Where(line => line.Account == "customer")
                .Sum(line => line.Amount)
        );
        Assert.Contains(
            booked,
            one => one is { Kind: "refund" } && one.Lines.Any(line => line.Account == "campaign_budget")
        );
    }

    Task ICoreBankingPostings.BookAsync(
        IReadOnlyList<PostedTransaction> transactions,
        CancellationToken cancellationToken
    )
    {
        calls.Add(transactions);
        return away ? throw new TimeoutException("The core is away.") : Task.CompletedTask;
    }

    private static IEnumerable<string> References(IReadOnlyList<PostedTransaction> transactions) =>
        transactions.Select(transaction => transaction.Reference);

    private static Task<bool> ExportAsync(PostingExport export) => export.ExportAsync(CancellationToken.None);

    private PostingExport NewExport() =>
        new(Store, Engine, this, new(), new Ids(Clock), Clock, NullLogger<PostingExport>.Instance);
}
