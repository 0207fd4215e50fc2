using System.Text.Json.Serialization;

namespace OpenBanking;

/// <summary>The class of an e-account, by the rules of the People's Bank of China (银发〔2015〕392).</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<AccountType>))]
public readonly record struct AccountType(string Value) : IOpenValue<AccountType>
{
    /// <summary>二类户: at most 10,000 CNY a day and 200,000 CNY a year to anything but the bound card.</summary>
    public static AccountType TypeTwo { get; } = new("type_ii");

    /// <summary>三类户: at most 2,000 CNY a day and 50,000 CNY a year to anything but the bound card, and never more than
    /// 2,000 CNY on it.</summary>
    public static AccountType TypeThree { get; } = new("type_iii");

    /// <inheritdoc/>
    public static AccountType From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where an e-account stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<AccountStatus>))]
public readonly record struct AccountStatus(string Value) : IOpenValue<AccountStatus>
{
    /// <summary>Opened, but the customer has not set the payment PIN yet: no money moves.</summary>
    public static AccountStatus PendingActivation { get; } = new("pending_activation");

    /// <summary>In use.</summary>
    public static AccountStatus Active { get; } = new("active");

    /// <summary>Frozen, by the bank or after the customer reported a loss: nothing goes out until the bank frees it.</summary>
    public static AccountStatus Frozen { get; } = new("frozen");

    /// <summary>Nothing has moved for six months: nothing goes out until the customer wakes it on the bank's pages.</summary>
    public static AccountStatus Dormant { get; } = new("dormant");

    /// <summary>The customer closes it: what is left is on its way to the bound card.</summary>
    public static AccountStatus Closing { get; } = new("closing");

    /// <summary>Closed for good.</summary>
    public static AccountStatus Closed { get; } = new("closed");

    /// <inheritdoc/>
    public static AccountStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a consent 授权 stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ConsentStatus>))]
public readonly record struct ConsentStatus(string Value) : IOpenValue<ConsentStatus>
{
    /// <summary>The customer agreed and nobody has taken it back.</summary>
    public static ConsentStatus Authorized { get; } = new("authorized");

    /// <summary>Taken back: its tokens and agreements ended in the same moment.</summary>
    public static ConsentStatus Revoked { get; } = new("revoked");

    /// <summary>Past its end.</summary>
    public static ConsentStatus Expired { get; } = new("expired");

    /// <inheritdoc/>
    public static ConsentStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>When a payment takes the money.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<CaptureMethod>))]
public readonly record struct CaptureMethod(string Value) : IOpenValue<CaptureMethod>
{
    /// <summary>At once.</summary>
    public static CaptureMethod Automatic { get; } = new("automatic");

    /// <summary>It is held (预授权) until the partner captures it, cancels, or lets it expire.</summary>
    public static CaptureMethod Manual { get; } = new("manual");

    /// <inheritdoc/>
    public static CaptureMethod From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What becomes of a payment that its agreement does not cover.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ConfirmationMode>))]
public readonly record struct ConfirmationMode(string Value) : IOpenValue<ConfirmationMode>
{
    /// <summary>It is declined, or refused when the agreement has ended.</summary>
    public static ConfirmationMode Never { get; } = new("never");

    /// <summary>The customer is asked to confirm it on the bank's page.</summary>
    public static ConfirmationMode IfNeeded { get; } = new("if_needed");

    /// <inheritdoc/>
    public static ConfirmationMode From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What has to happen before a payment goes on.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<NextActionType>))]
public readonly record struct NextActionType(string Value) : IOpenValue<NextActionType>
{
    /// <summary>The customer confirms it on the bank's page.</summary>
    public static NextActionType Confirm { get; } = new("confirm");

    /// <inheritdoc/>
    public static NextActionType From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a payment stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<PaymentStatus>))]
public readonly record struct PaymentStatus(string Value) : IOpenValue<PaymentStatus>
{
    /// <summary>The customer is to confirm it, as <c>next_action</c> says; nothing is held and nothing paid.</summary>
    public static PaymentStatus RequiresAction { get; } = new("requires_action");

    /// <summary>Held: the customer's money is set aside until it is captured, canceled or expired.</summary>
    public static PaymentStatus Authorized { get; } = new("authorized");

    /// <summary>Paid: the money is on the partner's settlement account.</summary>
    public static PaymentStatus Captured { get; } = new("captured");

    /// <summary>The partner gave the hold back and nothing was captured, or ended a payment that was not confirmed; with the
    /// <c>decline_code</c> <c>customer_declined</c> the customer did. The order may be tried again with a new
    /// attempt.</summary>
    public static PaymentStatus Canceled { get; } = new("canceled");

    /// <summary>The hold ended by itself and nothing was captured, or the customer did not confirm in time. The order may
    /// be tried again with a new attempt.</summary>
    public static PaymentStatus Expired { get; } = new("expired");

    /// <summary>Declined; <c>decline_code</c> says why. The order may be tried again with a new attempt.</summary>
    public static PaymentStatus Failed { get; } = new("failed");

    /// <summary>A part was given back.</summary>
    public static PaymentStatus PartiallyRefunded { get; } = new("partially_refunded");

    /// <summary>Everything was given back.</summary>
    public static PaymentStatus Refunded { get; } = new("refunded");

    /// <inheritdoc/>
    public static PaymentStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a refund stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<RefundStatus>))]
public readonly record struct RefundStatus(string Value) : IOpenValue<RefundStatus>
{
    /// <summary>The money is back where it came from.</summary>
    public static RefundStatus Succeeded { get; } = new("succeeded");

    /// <inheritdoc/>
    public static RefundStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a top-up 充值 stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TopUpStatus>))]
public readonly record struct TopUpStatus(string Value) : IOpenValue<TopUpStatus>
{
    /// <summary>Asked of the bound card's bank; no answer yet.</summary>
    public static TopUpStatus Processing { get; } = new("processing");

    /// <summary>The money came. It is on the e-account; what that may not have on it has gone on to the bound card.</summary>
    public static TopUpStatus Succeeded { get; } = new("succeeded");

    /// <summary>Refused; <c>decline_code</c> says why. Nothing moved.</summary>
    public static TopUpStatus Failed { get; } = new("failed");

    /// <inheritdoc/>
    public static TopUpStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a coupon 券 stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<CouponStatus>))]
public readonly record struct CouponStatus(string Value) : IOpenValue<CouponStatus>
{
    /// <summary>In the customer's wallet, ready to be used until it expires.</summary>
    public static CouponStatus Issued { get; } = new("issued");

    /// <summary>Held for the authorized payment named in <c>payment_id</c>, until that is captured or ends.</summary>
    public static CouponStatus Held { get; } = new("held");

    /// <summary>Used by the payment named in <c>payment_id</c>.</summary>
    public static CouponStatus Redeemed { get; } = new("redeemed");

    /// <summary>Past its end.</summary>
    public static CouponStatus Expired { get; } = new("expired");

    /// <inheritdoc/>
    public static CouponStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a line of the statement came from.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<TransactionKind>))]
public readonly record struct TransactionKind(string Value) : IOpenValue<TransactionKind>
{
    /// <summary>A payment to a partner.</summary>
    public static TransactionKind Payment { get; } = new("payment");

    /// <summary>Money given back by a partner.</summary>
    public static TransactionKind Refund { get; } = new("refund");

    /// <summary>Money set aside for a payment that is captured later; captures take it from there.</summary>
    public static TransactionKind Hold { get; } = new("hold");

    /// <summary>What was held and not captured, back on the balance.</summary>
    public static TransactionKind Release { get; } = new("release");

    /// <summary>Money brought from the bound card.</summary>
    public static TransactionKind TopUp { get; } = new("top_up");

    /// <summary>Money taken to a bound card; where it is positive, the card did not take it and it is back.</summary>
    public static TransactionKind Withdrawal { get; } = new("withdrawal");

    /// <inheritdoc/>
    public static TransactionKind From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a merchant that sells through a partner stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<SubMerchantStatus>))]
public readonly record struct SubMerchantStatus(string Value) : IOpenValue<SubMerchantStatus>
{
    /// <summary>Payments may go to it.</summary>
    public static SubMerchantStatus Open { get; } = new("open");

    /// <summary>No new payments go to it; what it has is paid out, and what it got may be given back.</summary>
    public static SubMerchantStatus Closed { get; } = new("closed");

    /// <inheritdoc/>
    public static SubMerchantStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Where a payout stands.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<PayoutStatus>))]
public readonly record struct PayoutStatus(string Value) : IOpenValue<PayoutStatus>
{
    /// <summary>The transfer was asked for.</summary>
    public static PayoutStatus Processing { get; } = new("processing");

    /// <summary>The money is there.</summary>
    public static PayoutStatus Succeeded { get; } = new("succeeded");

    /// <summary>The transfer failed: the money is paid with the next days.</summary>
    public static PayoutStatus Failed { get; } = new("failed");

    /// <inheritdoc/>
    public static PayoutStatus From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a line of a settlement account is.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<SettlementTransactionKind>))]
public readonly record struct SettlementTransactionKind(string Value) : IOpenValue<SettlementTransactionKind>
{
    /// <summary>What a payment, or one capture of a hold, brought: all of it, or the part that goes to this account.</summary>
    public static SettlementTransactionKind Payment { get; } = new("payment");

    /// <summary>What a refund took.</summary>
    public static SettlementTransactionKind Refund { get; } = new("refund");

    /// <summary>What the bank took for a payment; positive what came back with a refund.</summary>
    public static SettlementTransactionKind Fee { get; } = new("fee");

    /// <summary>What was paid out; positive what came back of a payout that failed.</summary>
    public static SettlementTransactionKind Payout { get; } = new("payout");

    /// <inheritdoc/>
    public static SettlementTransactionKind From(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
