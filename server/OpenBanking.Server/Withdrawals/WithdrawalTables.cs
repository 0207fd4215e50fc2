using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Withdrawals;

public enum WithdrawalState
{
    Processing = 1,
    Succeeded = 2,
    Failed = 3,

    /// <summary>The card's bank did not take it, and the account it was taken from has it again.</summary>
    Returned = 4,
}

public enum WithdrawalSource
{
    /// <summary>An account that is closing.</summary>
    Account = 1,

    /// <summary>What came for an account after it was closed, or would have been more than may be on it.</summary>
    Suspense = 2,

    /// <summary>An account whose customer ordered it. The money is set aside at once.</summary>
    Order = 3,
}

/// <summary>A withdrawal 提现: money on its way to the bound card. It stays where it is, or was set aside, until the card's bank
/// has answered.</summary>
public sealed record WithdrawalRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "wdr_";

    public required Id<WithdrawalRow> Id { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required Id<AccountRow> AccountId { get; init; }

    public required Id<BoundCardRow> CardId { get; init; }

    public required WithdrawalSource Source { get; init; }

    public required WithdrawalState State { get; init; }

    /// <summary>Why it failed.</summary>
    public string? DeclineCode { get; init; }

    public required string Currency { get; init; }

    /// <summary>Nothing, when an account is closed on which nothing is left: then no card's bank is asked.</summary>
    public required long Amount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>In which the customer ordered it, or closed the account, and is told what came of it.</summary>
    public string? Language { get; init; }
}

public static class WithdrawalTables
{
    public static Table<Id<WithdrawalRow>, WithdrawalRow> Withdrawals { get; } = new("withdrawal");
}
