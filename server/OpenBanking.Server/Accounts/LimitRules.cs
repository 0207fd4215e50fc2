using OpenBanking.Server.Engine;

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

/// <summary>Limits as they are from a business day on.</summary>
/// <param name="Source">The notices they come from.</param>
/// <param name="MinimumAge">From which a person may open an account, in years.</param>
/// <param name="Types">Those of each class of account.</param>
public sealed record LimitVersion(
    DateOnly Effective,
    string Source,
    int MinimumAge,
    IReadOnlyDictionary<string, AccountLimits> Types
);

/// <summary>The limits of e-accounts as data: versions, each in force from midnight (Asia/Shanghai) of its date until the next
/// one's. They are the central bank's (<c>limit-rules.json</c>), or what the bank has set in their place
/// (<see cref="LimitFile"/>).</summary>
/// <param name="versions">In the order of their dates.</param>
public sealed class LimitRules(IReadOnlyList<LimitVersion> versions)
{
    /// <summary>The classes of account there are.</summary>
    public static IReadOnlyList<string> KnownTypes { get; } =
    [AccountType.TypeTwo.Value, AccountType.TypeThree.Value];

    /// <summary>Those that a command is decided by.</summary>
    public static LimitRules Of(Book book) => book.Data.Get<LimitRules>();

    /// <summary>Whether there are accounts of a class.</summary>
    public static bool IsKnown(string accountType) => KnownTypes.Contains(accountType);

    /// <summary>The limits of a class of account on a business day.</summary>
    public AccountLimits For(string accountType, DateOnly date) => VersionOn(date).Types[accountType];

    /// <summary>The age from which a person may open an account here, in years.</summary>
    public int MinimumAge(DateOnly date) => VersionOn(date).MinimumAge;

    private LimitVersion VersionOn(DateOnly date) =>
        versions.LastOrDefault(version => version.Effective <= date) ?? versions[0];
}
