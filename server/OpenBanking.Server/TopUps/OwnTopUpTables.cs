using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.TopUps;

public enum OwnTopUpState
{
    Processing = 1,
    Succeeded = 2,
    Failed = 3,

    /// <summary>The card's bank gave the money, and the account does not take it any more: it goes on to the default card.</summary>
    SentBack = 4,
}

/// <summary>A top-up 充值 that a customer ordered: no app asked for it, and no agreement covers it.</summary>
public sealed record OwnTopUpRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "otu_";

    public required Id<OwnTopUpRow> Id { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required Id<AccountRow> AccountId { get; init; }

    public required Id<BoundCardRow> CardId { get; init; }

    public required OwnTopUpState State { get; init; }

    /// <summary>Why it failed.</summary>
    public string? DeclineCode { get; init; }

    public required string Currency { get; init; }

    public required long Amount { get; init; }

    /// <summary>In which the customer ordered it, and is told when the money is not on the account.</summary>
    public required string Language { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }
}

public static class OwnTopUpTables
{
    public static Table<Id<OwnTopUpRow>, OwnTopUpRow> TopUps { get; } = new("own_top_up");
}
