using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>outstanding, resolve-transfer and retry-withdrawal: what the bank's staff do about transfers from and to
/// cards, and to partners, that came to no end by themselves.</summary>
public static class TransferCommands
{
    public const string Outstanding = "outstanding";
    public const string Resolve = "resolve-transfer";
    public const string Retry = "retry-withdrawal";

    /// <summary>The outcome that means that the money moved.</summary>
    public const string Done = "done";

    /// <summary>What a transfer can be told to have come to.</summary>
    public static IReadOnlyList<string> Outcomes { get; } =
    [Done, DeclineCodes.CardRefused, DeclineCodes.CardInsufficientFunds];

    /// <summary>Lists what has no answer, and what no account has and a card's bank refused.</summary>
    public static async Task<int> ListOutstandingAsync(this WebApplication app)
    {
        var lines = await ListAsync(app.Services);
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(lines.Count == 0 ? "Nothing is outstanding." : $"{lines.Count} outstanding");
        return 0;
    }

    /// <summary>Books what a person was told.</summary>
    public static async Task<int> ResolveTransferAsync(this WebApplication app, string id, string outcome)
    {
        var line = await ResolveAsync(app.Services, id, outcome);
        Console.WriteLine(line ?? $"There is no transfer {id} without an answer.");
        return line is null ? 1 : 0;
    }

    /// <summary>Asks the card's bank once more to take what it refused.</summary>
    public static async Task<int> RetryWithdrawalAsync(this WebApplication app, string id)
    {
        var line = await RetryAsync(app.Services, id);
        Console.WriteLine(line ?? $"There is no withdrawal {id} whose money waits for its card.");
        return line is null ? 1 : 0;
    }

    public static async Task<IReadOnlyList<string>> ListAsync(IServiceProvider services)
    {
        var store = services.GetRequiredService<Store>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var lines = new List<string>();
        foreach (var (world, intent) in await services.GetRequiredService<OutstandingTransfers>().ListAsync())
        {
            var subject = await SubjectOfAsync(store, world, intent);
            lines.Add(
                $"{intent.Id} in world {world}: {subject}, no answer for {Age(now - intent.CreatedAt)} after "
                    + $"{intent.Attempts} attempts; see {Resolve}"
            );
        }

        if (
            await PostingExport.FindStuckAsync(store, services.GetRequiredService<OutsideLimits>(), now) is
            { } stuck
        )
        {
            lines.Add(
                $"postings to core banking: none booked after position {stuck.Position} for {Age(now - stuck.FailingSince!.Value)} "
                    + $"after {stuck.Attempts} attempts; they go on by themselves once it takes them"
            );
        }

        // The condition of the index, word for word: what no account has.
        var refused = await store.ListAcrossWorldsAsync(
            WithdrawalTables.Withdrawals,
            OutstandingTransfers.MostListed,
            $"state = 3 AND source <> 1 ORDER BY created_at"
        );
        lines.AddRange(
            refused.Select(found =>
                $"{found.Row.Id} in world {found.World}: {new Money(found.Row.Currency, found.Row.Amount)} that no account has, "
                + $"refused since {found.Row.CompletedAt:u} with {found.Row.DeclineCode}; see {Retry}"
            )
        );
        return lines;
    }

    /// <summary>What it came to; null when there is no such transfer without an answer.</summary>
    public static async Task<string?> ResolveAsync(IServiceProvider services, string text, string outcome)
    {
        if (
            !Id<IntentRow>.TryParse(text, out var id)
            || await services.GetRequiredService<OutstandingTransfers>().FindAsync(id)
                is not var (world, intent)
        )
        {
            return null;
        }

        var decline = outcome == Done ? null : outcome;
        Enum state = intent.Kind switch
        {
            IntentKind.DebitCard => await services
                .GetRequiredService<CardDebits>()
                .ResolveAsync(new(world, id), new(intent.SubjectId), decline),
            IntentKind.DebitOwnCard => await services
                .GetRequiredService<OwnCardDebits>()
                .ResolveAsync(new(world, id), new(intent.SubjectId), decline),
            IntentKind.CreditCard => await services
                .GetRequiredService<CardCredits>()
                .ResolveAsync(new(world, id), new(intent.SubjectId), decline),
            IntentKind.SendDeposit => await services
                .GetRequiredService<ApplicationDeposits>()
                .ResolveAsync(new(world, id), new(intent.SubjectId), sent: decline is null),
            IntentKind.SendCardDeposit => await services
                .GetRequiredService<CardDeposits>()
                .ResolveAsync(new(world, id), new(intent.SubjectId), sent: decline is null),
            _ => await services
                .GetRequiredService<SettlementTransfers>()
                .ResolveAsync(new(world, id), new(intent.SubjectId), decline is null),
        };
        return $"resolved: {id} {state}";
    }

    /// <summary>What was asked for; null when there is no such withdrawal to be asked for again.</summary>
    public static async Task<string?> RetryAsync(IServiceProvider services, string text)
    {
        if (
            !Id<WithdrawalRow>.TryParse(text, out var id)
            || await services
                .GetRequiredService<Store>()
                .ListAcrossWorldsAsync(WithdrawalTables.Withdrawals, 1, $"id = {id}")
                is not [var (world, withdrawal)]
        )
        {
            return null;
        }

        var clocks = services.GetRequiredService<WorldClocks>();
        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new RetryWithdrawal(
                    world,
                    await clocks.NowAsync(world),
                    withdrawal,
                    services.GetRequiredService<Ids>().New<IntentRow>(),
                    clocks.RealNow
                )
            );
        return decision is Accepted<WithdrawalRow> ? $"asked again: {id}" : null;
    }

    private static async Task<string> SubjectOfAsync(Store store, World world, IntentRow intent)
    {
        switch (intent.Kind)
        {
            case IntentKind.DebitCard:
                var topUp = (
                    await store.FindAsync(TopUpTables.TopUps, world, new Id<TopUpRow>(intent.SubjectId))
                )!;
                return $"top-up {topUp.Id}, {new Money(topUp.Currency, topUp.Amount)}";
            case IntentKind.DebitOwnCard:
                var ordered = (
                    await store.FindAsync(OwnTopUpTables.TopUps, world, new Id<OwnTopUpRow>(intent.SubjectId))
                )!;
                return $"top-up {ordered.Id}, {new Money(ordered.Currency, ordered.Amount)}";
            case IntentKind.PayOut:
                var payout = (
                    await store.FindAsync(PayoutTables.Payouts, world, new Id<PayoutRow>(intent.SubjectId))
                )!;
                return $"payout {payout.Id}, {new Money(payout.Currency, payout.Amount)}";
            // How much it is nobody has to know but who sees the card's statement.
            case IntentKind.SendDeposit:
                return $"amount to the card of {new Id<AccountApplicationRow>(intent.SubjectId)}";
            case IntentKind.SendCardDeposit:
                return $"amount to a card that is added to {new Id<AccountRow>(intent.SubjectId)}";
            default:
                var withdrawal = (
                    await store.FindAsync(
                        WithdrawalTables.Withdrawals,
                        world,
                        new Id<WithdrawalRow>(intent.SubjectId)
                    )
                )!;
                return $"withdrawal {withdrawal.Id}, {new Money(withdrawal.Currency, withdrawal.Amount)}";
        }
    }

    private static string Age(TimeSpan age) =>
        age.TotalMinutes < 1 ? $"{age.Seconds} s"
        : age.TotalHours < 1 ? $"{age.Minutes} min"
        : $"{(long)age.TotalHours}:{age.Minutes:00} h";
}
