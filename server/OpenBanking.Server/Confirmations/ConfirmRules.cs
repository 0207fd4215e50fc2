using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Confirmations;

/// <summary>What became of a customer's try to confirm.</summary>
public enum ConfirmOutcome
{
    /// <summary>Paid, or held.</summary>
    Paid,
    PinWrong,
    PinLocked,
    CodeWrong,

    /// <summary>Only a new code helps.</summary>
    CodeOver,

    /// <summary>Not from this account, or not now: it goes on waiting.</summary>
    NotFromHere,

    /// <summary>Its coupon cannot be used any more.</summary>
    Failed,

    /// <summary>For a day no code helps.</summary>
    CodeLocked,
}

/// <param name="DeclineCode">Why it was not paid.</param>
public sealed record ConfirmResult(ConfirmOutcome Outcome, string? DeclineCode = null);

/// <summary>The customer confirms a payment, from one of their accounts.</summary>
/// <param name="Confirmation">Read before the batch for what never changes in it.</param>
/// <param name="Account">Read before the batch for whose it is.</param>
/// <param name="Digest">Of what the customer was shown.</param>
/// <param name="PinHash">The PIN, hashed with the customer's salt.</param>
/// <param name="HoldEnd">When the hold ends by itself, if the partner did not say so.</param>
public sealed record ConfirmPayment(
    World World,
    DateTimeOffset Now,
    ConfirmationRow Confirmation,
    Id<CustomerRow> CustomerId,
    AccountRow Account,
    string Digest,
    byte[] PinHash,
    EnteredCode? Code,
    DateTimeOffset RealNow,
    DateTimeOffset HoldEnd
) : Command<ConfirmResult>(World, Now)
{
    /// <summary>The fee the payment will cost; null when it costs none.</summary>
    public Id<FeeRuleRow>? FeeRuleId { get; init; }

    public override Guid Lane => CustomerId.Value;

    public override Actor Actor => Actor.Customer(CustomerId);

    public override Subject Subject => Subject.Of(Confirmation.PaymentId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ConfirmationTables.Confirmations, new(Confirmation.PaymentId));
        keys.Want(PaymentTables.Orders, new(Confirmation.AppId, Confirmation.OrderNo));
        keys.Want(PartnerTables.Apps, Confirmation.AppId);
        keys.Want(CustomerTables.Customers, CustomerId);
        keys.Want(AccountTables.Accounts, Account.Id);
        // Updated with what is counted, right after it is made.
        keys.Want(ConsentTables.Agreements, new(Confirmation.PaymentId.Value));
        if (Confirmation.CouponId is { } coupon)
        {
            keys.Want(CouponTables.Coupons, coupon);
        }

        if (Code is { } code)
        {
            OneTimeCodeRules.Want(keys, code);
        }

        PaymentFeeRules.Want(keys, FeeRuleId);
    }

    public override Decision<ConfirmResult> Decide(Book book) => ConfirmRules.Confirm(this, book);
}

/// <summary>Sends a one-time code for a payment that waits.</summary>
public sealed record SendConfirmationCode(
    World World,
    DateTimeOffset Now,
    ConfirmationRow Confirmation,
    Id<CustomerRow> CustomerId,
    NewOneTimeCode Code
) : Command<Done>(World, Now)
{
    public override Guid Lane => CustomerId.Value;

    public override Actor Actor => Actor.Customer(CustomerId);

    public override Subject Subject => Subject.Of(Confirmation.PaymentId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ConfirmationTables.Confirmations, new(Confirmation.PaymentId));
        OneTimeCodeRules.Want(keys, Code);
    }

    public override Decision<Done> Decide(Book book) => ConfirmRules.SendCode(this, book);
}

/// <summary>What a customer confirms, and with what: the PIN always, a one-time code above a threshold.</summary>
public static class ConfirmRules
{
    /// <summary>Whether the PIN alone is not enough.</summary>
    public static bool NeedsCode(
        ConfirmationRow row,
        AccountRow account,
        DateTimeOffset now,
        LimitRules limits
    ) => AccountRules.NeedsCode(account, row.CustomerAmount, now, limits);

    /// <summary>Refuses: it does not wait any more, or for somebody else; too many codes.</summary>
    public static Decision<Done> SendCode(SendConfirmationCode command, Book book)
    {
        var row = book.Get(ConfirmationTables.Confirmations, new(command.Confirmation.PaymentId));
        var refusal =
            ConfirmationRules.WhyNot(row, command.CustomerId, command.Now)
            ?? OneTimeCodeRules.Send(book, command.Code);
        if (refusal is not null)
        {
            return refusal;
        }

        book.Update(ConfirmationTables.Confirmations, row with { CodeId = command.Code.CodeId });
        return Decision.Accept(new Done());
    }

    /// <summary>
    /// Refuses: it does not wait any more, or for somebody else; it is not what the customer saw; a code is needed.
    /// Declines: the PIN or the code was wrong, which is counted; the account cannot pay, and it goes on waiting; the
    /// coupon cannot be used any more, and it fails.
    /// </summary>
    public static Decision<ConfirmResult> Confirm(ConfirmPayment command, Book book)
    {
        var row = book.Get(ConfirmationTables.Confirmations, new(command.Confirmation.PaymentId));
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (WhyNot(command, book, row, account) is { } refusal)
        {
            return refusal;
        }

        var pin = PinRules.Check(book, command.CustomerId, command.PinHash, command.Form, command.Now);
        if (pin != PinCheck.Right)
        {
            return Decline(pin == PinCheck.Wrong ? ConfirmOutcome.PinWrong : ConfirmOutcome.PinLocked);
        }

        var payment = PaymentOf(command, row, account);
        var coupon = row.CouponId is { } id ? book.Find(CouponTables.Coupons, id) : null;
        if (
            PaymentRules.Decline(payment, payment.Agreement, account, coupon, LimitRules.Of(book)) is
            { } decline
        )
        {
            return DeclinePayment(book, row, decline);
        }

        var code = NeedsCode(row, account, command.Now, LimitRules.Of(book))
            ? CheckCode(command, book, row)
            : CodeCheck.Right;
        if (code != CodeCheck.Right)
        {
            return Decline(
                code switch
                {
                    CodeCheck.Wrong => ConfirmOutcome.CodeWrong,
                    CodeCheck.Locked => ConfirmOutcome.CodeLocked,
                    _ => ConfirmOutcome.CodeOver,
                }
            );
        }

        row = book.Update(
            ConfirmationTables.Confirmations,
            row with
            {
                State = ConfirmationState.Confirmed,
                CustomerId = command.CustomerId,
            }
        );
        var agreement = book.Insert(ConsentTables.Agreements, payment.Agreement);
        PaymentRules.Pay(payment with { FirstVersion = row.Version }, book, agreement, account);
        return Decision.Accept(new ConfirmResult(ConfirmOutcome.Paid));
    }

    private static Refusal? WhyNot(
        ConfirmPayment command,
        Book book,
        ConfirmationRow row,
        AccountRow account
    ) =>
        ConfirmationRules.WhyNot(row, command.CustomerId, command.Now) is { } refusal ? refusal
        : account.CustomerId != command.CustomerId ? Decision.Reject(ConfirmationRules.Refusals.OfAnother)
        : ConfirmationRules.DigestOf(row, book.Get(PartnerTables.Apps, row.AppId).Name) != command.Digest
            ? Decision.Reject(ConfirmationRules.Refusals.Changed)
        : command.Code is null && NeedsCode(row, account, command.Now, LimitRules.Of(book))
            ? Decision.Reject(ConfirmationRules.Refusals.CodeNeeded)
        : null;

    /// <summary>The newest code alone counts.</summary>
    private static CodeCheck CheckCode(ConfirmPayment command, Book book, ConfirmationRow row) =>
        command.Code is { } entered && row.CodeId == entered.CodeId
            ? OneTimeCodeRules.Check(book, entered, command.Form, command.RealNow)
            : CodeCheck.Over;

    /// <summary>What is wrong with an account can be mended, or another one taken; what is wrong with the coupon
    /// cannot.</summary>
    private static Decision<ConfirmResult> DeclinePayment(Book book, ConfirmationRow row, string decline)
    {
        if (!IsOfCoupon(decline))
        {
            return Decline(ConfirmOutcome.NotFromHere, decline);
        }

        ConfirmationRules.End(book, row, ConfirmationState.Failed, decline);
        return Decline(ConfirmOutcome.Failed, decline);
    }

    private static bool IsOfCoupon(string decline) =>
        decline
            is DeclineCodes.CouponNotFound
                or DeclineCodes.CouponAlreadyRedeemed
                or DeclineCodes.CouponHeld
                or DeclineCodes.CouponExpired
                or DeclineCodes.CouponBelowThreshold;

    private static Declined<ConfirmResult> Decline(ConfirmOutcome outcome, string? code = null) =>
        Decision.Decline(new ConfirmResult(outcome, code));

    private static CreatePayment PaymentOf(ConfirmPayment command, ConfirmationRow row, AccountRow account) =>
        new(
            command.World,
            command.Now,
            row.PaymentId,
            AgreementFor(command, row, account),
            row.OrderNo,
            row.Amount,
            row.CouponId,
            row.Description,
            row.Manual ? row.HoldUntil ?? command.HoldEnd : null
        )
        {
            FeeRuleId = command.FeeRuleId,
            Shares = row.Splits is { } splits ? PaymentShares.Read(splits) : null,
            Payee = row.Payee,
            Scene = row.Scene,
        };

    /// <summary>An agreement for this one payment and used up with it: so holds, captures and refunds find what they count
    /// with, and nothing else can be asked under it.</summary>
    private static AgreementRow AgreementFor(
        ConfirmPayment command,
        ConfirmationRow row,
        AccountRow account
    ) =>
        new()
        {
            Id = new(row.PaymentId.Value),
            ConsentId = new(row.PaymentId.Value),
            AppId = row.AppId,
            PartnerId = row.PartnerId,
            CustomerId = command.CustomerId,
            AccountId = account.Id,
            CardId = account.CardId,
            State = ConsentState.Expired,
            Currency = row.Currency,
            PerPaymentLimit = row.Amount,
            DailyLimit = row.Amount,
            TotalLimit = row.Amount,
            TopUpAllowed = false,
            Day = BusinessCalendar.DateOf(command.Now),
            DayPaid = 0,
            DayToppedUp = 0,
            TotalPaid = 0,
            ExpiresAt = command.Now,
        };
}
