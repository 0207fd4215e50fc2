namespace OpenBanking;

/// <summary>Asks a sandbox server for a sandbox of one's own.</summary>
public sealed record SandboxSignUpRequest
{
    /// <summary>The company's name, 1–64 characters.</summary>
    public required string PartnerName { get; init; }
}

/// <summary>A new sandbox: a bank of its own, with made-up persons, their cards and one coupon campaign.</summary>
public sealed record SandboxSignUp : ResponseObject
{
    /// <summary>The partner, <c>prt_…</c>.</summary>
    public required string PartnerId { get; init; }

    /// <summary>The sandbox's number.</summary>
    public required string SandboxId { get; init; }

    /// <summary>What apps are registered with (RFC 7591 §3); shown once.</summary>
    public required string InitialAccessToken { get; init; }

    /// <summary>The page with the messages that would have gone to phones.</summary>
    public required string MessagesUrl { get; init; }

    /// <summary>The page with the made-up persons and cards.</summary>
    public required string PersonsUrl { get; init; }

    /// <summary>The partner and the sandbox; not the initial access token.</summary>
    private protected override string Describe() => $"{PartnerId}, sandbox {SandboxId}";
}

/// <summary>A message that would have gone to a phone.</summary>
public sealed record SandboxMessage : ResponseObject
{
    /// <summary>To which number.</summary>
    public required string Mobile { get; init; }

    /// <summary>What it says.</summary>
    public required string Text { get; init; }

    /// <summary>When it was sent.</summary>
    public required DateTimeOffset SentAt { get; init; }
}

/// <summary>A made-up person that the sandbox's identity verification knows.</summary>
public sealed record SandboxPerson : ResponseObject
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The resident ID number: valid by its check digit, of an area code that does not exist.</summary>
    public required string IdNumber { get; init; }

    /// <summary>The mobile number.</summary>
    public required string Mobile { get; init; }

    /// <summary>The card.</summary>
    public required string CardNumber { get; init; }

    /// <summary>The card's bank.</summary>
    public required string CardBank { get; init; }
}

/// <summary>What the bank is to take of a partner's payments in its sandbox, from today on.</summary>
public sealed record SetSandboxFeesRequest
{
    /// <summary>The rate in hundredths of a percent of what is captured, 0 to 10,000; 0 without a minimum ends the fee.</summary>
    public required int BasisPoints { get; init; }

    /// <summary>The least that a payment costs, though never more than what was captured of it; nothing by default.</summary>
    public Money? Minimum { get; init; }

    /// <summary>The most that a payment costs, no less than the minimum; no limit by default.</summary>
    public Money? Cap { get; init; }

    /// <summary>Whether refunds give the fee back in proportion; <c>true</c> by default.</summary>
    public bool? Refunded { get; init; }
}

/// <summary>What the bank takes of a partner's payments in its sandbox. Payments that are there keep the terms they were made
/// under; one that waits for its customer is made when it is confirmed.</summary>
public sealed record SandboxFees : ResponseObject
{
    /// <summary>The rate in hundredths of a percent of what is captured.</summary>
    public required int BasisPoints { get; init; }

    /// <summary>The least that a payment costs.</summary>
    public required Money Minimum { get; init; }

    /// <summary>The most that a payment costs; absent when there is no limit.</summary>
    public Money? Cap { get; init; }

    /// <summary>Whether refunds give the fee back in proportion.</summary>
    public required bool Refunded { get; init; }

    /// <summary>The business day (Asia/Shanghai) of the sandbox from which on they count.</summary>
    public required DateOnly From { get; init; }
}

/// <summary>How far the clock of a partner's sandbox is to go ahead. It never goes back.</summary>
public sealed record AdvanceSandboxClockRequest
{
    /// <summary>By how many seconds, 1 to 34,560,000 (400 days); in all the clock may be ten years of 365 days ahead of real
    /// time.</summary>
    public required long AdvanceSeconds { get; init; }
}

/// <summary>What time it is in a partner's sandbox: business days, and when payments, payouts and the like are made, end and run
/// out. Tokens, proofs, events and webhooks are by real time.</summary>
public sealed record SandboxTime : ResponseObject
{
    /// <summary>The sandbox's time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>How many seconds it is ahead of real time; 0 where it was never moved.</summary>
    public required long AheadSeconds { get; init; }
}
