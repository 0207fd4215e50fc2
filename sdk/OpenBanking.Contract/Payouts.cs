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

    /// <summary>What is paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>The last business day (Asia/Shanghai) that it settles; it settles all days since the payout before.</summary>
    public required DateOnly Through { get; init; }

    /// <summary>What was left over from before, a payout that failed included; negative when more was given back than
    /// earned.</summary>
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
