namespace OpenBanking;

/// <summary>A payout 结算付款 to a partner, or to a merchant that sells through it, and the statement it comes from:
/// <see cref="BroughtForward"/> + <see cref="CapturedAmount"/> − <see cref="RefundedAmount"/> − <see cref="FeeAmount"/> =
/// <see cref="Amount"/> + <see cref="CarriedForward"/>.</summary>
public sealed record Payout : ResponseObject
{
    /// <summary><c>pyo_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The merchant; absent when it is to the partner itself.</summary>
    public string? SubMerchantId { get; init; }

    /// <summary>Where it stands.</summary>
    public required PayoutStatus Status { get; init; }

    /// <summary>Why the transfer failed, one of <see cref="PayoutDeclineCodes"/>; absent unless it did. The money is paid with
    /// the next payout.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>What is paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>The first business day (Asia/Shanghai) that it settles; absent when it settles all days from the first on that the account
    /// has lines of.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The last business day that it settles.</summary>
    public required DateOnly Through { get; init; }

    /// <summary>What was left over from before, a payout that failed included, and what was booked on days that were settled
    /// already; negative when more was given back than earned.</summary>
    public required Money BroughtForward { get; init; }

    /// <summary>What was captured on these days.</summary>
    public required Money CapturedAmount { get; init; }

    /// <summary>What was given back on these days.</summary>
    public required Money RefundedAmount { get; init; }

    /// <summary>What the bank took in fees on these days, less what of them came back.</summary>
    public required Money FeeAmount { get; init; }

    /// <summary>What is left over for the next one: what was given back after these days was not paid.</summary>
    public required Money CarriedForward { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the transfer was answered.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
}

/// <summary>A line of a settlement account: what came to it or went from it. Those of the business days that a
/// <see cref="Payout"/> settles add up to its amounts.</summary>
public sealed record SettlementTransaction : ResponseObject
{
    /// <summary><c>ent_…</c></summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required SettlementTransactionKind Kind { get; init; }

    /// <summary>What moved: positive to the account, negative from it.</summary>
    public required Money Amount { get; init; }

    /// <summary>The payment, of any app of the partner; of a refund and its fee, the one it gave back. Absent for a
    /// payout.</summary>
    public string? PaymentId { get; init; }

    /// <summary>The refund; absent unless it is one, or a fee that came back with one.</summary>
    public string? RefundId { get; init; }

    /// <summary>The payout; absent unless it is one.</summary>
    public string? PayoutId { get; init; }

    /// <summary>The order number of the payment; absent for a payout.</summary>
    public string? OrderNo { get; init; }

    /// <summary>The bank's business day, in Asia/Shanghai.</summary>
    public required DateOnly BusinessDate { get; init; }

    /// <summary>The instant.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One entry of the catalogue of transfers to partners that failed.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Title">What it means.</param>
/// <param name="PartnerAdvice">What the partner can do.</param>
public sealed record PayoutDeclineDefinition(string Code, string Title, string PartnerAdvice);

/// <summary>Why a payout failed. This file is the only source of these codes.</summary>
public static class PayoutDeclineCodes
{
#pragma warning disable CS1591 // The catalogue below says what each code means.
    public const string PayeeAccountUnknown = "payee_account_unknown";
    public const string PayeeAccountClosed = "payee_account_closed";
    public const string PayeeNameMismatch = "payee_name_mismatch";
    public const string TransferRefused = "transfer_refused";
#pragma warning restore CS1591

    /// <summary>The catalogue.</summary>
    public static IReadOnlyList<PayoutDeclineDefinition> Catalogue { get; } =
    [
        new(
            PayeeAccountUnknown,
            "The bank knows no account to transfer to",
            "Tell the bank the settlement account, yours or the merchant's; the money is paid with the next payout."
        ),
        new(
            PayeeAccountClosed,
            "The account to transfer to is closed or takes no money",
            "Give the bank another settlement account; the money is paid with the next payout."
        ),
        new(
            PayeeNameMismatch,
            "The account to transfer to is in another name",
            "Have the account's name and the bank's record of it made the same; the money is paid with the next payout."
        ),
        new(
            TransferRefused,
            "The transfer was refused, and no more is known",
            "Nothing at first: the money is paid with the next payout. Ask the bank when that fails, too."
        ),
    ];
}
