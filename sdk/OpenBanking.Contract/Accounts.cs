namespace OpenBanking;

/// <summary>An e-account 电子账户 of the customer who gave the consent.</summary>
public sealed record Account : ResponseObject
{
    /// <summary><c>acct_…</c>; another partner sees another id for the same account.</summary>
    public required string Id { get; init; }

    /// <summary>The holder, <c>cus_…</c>; another partner sees another id for the same person.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Its class by the central bank's rules.</summary>
    public required AccountType Type { get; init; }

    /// <summary>Where the account stands.</summary>
    public required AccountStatus Status { get; init; }

    /// <summary>The account number with all but its last four digits masked.</summary>
    public required string MaskedNumber { get; init; }

    /// <summary>The bound card 绑定账户 that money comes from and goes back to: of several the one that the customer has
    /// chosen, which <c>account.bound_card_changed</c> tells.</summary>
    public required BoundCard BoundCard { get; init; }

    /// <summary>The balance; absent when the consent does not hold <c>read_balances</c>.</summary>
    public Balance? Balance { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset OpenedAt { get; init; }
}

/// <summary>What is on an e-account.</summary>
public sealed record Balance : ResponseObject
{
    /// <summary>What can be spent.</summary>
    public required Money Available { get; init; }

    /// <summary>What is held for payments not captured yet.</summary>
    public required Money Held { get; init; }
}

/// <summary>The card an e-account is bound to.</summary>
public sealed record BoundCard : ResponseObject
{
    /// <summary><c>card_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The issuing bank's name.</summary>
    public required string Bank { get; init; }

    /// <summary>The card number with all but its last four digits masked.</summary>
    public required string MaskedNumber { get; init; }
}

/// <summary>One line of an e-account's statement.</summary>
public sealed record Transaction : ResponseObject
{
    /// <summary><c>ent_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What it came from.</summary>
    public required TransactionKind Kind { get; init; }

    /// <summary>What moved: positive in, negative out.</summary>
    public required Money Amount { get; init; }

    /// <summary>The available balance right after it.</summary>
    public required Money BalanceAfter { get; init; }

    /// <summary>The payment, refund or top-up it belongs to; absent when that is another app's or the
    /// customer's own.</summary>
    public string? SourceId { get; init; }

    /// <summary>The bank's business day, in Asia/Shanghai.</summary>
    public required DateOnly BusinessDate { get; init; }

    /// <summary>The instant.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What may still go out of an e-account to anything but its bound card.</summary>
public sealed record SpendingLimits : ResponseObject
{
    /// <summary>The e-account.</summary>
    public required string AccountId { get; init; }

    /// <summary>The business day that is counted, in Asia/Shanghai.</summary>
    public required DateOnly BusinessDate { get; init; }

    /// <summary>The most that may go out at once, where the customer has set such a limit.</summary>
    public Money? PerPaymentLimit { get; init; }

    /// <summary>Of the day: what the central bank's rules allow, or less where the customer has lowered it.</summary>
    public required LimitUse Day { get; init; }

    /// <summary>Of the calendar year, by the central bank's rules.</summary>
    public required LimitUse Year { get; init; }

    /// <summary>What may be on a Type III e-account at any time, with what is held; absent where the rules set no such
    /// limit. A top-up of more than is left fails with <c>account_balance_limit_exceeded</c>; a refund that does not fit goes to the
    /// bound card.</summary>
    public LimitUse? Balance { get; init; }

    /// <summary>Of the payment agreement of the same consent; absent when there is none that lasts.</summary>
    public AgreementLimits? Agreement { get; init; }
}

/// <summary>A limit, and what is left of it.</summary>
public sealed record LimitUse : ResponseObject
{
    /// <summary>The limit.</summary>
    public required Money Limit { get; init; }

    /// <summary>What counts against it: payments and holds, less what came back; of top-ups, those that did not fail; of a
    /// balance, what is there.</summary>
    public required Money Used { get; init; }

    /// <summary>What is left, never less than nothing.</summary>
    public required Money Left { get; init; }

    /// <summary>When it begins anew; absent when it never does.</summary>
    public DateTimeOffset? ResetsAt { get; init; }
}

/// <summary>What is left of a payment agreement.</summary>
public sealed record AgreementLimits : ResponseObject
{
    /// <summary><c>agr_…</c></summary>
    public required string AgreementId { get; init; }

    /// <summary>The most it covers at once.</summary>
    public required Money PerPaymentLimit { get; init; }

    /// <summary>Of the day.</summary>
    public required LimitUse Day { get; init; }

    /// <summary>Of the calendar month; absent without a limit of the month.</summary>
    public LimitUse? Month { get; init; }

    /// <summary>In all.</summary>
    public required LimitUse Total { get; init; }

    /// <summary>Of the day for top-ups, which count beside payments; absent when it allows none.</summary>
    public LimitUse? TopUps { get; init; }
}
