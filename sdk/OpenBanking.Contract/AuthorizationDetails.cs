using System.Text.Json.Serialization;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>One thing an app asks a customer for (RFC 9396, Rich Authorization Requests). The schemas are
/// closed: an unknown type or field is <c>invalid_authorization_details</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AccountOpening), AccountOpening.TypeName)]
[JsonDerivedType(typeof(AccountInformation), AccountInformation.TypeName)]
[JsonDerivedType(typeof(CouponWallet), CouponWallet.TypeName)]
[JsonDerivedType(typeof(PaymentAgreementTerms), PaymentAgreementTerms.TypeName)]
public abstract record AuthorizationDetail
{
    /// <summary>Whether the customer may leave this out and agree to the rest; not when absent.
    /// <c>account_opening</c> is never optional.</summary>
    public bool? Optional { get; init; }
}

/// <summary>Opens an e-account for a customer who has none yet. Gives no right but to be told the outcome.</summary>
public sealed record AccountOpening : AuthorizationDetail
{
    /// <summary>The type on the wire.</summary>
    public const string TypeName = "account_opening";

    /// <summary>The class of account to open: <c>type_ii</c> or <c>type_iii</c>; <c>type_ii</c> when absent. A customer who has
    /// an e-account already links that one, whatever its class.</summary>
    public AccountType? AccountType { get; init; }
}

/// <summary>Reads the customer's e-account.</summary>
public sealed record AccountInformation : AuthorizationDetail
{
    /// <summary>The type on the wire.</summary>
    public const string TypeName = "account_information";

    /// <summary>See the account itself.</summary>
    public const string ReadAccounts = "read_accounts";

    /// <summary>See its balance.</summary>
    public const string ReadBalances = "read_balances";

    /// <summary>See its statement, with the balance after each line.</summary>
    public const string ReadTransactions = "read_transactions";

    /// <summary>What may be read: one or more of the three; all of them when absent. The lines of <c>read_transactions</c> have the
    /// balance after each, also without <c>read_balances</c>.</summary>
    public IReadOnlyList<string>? Actions
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>All that can be read.</summary>
    public static IReadOnlyList<string> AllActions { get; } = [ReadAccounts, ReadBalances, ReadTransactions];
}

/// <summary>Gives the customer coupons and sees those of this app.</summary>
public sealed record CouponWallet : AuthorizationDetail
{
    /// <summary>The type on the wire.</summary>
    public const string TypeName = "coupon_wallet";
}

/// <summary>Pays without asking each time, within limits: also while the customer is away, for parking, rent or a
/// subscription. It is bound to this app, and the customer is sent a message for each payment.</summary>
public sealed record PaymentAgreementTerms : AuthorizationDetail
{
    /// <summary>The type on the wire.</summary>
    public const string TypeName = "payment_agreement";

    /// <summary>The most one payment, or one top-up, may move.</summary>
    public required Money PerPaymentLimit { get; init; }

    /// <summary>The most a day of payments, or a day of top-ups, may move (Asia/Shanghai).</summary>
    public required Money DailyLimit { get; init; }

    /// <summary>The most a calendar month of payments may move (Asia/Shanghai); no limit of the month when
    /// absent.</summary>
    public Money? MonthlyLimit { get; init; }

    /// <summary>The most all payments under the agreement may move.</summary>
    public required Money TotalLimit { get; init; }

    /// <summary>Whether the app may bring money from the bound card.</summary>
    public bool TopUpAllowed { get; init; }

    /// <summary>The scenes 场景 it covers, one or more of <see cref="OpenBanking.Scenes"/>. Every scene of the app when
    /// absent.</summary>
    public IReadOnlyList<string>? Scenes
    {
        get;
        init => field = Listed.Of(value);
    }
}

/// <summary>What was granted, as the token response and the consent show it: the detail that was asked for,
/// with the ids of what it gave access to.</summary>
public sealed record GrantedAuthorization : ResponseObject
{
    /// <summary>The type of the detail.</summary>
    public required string Type { get; init; }

    /// <summary>What may be read, for <c>account_information</c>.</summary>
    public IReadOnlyList<string>? Actions
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The class of the account, for <c>account_opening</c>.</summary>
    public AccountType? AccountType { get; init; }

    /// <summary>The e-account, for all but <c>coupon_wallet</c>.</summary>
    public string? AccountId { get; init; }

    /// <summary>The agreement that was made, for <c>payment_agreement</c>.</summary>
    public string? AgreementId { get; init; }

    /// <summary>The most one payment may move, for <c>payment_agreement</c>.</summary>
    public Money? PerPaymentLimit { get; init; }

    /// <summary>The most a day may move, for <c>payment_agreement</c>.</summary>
    public Money? DailyLimit { get; init; }

    /// <summary>The most a month may move, for <c>payment_agreement</c>; absent without one.</summary>
    public Money? MonthlyLimit { get; init; }

    /// <summary>The most the agreement may move, for <c>payment_agreement</c>.</summary>
    public Money? TotalLimit { get; init; }

    /// <summary>Whether top-ups are allowed, for <c>payment_agreement</c>.</summary>
    public bool? TopUpAllowed { get; init; }

    /// <summary>The scenes it covers, for <c>payment_agreement</c>; absent when it covers every scene of the app.</summary>
    public IReadOnlyList<string>? Scenes
    {
        get;
        init => field = Listed.Of(value);
    }
}
