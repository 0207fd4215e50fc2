using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Accounts;

public enum AccountState
{
    PendingActivation = 1,
    Active = 2,

    /// <summary>Nothing goes out, for a reason (<see cref="FreezeReasons"/>).</summary>
    Frozen = 3,

    /// <summary>Nothing has moved for six months: nothing goes out until the customer is verified anew.</summary>
    Dormant = 4,

    /// <summary>What is left is on its way to the bound card.</summary>
    Closing = 5,

    Closed = 6,
}

/// <summary>An e-account 电子账户: what it is, what is on it, and what went out of it today and this year.</summary>
public sealed record AccountRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "acct_";

    public required Id<AccountRow> Id { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>The default card of those that are bound to it: money comes from it and goes back to it.</summary>
    public required Id<BoundCardRow> CardId { get; init; }

    /// <summary>The wire's <see cref="AccountType"/>.</summary>
    public required string Type { get; init; }

    public required AccountState State { get; init; }

    /// <summary>The account number, sealed.</summary>
    public required byte[] Number { get; init; }

    public required string LastFour { get; init; }

    public required string Currency { get; init; }

    public required long Available { get; init; }

    public required long Held { get; init; }

    /// <summary>How many entries the account has: the number of the last line of its statement.</summary>
    public required long Entries { get; init; }

    /// <summary>The business day that <see cref="DayOutflow"/> counts; the year counts <see cref="YearOutflow"/>.</summary>
    public required DateOnly OutflowDay { get; init; }

    public required long DayOutflow { get; init; }

    public required long YearOutflow { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Why it is frozen.</summary>
    public FreezeReasons FrozenFor { get; init; }

    /// <summary>What it is when the freeze is lifted; null when it is not frozen.</summary>
    public AccountState? StateBeneath { get; init; }

    /// <summary>The most that may go out at once, by the customer's wish; null for what the rules allow in a day.</summary>
    public long? PaymentLimit { get; init; }

    /// <summary>The most that may go out in a day, by the customer's wish; null for what the rules allow.</summary>
    public long? DayLimit { get; init; }

    /// <summary>Since when nothing has moved, as far as was looked; null for since it was opened.</summary>
    public DateTimeOffset? IdleSince { get; init; }

    /// <summary>When something last moved on it while it did not sleep; null where nothing did, or before servers wrote it
    /// down.</summary>
    public DateTimeOffset? MovedAt { get; init; }

    /// <summary>What the customer calls it.</summary>
    public string? Nickname { get; init; }

    /// <summary>How many cards are bound to it.</summary>
    public long Cards { get; init; } = 1;
}

/// <summary>What a customer is verified again for.</summary>
public enum VerificationPurpose
{
    /// <summary>To bind one more card to the account.</summary>
    Card = 1,

    /// <summary>To make the account one of Type II.</summary>
    Upgrade = 2,
}

public enum VerificationState
{
    /// <summary>The card's bank is asked.</summary>
    Verifying = 1,

    Done = 2,

    /// <summary>The card's bank said no, or the account was not what it was any more.</summary>
    Refused = 3,
}

/// <summary>The last time that a customer was verified again for something about an account.</summary>
public sealed record AccountVerificationRow : VersionedRow
{
    public required Id<AccountRow> AccountId { get; init; }

    public required VerificationPurpose Purpose { get; init; }

    public required VerificationState State { get; init; }

    /// <summary>Why it came to nothing, one of the refusals of <see cref="OwnCardRules"/>, <see cref="UpgradeRules"/> or
    /// <see cref="VerificationRules"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>How often the card's bank said no, since the first time.</summary>
    public long Failures { get; init; }

    public DateTimeOffset? FailingSince { get; init; }
}

public readonly record struct AccountVerificationKey(Id<AccountRow> AccountId, VerificationPurpose Purpose);

/// <summary>The last small amount that was to prove a card that a customer adds to an account 小额打款验证. As long as it is out, the
/// verification is <see cref="VerificationState.Verifying"/>.</summary>
public sealed record CardDepositRow : VersionedRow
{
    public required Id<AccountRow> AccountId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary><see cref="DepositState.None"/> when it came to nothing.</summary>
    public required DepositState State { get; init; }

    /// <summary>What sends it: an answer to an earlier one changes nothing.</summary>
    public required Id<IntentRow> IntentId { get; init; }

    /// <summary>The card, and whose it is (<see cref="Dashboard.UnprovenCard"/>), sealed; nothing once it is over.</summary>
    public required byte[] Request { get; init; }

    /// <summary>The keyed digest of the amount; null once it is over.</summary>
    public byte[]? Mac { get; init; }

    public int Failures { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public readonly record struct CardDepositKey(Id<AccountRow> AccountId);

public static class AccountTables
{
    public static Table<Id<AccountRow>, AccountRow> Accounts { get; } = new("account");

    public static Table<AccountVerificationKey, AccountVerificationRow> Verifications { get; } =
        new("account_verification");

    public static Table<CardDepositKey, CardDepositRow> CardDeposits { get; } = new("card_deposit");
}
