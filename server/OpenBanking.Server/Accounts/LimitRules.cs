using System.Text.Json;

namespace OpenBanking.Server.Accounts;

/// <summary>What a class of account may do, in minor units of CNY.</summary>
/// <param name="MostBalance">The most that may be on it at any time; null for no such limit.</param>
/// <param name="CodeAbove">Above this a customer who confirms a payment needs a one-time code beside the PIN.</param>
public sealed record AccountLimits(
    long DailyOutflow,
    long YearlyOutflow,
    int AccountsPerPerson,
    int CardsPerAccount,
    long CodeAbove,
    long? MostBalance = null
);

/// <summary>The central bank's limits as data: a list of rule sets, each in force from its date until the next
/// one's (<c>limit-rules.json</c>).</summary>
public static class LimitRules
{
    private static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private static readonly IReadOnlyList<RuleSet> ruleSets = Load();

    /// <summary>The limits of a class of account on a business day.</summary>
    public static AccountLimits For(string accountType, DateOnly date) => RulesOn(date).Types[accountType];

    /// <summary>Whether there are accounts of a class.</summary>
    public static bool IsKnown(string accountType) =>
        ruleSets.Any(rules => rules.Types.ContainsKey(accountType));

    /// <summary>The age from which a person may open an account here, in years.</summary>
    public static int MinimumAge(DateOnly date) => RulesOn(date).MinimumAge;

    private static RuleSet RulesOn(DateOnly date) =>
        ruleSets.Last(rules => rules.Effective <= date || rules == ruleSets[0]);

    private static IReadOnlyList<RuleSet> Load()
    {
        using var file = typeof(LimitRules).Assembly.GetManifestResourceStream(
            "OpenBanking.Server.Accounts.limit-rules.json"
        )!;
        return [.. JsonSerializer.Deserialize<RuleSet[]>(file, options)!.OrderBy(rules => rules.Effective)];
    }

    private sealed record RuleSet(
        DateOnly Effective,
        string Source,
        int MinimumAge,
        Dictionary<string, AccountLimits> Types
    );
}
