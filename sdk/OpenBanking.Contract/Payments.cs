using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Pays an order from a customer's e-account: under a payment agreement, or after the customer has confirmed it on
/// the bank's page.</summary>
public sealed record CreatePaymentRequest
{
    /// <summary>The partner's own order number: 1–64 of <c>A–Z a–z 0–9 . _ : -</c>. At most one payment
    /// of an app may be live for an order number.</summary>
    public required string OrderNo { get; init; }

    /// <summary>The price of the order, before any coupon. More than zero.</summary>
    public required Money Amount { get; init; }

    /// <summary>The agreement (免密支付协议) that covers the payment, <c>agr_…</c>. Without one the customer confirms the
    /// payment: it is <see cref="PaymentStatus.RequiresAction"/> until then.</summary>
    public string? AgreementId { get; init; }

    /// <summary>With an agreement: what becomes of a payment that it does not cover; <see cref="ConfirmationMode.Never"/>
    /// when absent.</summary>
    public ConfirmationMode? Confirmation { get; init; }

    /// <summary>Without an agreement: the customer who is to confirm, <c>cus_…</c>, and nobody else; whoever has the link
    /// when absent. With a coupon it is the coupon's customer anyway.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Where the bank's page leads back to, with <c>payment_id</c> and <c>status</c> added: one of the app's
    /// registered redirect addresses, letter by letter. Only for a payment that may have to be confirmed.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>A coupon of this customer to redeem with the payment, <c>cpn_…</c>.</summary>
    public string? CouponId { get; init; }

    /// <summary>The merchant that the whole payment is for, <c>sub_…</c>; this partner itself when absent.</summary>
    public string? SubMerchantId { get; init; }

    /// <summary>In the place of <see cref="SubMerchantId"/>: how the price is split. One to twenty parts, each of somebody
    /// else, that together are <see cref="Amount"/>.</summary>
    public IReadOnlyList<Split>? Splits
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>What the customer bought, as the statement shows it; at most 128 characters.</summary>
    public string? Description { get; init; }

    /// <summary>The scene 场景 the customer buys in, one of <see cref="Scenes"/>. The scene that the app is registered with when absent.
    /// An agreement may cover some scenes only.</summary>
    public string? Scene { get; init; }

    /// <summary>The app's own id of the browser or device the customer uses, the same each time: 1–128 visible ASCII
    /// characters, and no name or number of a person. The bank keeps a keyed hash of it, and counts payments by it; leave it
    /// out for a payment while the customer is away.</summary>
    public string? DeviceId { get; init; }

    /// <summary>Whether the money is taken at once or held first; <see cref="CaptureMethod.Automatic"/> when
    /// absent.</summary>
    public CaptureMethod? CaptureMethod { get; init; }

    /// <summary>With <see cref="CaptureMethod.Manual"/>: when the hold ends by itself. Later than now, and at most 30
    /// days away; seven days away when absent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A part of a payment or of a refund.</summary>
public sealed record Split
{
    /// <summary>The merchant, <c>sub_…</c>; this partner itself when absent.</summary>
    public string? SubMerchantId { get; init; }

    /// <summary>How much. More than zero.</summary>
    public required Money Amount { get; init; }
}

/// <summary>A part of a payment, and what became of it.</summary>
public sealed record PaymentSplit : ResponseObject
{
    /// <summary>The merchant; absent for this partner's own part.</summary>
    public string? SubMerchantId { get; init; }

    /// <summary>Its part of the price.</summary>
    public required Money Amount { get; init; }

    /// <summary>Its part of what was captured.</summary>
    public required Money CapturedAmount { get; init; }

    /// <summary>How much of that was given back.</summary>
    public required Money RefundedAmount { get; init; }

    /// <summary>What the bank took of its settlement; absent when no fee had been agreed.</summary>
    public Money? FeeAmount { get; init; }

    /// <summary>How much of that refunds gave back; absent when no fee had been agreed.</summary>
    public Money? FeeRefundedAmount { get; init; }
}

/// <summary>What a part of a payment gave back in a refund.</summary>
public sealed record RefundSplit : ResponseObject
{
    /// <summary>The merchant; absent for this partner's own part.</summary>
    public string? SubMerchantId { get; init; }

    /// <summary>How much of the price.</summary>
    public required Money Amount { get; init; }

    /// <summary>How much of the bank's fee came back to it; absent when no fee had been agreed.</summary>
    public Money? FeeAmount { get; init; }
}

/// <summary>Takes all or a part of what is held for an authorized payment.</summary>
public sealed record CapturePaymentRequest
{
    /// <summary>How much of the price to take; all that is left of it when absent.</summary>
    public Money? Amount { get; init; }

    /// <summary>Whether this is the last capture, which gives back what is still held. <c>true</c> when absent; a capture
    /// of all that is left is the last one whatever stands here.</summary>
    public bool? Final { get; init; }
}

/// <summary>Gives back what is still held for an authorized payment, or ends one that the customer has not
/// confirmed.</summary>
public sealed record CancelPaymentRequest;

/// <summary>A payment 支付 from an e-account to a partner.</summary>
public sealed record Payment : ResponseObject
{
    /// <summary><c>pay_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The partner's order number.</summary>
    public required string OrderNo { get; init; }

    /// <summary>Where the payment stands. A decline is a status, never an HTTP error.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>Why the payment failed, or was canceled by the customer: one of <see cref="DeclineCodes"/>; absent
    /// otherwise.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>What has to happen before it goes on; absent unless it is
    /// <see cref="PaymentStatus.RequiresAction"/>.</summary>
    public NextAction? NextAction { get; init; }

    /// <summary>The price of the order.</summary>
    public required Money Amount { get; init; }

    /// <summary>The part the bank's campaign paid. While the payment waits for its customer or is authorized: would pay if all of it
    /// were captured. Nothing of a payment that came to nothing.</summary>
    public required Money DiscountAmount { get; init; }

    /// <summary>The part the customer paid. While the payment waits for its customer or is authorized: would pay if all of it were
    /// captured. Nothing of a payment that came to nothing.</summary>
    public required Money CustomerAmount { get; init; }

    /// <summary>How much of the price was taken: the sum of the captures.</summary>
    public required Money CapturedAmount { get; init; }

    /// <summary>How much of the price was given back so far.</summary>
    public required Money RefundedAmount { get; init; }

    /// <summary>How much of the price a refund may give back now; nothing while more may be captured.</summary>
    public required Money RefundableAmount { get; init; }

    /// <summary>What the bank took of the partner's settlement for what was captured so far, by the terms that held when
    /// the payment was made; nothing where it was agreed that it costs nothing. Absent when no fee had been agreed, and of a
    /// payment that waits for its customer or has failed: one that is confirmed is made when it is confirmed.</summary>
    public Money? FeeAmount { get; init; }

    /// <summary>How much of the fee refunds gave back; absent when no fee had been agreed.</summary>
    public Money? FeeRefundedAmount { get; init; }

    /// <summary>The parts of it; absent when it goes whole to this partner.</summary>
    public IReadOnlyList<PaymentSplit>? Splits
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><see cref="CaptureMethod.Manual"/> when the money was held first; absent when it was taken at
    /// once.</summary>
    public CaptureMethod? CaptureMethod { get; init; }

    /// <summary>How much of the customer's money is still held, until the hold ends and what was not captured comes back.
    /// Absent for a payment that takes the money at once.</summary>
    public Money? HeldAmount { get; init; }

    /// <summary>When the hold ends by itself, or would have ended. Absent for a payment that takes the money at once.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The agreement it was paid under; absent when the customer confirmed it, or is to.</summary>
    public string? AgreementId { get; init; }

    /// <summary>The e-account it was paid from, once that is known; another partner sees another id for the same
    /// account.</summary>
    public string? AccountId { get; init; }

    /// <summary>The customer, once that is known; another partner sees another id for the same person.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The coupon that was to be redeemed with it.</summary>
    public string? CouponId { get; init; }

    /// <summary>What the customer bought.</summary>
    public string? Description { get; init; }

    /// <summary>The scene the customer bought in; absent when the request named none.</summary>
    public string? Scene { get; init; }

    /// <summary>When it was decided; of one that the customer has not confirmed, when it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What has to happen before a payment goes on.</summary>
public sealed record NextAction : ResponseObject
{
    /// <summary>What it is.</summary>
    public required NextActionType Type { get; init; }

    /// <summary>The bank's page where the customer confirms: send the browser there, or show the address as a QR
    /// code.</summary>
    public required string ConfirmationUrl { get; init; }

    /// <summary>Until when; then the payment is <see cref="PaymentStatus.Expired"/>.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>What became of one order number.</summary>
public sealed record Order : ResponseObject
{
    /// <summary>The partner's order number.</summary>
    public required string OrderNo { get; init; }

    /// <summary>How often a payment was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>The last payment tried: the live one, if there is one. Absent for an order number that was closed before any
    /// payment was tried.</summary>
    public Payment? LastPayment { get; init; }

    /// <summary>Since when no payment is taken for it any more; absent unless it was closed.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
}

/// <summary>An order number that no payment is taken for any more.</summary>
public sealed record ClosedOrder : ResponseObject
{
    /// <summary>The partner's order number.</summary>
    public required string OrderNo { get; init; }

    /// <summary>When it was closed.</summary>
    public required DateTimeOffset ClosedAt { get; init; }

    /// <summary>The last payment tried, which says for good whether the order was paid; absent when none was.</summary>
    public Payment? LastPayment { get; init; }
}

/// <summary>Gives back all or a part of a captured payment.</summary>
public sealed record CreateRefundRequest
{
    /// <summary>The payment, <c>pay_…</c>.</summary>
    public required string PaymentId { get; init; }

    /// <summary>How much of the price to give back; everything that is left when absent.</summary>
    public Money? Amount { get; init; }

    /// <summary>Which parts of a split payment give back how much: they together are <see cref="Amount"/>, which may then be
    /// absent. When absent each part gives back its share of what it got.</summary>
    public IReadOnlyList<Split>? Splits
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>Why, for the customer's statement; at most 128 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>A refund 退款. Customer and campaign get back their shares of what each one paid.</summary>
public sealed record Refund : ResponseObject
{
    /// <summary><c>rfd_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The payment it gives back.</summary>
    public required string PaymentId { get; init; }

    /// <summary>The order number of that payment.</summary>
    public required string OrderNo { get; init; }

    /// <summary>Where the refund stands.</summary>
    public required RefundStatus Status { get; init; }

    /// <summary>How much of the price was given back.</summary>
    public required Money Amount { get; init; }

    /// <summary>The customer's share.</summary>
    public required Money CustomerAmount { get; init; }

    /// <summary>The campaign's share.</summary>
    public required Money DiscountAmount { get; init; }

    /// <summary>How much of the bank's fee came back to the partner's settlement: in proportion, rounded down over all
    /// refunds, or nothing where the fee is kept. Absent when no fee had been agreed.</summary>
    public Money? FeeAmount { get; init; }

    /// <summary>What each part of a split payment gave back; absent for any other.</summary>
    public IReadOnlyList<RefundSplit>? Splits
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>Whether the coupon went back into the customer's wallet: only a full refund gives it back,
    /// and only while it is valid.</summary>
    public required bool CouponReturned { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Brings money from the bound card to the e-account, under an agreement that allows it.</summary>
public sealed record CreateTopUpRequest
{
    /// <summary>The agreement, <c>agr_…</c>; it must allow top-ups.</summary>
    public required string AgreementId { get; init; }

    /// <summary>How much. More than zero, and within the agreement's limits.</summary>
    public required Money Amount { get; init; }
}

/// <summary>A top-up 充值 from the bound card.</summary>
public sealed record TopUp : ResponseObject
{
    /// <summary><c>top_…</c></summary>
    public required string Id { get; init; }

    /// <summary>Where the top-up stands.</summary>
    public required TopUpStatus Status { get; init; }

    /// <summary>Why it failed, one of <see cref="DeclineCodes"/>; absent otherwise.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>How much.</summary>
    public required Money Amount { get; init; }

    /// <summary>The agreement it was asked under.</summary>
    public required string AgreementId { get; init; }

    /// <summary>The e-account it goes to.</summary>
    public required string AccountId { get; init; }

    /// <summary>The bound card it comes from.</summary>
    public required string CardId { get; init; }

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the card's bank answered.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
}
