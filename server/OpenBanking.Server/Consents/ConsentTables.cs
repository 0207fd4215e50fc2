using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Consents;

public enum ConsentState
{
    Authorized = 1,
    Revoked = 2,
    Expired = 3,
}

/// <summary>What a customer allowed an app 授权.</summary>
public sealed record ConsentRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "cns_";

    public required Id<ConsentRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required Id<AccountRow> AccountId { get; init; }

    public required ConsentState State { get; init; }

    /// <summary>The scopes, space-separated; empty when its details alone say what is allowed.</summary>
    public required string Scope { get; init; }

    /// <summary>The authorization details that were granted, as JSON.</summary>
    public required string Details { get; init; }

    /// <summary>The agreement it made, if it made one.</summary>
    public Id<AgreementRow>? AgreementId { get; init; }

    public required DateTimeOffset GrantedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Raised when its access tokens end though it lasts: those of an older epoch count for nothing.</summary>
    public long Epoch { get; init; }

    /// <summary>Until when the last of its access tokens that were taken back one by one would have lasted: only so long
    /// is their list looked at.</summary>
    public DateTimeOffset? RevocationsUntil { get; init; }

    /// <summary>When its refresh token was taken back; no more tokens are given under it.</summary>
    public DateTimeOffset? TokensEndedAt { get; init; }

    /// <summary>The business day on which a token was last given under it; null where none was, or before servers noted it.</summary>
    public DateOnly? LastUsedOn { get; init; }
}

/// <summary>A payment agreement 免密支付协议, with what was used of its limits.</summary>
public sealed record AgreementRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "agr_";

    public required Id<AgreementRow> Id { get; init; }

    public required Id<ConsentRow> ConsentId { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required Id<AccountRow> AccountId { get; init; }

    /// <summary>The account's default card when it was made. Top-ups come from what is the default card then.</summary>
    public required Id<BoundCardRow> CardId { get; init; }

    public required ConsentState State { get; init; }

    public required string Currency { get; init; }

    public required long PerPaymentLimit { get; init; }

    public required long DailyLimit { get; init; }

    /// <summary>Null without a limit of the month.</summary>
    public long? MonthlyLimit { get; init; }

    public required long TotalLimit { get; init; }

    public required bool TopUpAllowed { get; init; }

    /// <summary>The scenes it covers, space-separated; null when it covers every scene of the app.</summary>
    public string? Scenes { get; init; }

    /// <summary>The business day the two day counters count; its month is the one that <see cref="MonthPaid"/>
    /// counts.</summary>
    public required DateOnly Day { get; init; }

    public required long DayPaid { get; init; }

    public required long DayToppedUp { get; init; }

    /// <summary>Counted only where there is a limit of the month.</summary>
    public long MonthPaid { get; init; }

    public required long TotalPaid { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The language its customer agreed in, for the messages about what is paid under it; null when that is not
    /// known.</summary>
    public string? Language { get; init; }

    /// <summary>The business day of the newest payment or top-up under it; null where there was none, or before servers noted
    /// it.</summary>
    public DateOnly? LastUsedOn { get; init; }
}

public static class ConsentTables
{
    public static Table<Id<ConsentRow>, ConsentRow> Consents { get; } = new("consent");

    public static Table<Id<AgreementRow>, AgreementRow> Agreements { get; } = new("agreement");
}
