namespace OpenBanking;

/// <summary>One entry of the catalogue of refusals.</summary>
/// <param name="Code">The stable code.</param>
/// <param name="Status">The HTTP status it comes with.</param>
/// <param name="Title">What it means.</param>
/// <param name="Advice">What to do.</param>
/// <param name="Retryable">Whether the same request may succeed later.</param>
public sealed record ProblemDefinition(
    string Code,
    int Status,
    string Title,
    string Advice,
    bool Retryable = false
);

/// <summary>Every code a problem can carry. This file is their only source: the server answers from it, the
/// docs page is made from it, and clients compare with its constants.</summary>
public static class ProblemCodes
{
#pragma warning disable CS1591 // The catalogue below says what each code means.
    public const string InvalidJson = "invalid_json";
    public const string InvalidRequest = "invalid_request";
    public const string BodyTooLarge = "body_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string NotFound = "not_found";
    public const string InvalidToken = "invalid_token";
    public const string InvalidProof = "invalid_dpop_proof";
    public const string ProofReused = "dpop_proof_reused";
    public const string ProofNonceRequired = "use_dpop_nonce";
    public const string InsufficientScope = "insufficient_scope";
    public const string IdempotencyKeyRequired = "idempotency_key_required";
    public const string IdempotencyKeyInvalid = "idempotency_key_invalid";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string OrderAlreadyPaid = "order_already_paid";
    public const string OrderClosed = "order_closed";
    public const string AgreementNotActive = "agreement_not_active";
    public const string ConsentNotActive = "consent_not_active";
    public const string ConsentChanged = "consent_changed";
    public const string TopUpNotAllowed = "top_up_not_allowed";
    public const string CustomerNotLinked = "customer_not_linked";
    public const string CouponStockSoldOut = "coupon_stock_sold_out";
    public const string CouponStockNotOpen = "coupon_stock_not_open";
    public const string CouponLimitReached = "coupon_limit_reached";
    public const string PaymentNotCapturable = "payment_not_capturable";
    public const string PaymentNotCancelable = "payment_not_cancelable";
    public const string PaymentNotWaiting = "payment_not_waiting";
    public const string AuthorizationExpired = "authorization_expired";
    public const string CaptureExceedsAuthorization = "capture_exceeds_authorization";
    public const string PaymentNotRefundable = "payment_not_refundable";
    public const string RefundExceedsPayment = "refund_exceeds_payment";
    public const string InsufficientPartnerBalance = "insufficient_partner_balance";
    public const string SubMerchantClosed = "sub_merchant_closed";
    public const string WebhookUrlRefused = "webhook_url_refused";
    public const string WebhookEndpointLimit = "webhook_endpoint_limit";
    public const string InvalidEncryption = "invalid_encryption";
    public const string EncryptionKeyUnknown = "encryption_key_unknown";
    public const string TooManyApplications = "too_many_applications";
    public const string RateLimited = "rate_limited";
    public const string Overloaded = "overloaded";
    public const string AuthorizationServerUnavailable = "authorization_server_unavailable";
    public const string OutcomeUnknown = "outcome_unknown";
    public const string InternalError = "internal_error";
#pragma warning restore CS1591

    /// <summary>The catalogue.</summary>
    public static IReadOnlyList<ProblemDefinition> Catalogue { get; } =
    [
        new(
            InvalidJson,
            400,
            "The body is not valid JSON",
            "Send one JSON document in UTF-8, without duplicate fields and nested at most 32 deep."
        ),
        new(
            InvalidRequest,
            400,
            "A field is missing or wrong",
            "Each entry of errors names a field and what is expected there."
        ),
        new(BodyTooLarge, 413, "The body is too large", "Send at most 256 KiB."),
        new(UnsupportedMediaType, 415, "The content type is not supported", "Send application/json."),
        new(
            MethodNotAllowed,
            405,
            "The method is not allowed here",
            "Use a method that the Allow header names."
        ),
        new(
            NotFound,
            404,
            "There is no such thing",
            "Check the id and that it belongs to this app; what belongs to others looks the same as what does not exist."
        ),
        new(
            InvalidToken,
            401,
            "The access token is not valid",
            "Get a new token. If the customer's consent was revoked, ask the customer again."
        ),
        new(
            InvalidProof,
            401,
            "The DPoP proof is not valid",
            "Send one proof made for this request, with the key the token is bound to (RFC 9449 §4)."
        ),
        new(
            ProofReused,
            401,
            "The DPoP proof was used before",
            "Something sent this request twice, or two requests have one proof: the one before may have been carried out. Send it again "
                + "with a new proof, with a new jti, and the same Idempotency-Key.",
            Retryable: true
        ),
        new(
            ProofNonceRequired,
            401,
            "The DPoP proof needs a fresh nonce",
            "Make a new proof with the nonce of the DPoP-Nonce header and send the request again.",
            Retryable: true
        ),
        new(
            InsufficientScope,
            403,
            "The token does not allow this",
            "Ask for the scope, or for the authorization details, that the route needs."
        ),
        new(
            IdempotencyKeyRequired,
            400,
            "An Idempotency-Key is required",
            "Send an Idempotency-Key header made from the order number, so that a retry cannot act twice."
        ),
        new(
            IdempotencyKeyInvalid,
            400,
            "The Idempotency-Key is not valid",
            "Send one Idempotency-Key of 1–64 visible ASCII characters."
        ),
        new(
            IdempotencyKeyReused,
            422,
            "The Idempotency-Key was used for another request",
            "Send the first request unchanged, or use a new key for a new request."
        ),
        new(
            OrderAlreadyPaid,
            409,
            "The order has a live payment",
            "Read the order: its last payment is the one that counts. A new purchase needs a new order number."
        ),
        new(
            OrderClosed,
            409,
            "The order is closed",
            "Nothing more is paid for this order number: it was closed. Read the order: its last payment says whether it was paid before."
        ),
        new(AgreementNotActive, 403, "The agreement has ended", "Ask the customer for a new agreement."),
        new(ConsentNotActive, 403, "The consent has ended", "Ask the customer for a new consent."),
        new(
            ConsentChanged,
            409,
            "The consent was changed meanwhile",
            "Read the consent, and send what is left."
        ),
        new(
            TopUpNotAllowed,
            403,
            "The agreement does not allow top-ups",
            "Ask the customer for an agreement that allows them."
        ),
        new(
            CustomerNotLinked,
            403,
            "The customer has not linked a coupon wallet",
            "Ask the customer for a consent with coupon_wallet."
        ),
        new(CouponStockSoldOut, 409, "The stock is sold out", "Choose another stock."),
        new(
            CouponStockNotOpen,
            409,
            "The stock is not issuing now",
            "Issue between starts_at and ends_at, while the campaign runs."
        ),
        new(
            CouponLimitReached,
            409,
            "The customer has all coupons the stock allows",
            "Nothing to do: the limit is part of the campaign."
        ),
        new(
            PaymentNotCapturable,
            409,
            "The payment cannot be captured",
            "Read the payment: only an authorized one can be captured, and what is captured or canceled stays so."
        ),
        new(
            PaymentNotCancelable,
            409,
            "The payment cannot be canceled",
            "Read the payment: only one that waits for its customer or is authorized can be canceled. Give a captured one back by a refund."
        ),
        new(
            PaymentNotWaiting,
            409,
            "The payment does not wait for its customer",
            "Read the payment: only one that requires_action is confirmed on the bank's page."
        ),
        new(
            AuthorizationExpired,
            409,
            "The hold has ended",
            "What was captured stays, and the rest is the customer's again. Only if nothing was, try the order with a new attempt, "
                + "and capture before expires_at."
        ),
        new(
            CaptureExceedsAuthorization,
            422,
            "The capture is more than what is left of the hold",
            "Capture at most the price less what was captured before."
        ),
        new(
            PaymentNotRefundable,
            409,
            "The payment cannot be refunded",
            "Only a captured payment with something left can be refunded; finish or cancel an authorized one first."
        ),
        new(
            RefundExceedsPayment,
            422,
            "The refund is more than what is left of the payment",
            "Refund at most what was captured less what was refunded before."
        ),
        new(
            InsufficientPartnerBalance,
            409,
            "The settlement balance does not cover the refund",
            "Wait for further payments, or settle with the bank.",
            Retryable: true
        ),
        new(
            SubMerchantClosed,
            409,
            "A merchant that the payment names is closed",
            "Leave its part out. What it was paid before may still be captured and given back."
        ),
        new(
            WebhookUrlRefused,
            422,
            "The webhook address is refused",
            "Use an https address that resolves to public addresses only."
        ),
        new(WebhookEndpointLimit, 409, "The app has all webhook endpoints it may have", "Delete one first."),
        new(
            InvalidEncryption,
            400,
            "The encrypted field cannot be read",
            "Encrypt it as a compact JWE with ECDH-ES+A256KW, A256CBC-HS512 and cty application/json, as the SDK does; "
                + "errors says what is wrong."
        ),
        new(
            EncryptionKeyUnknown,
            400,
            "The key it was encrypted to is not in use",
            "Read /v1/encryption-keys again and encrypt to the key there, as the SDK does."
        ),
        new(
            TooManyApplications,
            429,
            "Too many applications at once",
            "Wait as long as Retry-After says, then send it again with the same key.",
            Retryable: true
        ),
        new(RateLimited, 429, "Too many requests", "Wait as long as Retry-After says.", Retryable: true),
        new(
            Overloaded,
            503,
            "The server is busy",
            "Send the same request again after Retry-After.",
            Retryable: true
        ),
        new(
            AuthorizationServerUnavailable,
            503,
            "The authorization server cannot be asked about the token",
            "Nothing was done: send the same request again after Retry-After.",
            Retryable: true
        ),
        new(
            OutcomeUnknown,
            503,
            "The outcome is not known yet",
            "Send the same request again, with the same Idempotency-Key where it has one: with a key it acts once, however often.",
            Retryable: true
        ),
        new(
            InternalError,
            500,
            "The server failed",
            "Report the request id to the bank. Sending the same request again is safe, with the same Idempotency-Key where it has one.",
            Retryable: true
        ),
    ];

    private static readonly Dictionary<string, ProblemDefinition> byCode = Catalogue.ToDictionary(entry =>
        entry.Code
    );

    /// <summary>The catalogue's entry for a code.</summary>
    /// <param name="code">One of <see cref="ProblemCodes"/>.</param>
    /// <returns>What the code means: its status, title and advice, and whether the same request may succeed later.</returns>
    /// <exception cref="KeyNotFoundException">The code is not in the catalogue.</exception>
    public static ProblemDefinition Find(string code) => byCode[code];
}

/// <summary>Why a payment or top-up failed. A decline is a fact, kept and replayed under its idempotency key;
/// to try again, use a key for a new attempt.</summary>
public static class DeclineCodes
{
#pragma warning disable CS1591 // The catalogue below says what each code means.
    public const string InsufficientFunds = "insufficient_funds";
    public const string AccountNotActive = "account_not_active";
    public const string AccountFrozen = "account_frozen";
    public const string AccountDormant = "account_dormant";
    public const string AccountClosed = "account_closed";
    public const string AccountPerPaymentLimit = "account_per_payment_limit_exceeded";
    public const string AccountDailyLimit = "account_daily_limit_exceeded";
    public const string AccountYearlyLimit = "account_yearly_limit_exceeded";
    public const string AccountBalanceLimit = "account_balance_limit_exceeded";
    public const string AgreementPerPaymentLimit = "agreement_per_payment_limit_exceeded";
    public const string AgreementDailyLimit = "agreement_daily_limit_exceeded";
    public const string AgreementMonthlyLimit = "agreement_monthly_limit_exceeded";
    public const string AgreementTotalLimit = "agreement_total_limit_exceeded";
    public const string AgreementSceneNotCovered = "agreement_scene_not_covered";
    public const string CouponNotFound = "coupon_not_found";
    public const string CouponAlreadyRedeemed = "coupon_already_redeemed";
    public const string CouponHeld = "coupon_held";
    public const string CouponExpired = "coupon_expired";
    public const string CouponBelowThreshold = "coupon_below_threshold";
    public const string RiskConfirmationRequired = "risk_confirmation_required";
    public const string RiskDeclined = "risk_declined";
    public const string CustomerDeclined = "customer_declined";
    public const string CardInsufficientFunds = "card_insufficient_funds";
    public const string CardRefused = "card_refused";
#pragma warning restore CS1591

    /// <summary>The catalogue.</summary>
    public static IReadOnlyList<DeclineDefinition> Catalogue { get; } =
    [
        new(
            InsufficientFunds,
            "The balance is too low",
            "Top up the e-account.",
            "Top up under an agreement that allows it, then try a new attempt."
        ),
        new(
            AccountNotActive,
            "The e-account is not in use",
            "Set the payment PIN, or ask the bank.",
            "Send the customer to the bank's pages."
        ),
        new(
            AccountFrozen,
            "The e-account is frozen",
            "Ask the bank.",
            "Do not try again by yourself; the customer must ask the bank."
        ),
        new(
            AccountDormant,
            "The e-account sleeps: nothing has moved on it for six months",
            "Wake it on the bank's pages.",
            "Send the customer to the bank's pages; wait for account.active."
        ),
        new(
            AccountClosed,
            "The e-account is closed, or being closed",
            "Open a new one.",
            "Ask the customer for a new agreement, with another e-account."
        ),
        new(
            AccountPerPaymentLimit,
            "More than the customer lets go out at once",
            "Raise your limit on the bank's pages.",
            "Ask for less, or offer another way to pay."
        ),
        new(
            AccountDailyLimit,
            "The account's limit of the day is reached",
            "Wait until tomorrow, or raise the limit if you have lowered it.",
            "Try a new attempt the next day (Asia/Shanghai)."
        ),
        new(
            AccountYearlyLimit,
            "The account's limit of the year is reached",
            "Ask the bank about a Type I account.",
            "Offer another way to pay."
        ),
        new(
            AccountBalanceLimit,
            "More than may be on the account at any time",
            "Bring less, or use the account first.",
            "Top up no more than is left of the balance in the account's limits."
        ),
        new(
            AgreementPerPaymentLimit,
            "More than the agreement allows at once",
            "Agree to a higher limit.",
            "Ask for a new agreement."
        ),
        new(
            AgreementDailyLimit,
            "More than the agreement allows in a day",
            "Wait until tomorrow, or agree to a higher limit.",
            "Try a new attempt the next day, or ask for a new agreement."
        ),
        new(
            AgreementMonthlyLimit,
            "More than the agreement allows in a month",
            "Wait until next month, or agree to a higher limit.",
            "Try a new attempt next month (Asia/Shanghai), let the customer confirm, or ask for a new agreement."
        ),
        new(
            AgreementTotalLimit,
            "More than the agreement allows in all",
            "Agree to a new limit.",
            "Ask for a new agreement."
        ),
        new(
            AgreementSceneNotCovered,
            "The agreement does not cover this scene",
            "Confirm the payment, or agree to this scene too.",
            "Send the scene the customer buys in, let the customer confirm with confirmation if_needed, or ask for a new agreement."
        ),
        new(
            CouponNotFound,
            "The customer has no such coupon",
            "Choose another coupon.",
            "Try a new attempt with a coupon of this customer, or without one."
        ),
        new(
            CouponAlreadyRedeemed,
            "The coupon was used before",
            "Choose another coupon.",
            "Try a new attempt without it."
        ),
        new(
            CouponHeld,
            "The coupon is held for another payment",
            "Choose another coupon, or wait until that payment ends.",
            "Capture or cancel the payment that holds it, or try a new attempt without it."
        ),
        new(
            CouponExpired,
            "The coupon has expired",
            "Choose another coupon.",
            "Try a new attempt without it."
        ),
        new(
            CouponBelowThreshold,
            "The price is below the coupon's threshold",
            "Buy for more, or pay without it.",
            "Try a new attempt without it."
        ),
        new(
            RiskConfirmationRequired,
            "The bank wants the customer to confirm this payment",
            "Confirm the payment on the bank's page when the app leads you there.",
            "Try a new attempt with confirmation if_needed, or without agreement_id, and send the customer to next_action."
        ),
        new(
            RiskDeclined,
            "The bank does not let this payment go out",
            "Ask the bank, or pay in another way.",
            "Do not try again by yourself; offer another way to pay. The bank says no more to anybody but the customer."
        ),
        new(
            CustomerDeclined,
            "The customer chose not to pay",
            "Nothing: nothing was paid.",
            "Offer another way to pay, or try a new attempt when the customer asks for it."
        ),
        new(
            CardInsufficientFunds,
            "The bound card's balance is too low",
            "Use less, or bring money to the card.",
            "Try a smaller amount."
        ),
        new(
            CardRefused,
            "The bound card's bank refused",
            "Ask the card's bank.",
            "Try again later, with a new key."
        ),
    ];
}
