using System.Text.Json.Serialization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Customers;

/// <summary>A customer 客户 of the bank, one for each resident ID number.</summary>
public sealed record CustomerRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "cus_";

    public required Id<CustomerRow> Id { get; init; }

    /// <summary>Name, ID number and mobile number (<see cref="CustomerProfile"/>), sealed; nothing once they are
    /// erased.</summary>
    public required byte[] Profile { get; init; }

    /// <summary>The payment PIN 支付密码 as a slow hash; null until it is set.</summary>
    public byte[]? PinHash { get; init; }

    public byte[]? PinSalt { get; init; }

    /// <summary>Wrong PINs since the last right one.</summary>
    public int PinFailures { get; init; }

    public DateTimeOffset? PinLockedUntil { get; init; }

    /// <summary>Tells the last wrong PIN and its form from every other; null after a right one.</summary>
    public byte[]? LastWrongPin { get; init; }

    /// <summary>Wrong details of the person (<see cref="PersonRules"/>) since the first of them. The name is from when a PIN alone
    /// was set anew by them.</summary>
    public long ResetFailures { get; init; }

    public DateTimeOffset? ResetFailingSince { get; init; }

    public required int TypeTwoAccounts { get; init; }

    public long TypeThreeAccounts { get; init; }

    /// <summary>When their mobile number was last changed or released, on the business clock: what they applied for before gives
    /// them no number.</summary>
    public DateTimeOffset? MobileChangedAt { get; init; }

    /// <summary>How many passkeys they have.</summary>
    public long Passkeys { get; init; }

    /// <summary>How often all their passkeys ended at once.</summary>
    public long PasskeyEpoch { get; init; }

    /// <summary>How many of their cases wait for the bank's answer.</summary>
    public long OpenCases { get; init; }

    /// <summary>How often they gave or withdrew a consent to a purpose.</summary>
    public long PurposeChoices { get; init; }

    /// <summary>When their profile was erased: they are nobody's customer any more, and the ledger alone knows this
    /// id.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What is known of a person; C2 data, only ever stored sealed.</summary>
/// <param name="Mobile">The number that messages go to; empty when the bank has released it, and they have none.</param>
public sealed record CustomerProfile(string Name, string IdNumber, string Mobile)
{
    [JsonIgnore]
    public bool HasMobile => Mobile.Length > 0;
}

/// <summary>Finds a customer by the blind index of the ID number.</summary>
public sealed record CustomerIdentityRow : VersionedRow
{
    public required string IdNumberIndex { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>When the customer was erased; it finds nobody from then on.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

public readonly record struct IdNumberKey(string IdNumberIndex);

/// <summary>Finds a customer by the blind index of the mobile number.</summary>
public sealed record CustomerMobileRow : VersionedRow
{
    public required string MobileIndex { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>When the customer took another number, the bank released it, or the customer was erased; it finds nobody from then
    /// on.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

public readonly record struct MobileKey(string MobileIndex);

/// <summary>A card 绑定账户 of the customer at another bank, where money comes from and goes back to.</summary>
public sealed record BoundCardRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "card_";

    public required Id<BoundCardRow> Id { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required string Bank { get; init; }

    public required string LastFour { get; init; }

    /// <summary>The card number, sealed.</summary>
    public required byte[] Number { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The account it is bound to; null when a server opened that which knows of no second card, and then it is the
    /// account's default card.</summary>
    public Id<AccountRow>? AccountId { get; init; }

    /// <summary>When the customer removed it.</summary>
    public DateTimeOffset? RemovedAt { get; init; }
}

/// <summary>A one-time code 动态验证码 sent to a mobile number.</summary>
public sealed record OneTimeCodeRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "otc_";

    public required Id<OneTimeCodeRow> Id { get; init; }

    public required string MobileIndex { get; init; }

    /// <summary>A keyed digest of the code.</summary>
    public required byte[] Mac { get; init; }

    public required int Failures { get; init; }

    /// <summary>Tells the last wrong guess and its form from every other; null before the first.</summary>
    public byte[]? LastWrong { get; init; }

    public required bool Used { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>How many codes a mobile number was sent lately; or a browser or an address has asked for, whose index stands
/// where a number's does.</summary>
public sealed record OneTimeCodeRateRow : VersionedRow
{
    public required string MobileIndex { get; init; }

    public required DateTimeOffset WindowStart { get; init; }

    public required int Sent { get; init; }

    public required DateTimeOffset LastSentAt { get; init; }

    /// <summary>Wrong guesses of whatever codes since the first of them; a right one begins anew.</summary>
    public long Failures { get; init; }

    public DateTimeOffset? FailingSince { get; init; }
}

public static class CustomerTables
{
    public static Table<Id<CustomerRow>, CustomerRow> Customers { get; } = new("customer");

    public static Table<IdNumberKey, CustomerIdentityRow> Identities { get; } = new("customer_identity");

    public static Table<MobileKey, CustomerMobileRow> Mobiles { get; } = new("customer_mobile");

    public static Table<Id<BoundCardRow>, BoundCardRow> BoundCards { get; } = new("bound_card");

    public static Table<Id<OneTimeCodeRow>, OneTimeCodeRow> OneTimeCodes { get; } = new("one_time_code");

    public static Table<MobileKey, OneTimeCodeRateRow> OneTimeCodeRates { get; } = new("one_time_code_rate");
}
