using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.TopUps;

public enum TopUpState
{
    Processing = 1,
    Succeeded = 2,
    Failed = 3,
}

/// <summary>A top-up 充值 from the bound card.</summary>
public sealed record TopUpRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "top_";

    public required Id<TopUpRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<AgreementRow> AgreementId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required Id<AccountRow> AccountId { get; init; }

    public required Id<BoundCardRow> CardId { get; init; }

    public required TopUpState State { get; init; }

    public string? DeclineCode { get; init; }

    public required string Currency { get; init; }

    public required long Amount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }
}

public static class TopUpTables
{
    public static Table<Id<TopUpRow>, TopUpRow> TopUps { get; } = new("top_up");
}
