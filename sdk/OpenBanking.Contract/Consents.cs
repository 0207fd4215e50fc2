using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>What a customer allowed an app.</summary>
public sealed record Consent : ResponseObject
{
    /// <summary><c>cns_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The customer; another partner sees another id for the same person.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Where the consent stands.</summary>
    public required ConsentStatus Status { get; init; }

    /// <summary>What was granted.</summary>
    public required IReadOnlyList<GrantedAuthorization> AuthorizationDetails
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>When the customer agreed.</summary>
    public required DateTimeOffset GrantedAt { get; init; }

    /// <summary>When it ends by itself.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was taken back.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>A standing permission to pay without asking each time 免密支付协议, in this app alone. What is left of its
/// limits is in <see cref="AgreementLimits"/>.</summary>
public sealed record PaymentAgreement : ResponseObject
{
    /// <summary><c>agr_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The consent it is part of; it ends with it.</summary>
    public required string ConsentId { get; init; }

    /// <summary>The customer who agreed.</summary>
    public required string CustomerId { get; init; }

    /// <summary>The e-account that pays.</summary>
    public required string AccountId { get; init; }

    /// <summary>Where the agreement stands: as its consent does.</summary>
    public required ConsentStatus Status { get; init; }

    /// <summary>The most one payment, or one top-up, may move.</summary>
    public required Money PerPaymentLimit { get; init; }

    /// <summary>The most a day of payments, or a day of top-ups, may move (Asia/Shanghai).</summary>
    public required Money DailyLimit { get; init; }

    /// <summary>The most a calendar month of payments may move (Asia/Shanghai); absent without a limit of the
    /// month.</summary>
    public Money? MonthlyLimit { get; init; }

    /// <summary>The most all payments under the agreement may move.</summary>
    public required Money TotalLimit { get; init; }

    /// <summary>What payments have moved so far, less what was refunded.</summary>
    public required Money TotalPaid { get; init; }

    /// <summary>What is left of the day for payments.</summary>
    public required LimitUse Day { get; init; }

    /// <summary>What is left of the month for payments; null where the agreement has no limit of one.</summary>
    public LimitUse? Month { get; init; }

    /// <summary>What is left in all.</summary>
    public required LimitUse Total { get; init; }

    /// <summary>Whether the app may bring money from the bound card.</summary>
    public required bool TopUpAllowed { get; init; }

    /// <summary>What is left of the day for top-ups, which count beside payments; absent when it allows none.</summary>
    public LimitUse? TopUps { get; init; }

    /// <summary>The scenes 场景 it covers, of <see cref="OpenBanking.Scenes"/>; absent when it covers every scene of the
    /// app.</summary>
    public IReadOnlyList<string>? Scenes
    {
        get;
        init => field = Listed.Of(value);
    }
}

/// <summary>What is to be left of a consent.</summary>
public sealed record NarrowConsentRequest
{
    /// <summary>Details that were granted, or less of them, in the form they were asked for; at least one.</summary>
    public required IReadOnlyList<AuthorizationDetail> AuthorizationDetails
    {
        get;
        init => field = Listed.Of(value);
    }
}
