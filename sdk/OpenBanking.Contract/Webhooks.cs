using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Asks for events to be posted to an address of the partner.</summary>
public sealed record CreateWebhookEndpointRequest
{
    /// <summary>An https address; on a sandbox server that listens on loopback alone also http on loopback.</summary>
    public required string Url { get; init; }

    /// <summary>Which of <see cref="EventTypes"/> are wanted, one or more; all of them when absent.</summary>
    public IReadOnlyList<string>? Events
    {
        get;
        init => field = Listed.Of(value);
    }
}

/// <summary>An address that events are posted to.</summary>
public sealed record WebhookEndpoint : ResponseObject
{
    /// <summary><c>whe_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The address.</summary>
    public required string Url { get; init; }

    /// <summary>The event types wanted; empty means all.</summary>
    public required IReadOnlyList<string> Events
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>enabled</c>, or <c>disabled</c> after the receiver answered 410 Gone.</summary>
    public required string Status { get; init; }

    /// <summary>The signing secret, <c>whsec_…</c>; shown once, in the answer that created the endpoint.</summary>
    public string? Secret { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The id, the address and the status; not the secret.</summary>
    private protected override string Describe() => $"{Id} {Url} {Status}";
}

/// <summary>Something that happened, as webhooks carry it. Thin on purpose: read the object for the rest.</summary>
public sealed record WebhookEvent : ResponseObject
{
    /// <summary><c>evt_…</c>; the same in every delivery of the event, so keep it to see duplicates.</summary>
    public required string Id { get; init; }

    /// <summary>One of <see cref="EventTypes"/>, or a newer one.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The version of the API the event is written in.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>Grows with every change of the same object: an event with a lower one is older news.</summary>
    public required long Sequence { get; init; }

    /// <summary>What it happened to.</summary>
    public required WebhookEventData Data { get; init; }
}

/// <summary>The objects an event is about, and where the first of them stands now.</summary>
public sealed record WebhookEventData : ResponseObject
{
    /// <summary>The new state of the object the event is named after.</summary>
    public required string Status { get; init; }

    /// <summary>The payment.</summary>
    public string? PaymentId { get; init; }

    /// <summary>The partner's order number.</summary>
    public string? OrderNo { get; init; }

    /// <summary>The refund.</summary>
    public string? RefundId { get; init; }

    /// <summary>The top-up.</summary>
    public string? TopUpId { get; init; }

    /// <summary>The payout.</summary>
    public string? PayoutId { get; init; }

    /// <summary>The merchant that a payout is to; absent when it is to the partner itself.</summary>
    public string? SubMerchantId { get; init; }

    /// <summary>The coupon.</summary>
    public string? CouponId { get; init; }

    /// <summary>The e-account.</summary>
    public string? AccountId { get; init; }

    /// <summary>The application for an e-account.</summary>
    public string? ApplicationId { get; init; }

    /// <summary>Why the application came to nothing, one of <see cref="ApplicationReasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The consent.</summary>
    public string? ConsentId { get; init; }

    /// <summary>The bound card.</summary>
    public string? CardId { get; init; }

    /// <summary>The customer.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Why it failed, one of <see cref="DeclineCodes"/>; of a payout one of
    /// <see cref="PayoutDeclineCodes"/>.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>How much of a payment that was held first is captured by now, all captures together.</summary>
    public Money? CapturedAmount { get; init; }
}

/// <summary>The event types: object and new state.</summary>
public static class EventTypes
{
    /// <summary>An application for an e-account was taken in.</summary>
    public const string AccountApplicationCreated = "account_application.created";

    /// <summary>The card's bank is asked who the applicant is.</summary>
    public const string AccountApplicationIdentityVerifying = "account_application.identity_verifying";

    /// <summary>A small amount was sent to the applicant's card: they have to say how much came.</summary>
    public const string AccountApplicationDepositPending = "account_application.deposit_pending";

    /// <summary>The applicant is not who they say, or the card is not theirs.</summary>
    public const string AccountApplicationIdentityFailed = "account_application.identity_failed";

    /// <summary>The applicant has to confirm by one-time code.</summary>
    public const string AccountApplicationOtpPending = "account_application.otp_pending";

    /// <summary>The code was entered wrong too often.</summary>
    public const string AccountApplicationOtpFailed = "account_application.otp_failed";

    /// <summary>An application was not finished in time.</summary>
    public const string AccountApplicationExpired = "account_application.expired";

    /// <summary>The applicant has an e-account.</summary>
    public const string AccountApplicationOpened = "account_application.opened";

    /// <summary>The bank opens no e-account.</summary>
    public const string AccountApplicationRejected = "account_application.rejected";

    /// <summary>An e-account was opened.</summary>
    public const string AccountOpened = "account.opened";

    /// <summary>An e-account can be used.</summary>
    public const string AccountActive = "account.active";

    /// <summary>An e-account was frozen, by the bank or after its customer reported a loss: nothing goes out of it until the
    /// bank frees it. What is held may be captured.</summary>
    public const string AccountFrozen = "account.frozen";

    /// <summary>The bank freed an e-account that it had frozen; its status says whether it can be used.</summary>
    public const string AccountUnfrozen = "account.unfrozen";

    /// <summary>Nothing has moved on an e-account for six months: nothing goes out of it until the customer wakes it, which
    /// <c>account.active</c> tells.</summary>
    public const string AccountDormant = "account.dormant";

    /// <summary>The customer closes an e-account: nothing goes out of it but the rest, to the bound card. If the card's bank
    /// refuses that, <c>account.active</c> tells.</summary>
    public const string AccountClosing = "account.closing";

    /// <summary>An e-account is closed; its consents ended with it.</summary>
    public const string AccountClosed = "account.closed";

    /// <summary>The customer chose another card of an e-account: from now on top-ups come from it, and what leaves the e-account
    /// for a card goes to it.</summary>
    public const string AccountBoundCardChanged = "account.bound_card_changed";

    /// <summary>An e-account of Type III has become one of Type II, at its customer's wish; its limits are those of Type II from now
    /// on, and its id is the same.</summary>
    public const string AccountUpgraded = "account.upgraded";

    /// <summary>A customer agreed.</summary>
    public const string ConsentAuthorized = "consent.authorized";

    /// <summary>A consent was taken back; its agreement stopped with it.</summary>
    public const string ConsentRevoked = "consent.revoked";

    /// <summary>A part of a consent was given back; the tokens it had given ended.</summary>
    public const string ConsentNarrowed = "consent.narrowed";

    /// <summary>A consent has run out; its agreement ended with it.</summary>
    public const string ConsentExpired = "consent.expired";

    /// <summary>A top-up was asked of the card's bank.</summary>
    public const string TopUpProcessing = "top_up.processing";

    /// <summary>The money of a top-up came; what its account had no room for has gone on to the bound card.</summary>
    public const string TopUpSucceeded = "top_up.succeeded";

    /// <summary>A top-up was refused.</summary>
    public const string TopUpFailed = "top_up.failed";

    /// <summary>A coupon was issued.</summary>
    public const string CouponIssued = "coupon.issued";

    /// <summary>A coupon is held for an authorized payment.</summary>
    public const string CouponHeld = "coupon.held";

    /// <summary>A coupon was used.</summary>
    public const string CouponRedeemed = "coupon.redeemed";

    /// <summary>A coupon came back with a full refund.</summary>
    public const string CouponReturned = "coupon.returned";

    /// <summary>A coupon that was held is free again; its status says whether it can still be used.</summary>
    public const string CouponReleased = "coupon.released";

    /// <summary>A coupon's time was over before it was used.</summary>
    public const string CouponExpired = "coupon.expired";

    /// <summary>A payment waits for its customer to confirm it.</summary>
    public const string PaymentRequiresAction = "payment.requires_action";

    /// <summary>A payment is held: it can be captured.</summary>
    public const string PaymentAuthorized = "payment.authorized";

    /// <summary>A payment went through; of one that was held first, each capture. Its status is <c>authorized</c> while
    /// more may be captured, and <c>captured_amount</c> is the sum of the captures. It comes once more, with the same
    /// <c>captured_amount</c>, when the hold is canceled or ends by itself after a capture.</summary>
    public const string PaymentCaptured = "payment.captured";

    /// <summary>A hold was given back and nothing of it was captured, or a payment was canceled before it was confirmed:
    /// with a <c>decline_code</c> by the customer.</summary>
    public const string PaymentCanceled = "payment.canceled";

    /// <summary>A hold ended by itself and nothing of it was captured, or a payment was not confirmed in time.</summary>
    public const string PaymentExpired = "payment.expired";

    /// <summary>A payment was declined.</summary>
    public const string PaymentFailed = "payment.failed";

    /// <summary>A part of a payment was given back.</summary>
    public const string PaymentPartiallyRefunded = "payment.partially_refunded";

    /// <summary>All of a payment was given back.</summary>
    public const string PaymentRefunded = "payment.refunded";

    /// <summary>A refund went through.</summary>
    public const string RefundSucceeded = "refund.succeeded";

    /// <summary>A payout was asked of the bank's transfers. All events of payouts go to every app of the partner that has the
    /// scope <c>settlement</c>.</summary>
    public const string PayoutProcessing = "payout.processing";

    /// <summary>A payout was transferred.</summary>
    public const string PayoutSucceeded = "payout.succeeded";

    /// <summary>A payout could not be transferred: <c>decline_code</c> says why, and the next one brings it forward.</summary>
    public const string PayoutFailed = "payout.failed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AccountApplicationCreated,
        AccountApplicationIdentityVerifying,
        AccountApplicationDepositPending,
        AccountApplicationIdentityFailed,
        AccountApplicationOtpPending,
        AccountApplicationOtpFailed,
        AccountApplicationExpired,
        AccountApplicationOpened,
        AccountApplicationRejected,
        AccountOpened,
        AccountActive,
        AccountFrozen,
        AccountUnfrozen,
        AccountDormant,
        AccountClosing,
        AccountClosed,
        AccountBoundCardChanged,
        AccountUpgraded,
        ConsentAuthorized,
        ConsentRevoked,
        ConsentNarrowed,
        ConsentExpired,
        TopUpProcessing,
        TopUpSucceeded,
        TopUpFailed,
        CouponIssued,
        CouponHeld,
        CouponRedeemed,
        CouponReturned,
        CouponReleased,
        CouponExpired,
        PaymentRequiresAction,
        PaymentAuthorized,
        PaymentCaptured,
        PaymentCanceled,
        PaymentExpired,
        PaymentFailed,
        PaymentPartiallyRefunded,
        PaymentRefunded,
        RefundSucceeded,
        PayoutProcessing,
        PayoutSucceeded,
        PayoutFailed,
    ];
}
