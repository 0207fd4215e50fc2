using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Confirmations;

/// <summary>Asks for a customer to confirm a payment.</summary>
/// <param name="Confirmation">As it is asked for: what the coupon takes off is not counted yet.</param>
public sealed record AskConfirmation(World World, DateTimeOffset Now, ConfirmationRow Confirmation)
    : Command<ConfirmationRow>(World, Now)
{
    /// <summary>Whether it is too risky, whoever confirms it.</summary>
    public bool RiskDeclined { get; init; }

    /// <summary>Whose it will be is not known: those who ask are spread.</summary>
    public override Guid Lane => Confirmation.CustomerId?.Value ?? Confirmation.PaymentId.Value;

    private IReadOnlyList<PaymentShare>? Shares =>
        Confirmation.Splits is { } splits ? PaymentShares.Read(splits) : null;

    public override Actor Actor => Actor.App(Confirmation.AppId);

    public override Subject Subject => Subject.Of(Confirmation.PaymentId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PaymentTables.Orders, new(Confirmation.AppId, Confirmation.OrderNo));
        if (Confirmation.CouponId is { } coupon)
        {
            keys.Want(CouponTables.Coupons, coupon);
        }

        PaymentShareRules.Want(keys, Shares);
    }

    public override Decision<ConfirmationRow> Decide(Book book) => ConfirmationRules.Ask(this, book);
}

/// <summary>Something that becomes of a payment which waits for its customer.</summary>
/// <param name="Confirmation">Read before the batch for what never changes in it.</param>
public abstract record ConfirmationCommand(World World, DateTimeOffset Now, ConfirmationRow Confirmation)
    : Command<ConfirmationRow>(World, Now)
{
    public override Guid Lane => Confirmation.CustomerId?.Value ?? Confirmation.PaymentId.Value;

    public override Subject Subject => Subject.Of(Confirmation.PaymentId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ConfirmationTables.Confirmations, new(Confirmation.PaymentId));
        keys.Want(PaymentTables.Orders, new(Confirmation.AppId, Confirmation.OrderNo));
    }
}

/// <summary>The partner takes the payment back before it was confirmed.</summary>
public sealed record CancelConfirmation(World World, DateTimeOffset Now, ConfirmationRow Confirmation)
    : ConfirmationCommand(World, Now, Confirmation)
{
    public override Actor Actor => Actor.App(Confirmation.AppId);

    public override Decision<ConfirmationRow> Decide(Book book) => ConfirmationRules.Cancel(this, book);
}

/// <summary>The customer says no.</summary>
public sealed record DeclineConfirmation(
    World World,
    DateTimeOffset Now,
    ConfirmationRow Confirmation,
    Id<CustomerRow> CustomerId
) : ConfirmationCommand(World, Now, Confirmation)
{
    public override Actor Actor => Actor.Customer(CustomerId);

    public override Decision<ConfirmationRow> Decide(Book book) => ConfirmationRules.Decline(this, book);
}

/// <summary>The time to confirm is over.</summary>
public sealed record ExpireConfirmation(World World, DateTimeOffset Now, ConfirmationRow Confirmation)
    : ConfirmationCommand(World, Now, Confirmation)
{
    public override Decision<ConfirmationRow> Decide(Book book) => ConfirmationRules.Expire(this, book);
}

/// <summary>How a payment comes to wait for its customer, and how that ends without a payment.</summary>
public static class ConfirmationRules
{
    /// <summary>What the pages have words for.</summary>
    public static class Refusals
    {
        /// <summary>It is confirmed, canceled or expired.</summary>
        public const string Over = "confirmation_over";
        public const string Changed = "confirmation_changed";
        public const string OfAnother = "confirmation_of_another";
        public const string CodeNeeded = "confirmation_code_needed";
    }

    /// <summary>
    /// Refuses: the order has a live payment, or is closed; a merchant is closed.
    /// Declines: it is too risky, or the coupon cannot be used, whoever confirms.
    /// </summary>
    public static Decision<ConfirmationRow> Ask(AskConfirmation command, Book book)
    {
        var asked = command.Confirmation;
        var orderKey = new OrderKey(asked.AppId, asked.OrderNo);
        var order = book.Find(PaymentTables.Orders, orderKey);
        if (PaymentRules.WhyNoPayment(order) is { } noPayment)
        {
            return noPayment;
        }

        var shares = asked.Splits is { } splits ? PaymentShares.Read(splits) : null;
        if (PaymentShareRules.WhyNot(book, shares) is { } refusal)
        {
            return refusal;
        }

        var coupon = asked.CouponId is { } id ? book.Find(CouponTables.Coupons, id) : null;
        var decline = command.RiskDeclined
            ? DeclineCodes.RiskDeclined
            : DeclineCoupon(asked, coupon, command.Now);
        var row = book.Insert(
            ConfirmationTables.Confirmations,
            decline is not null
                ? asked with
                {
                    State = ConfirmationState.Failed,
                    DeclineCode = decline,
                }
                : Priced(asked, coupon)
        );
        PaymentRules.RecordAttempt(book, orderKey, order, row.PaymentId, paid: decline is null);
        Emit(book, decline is null ? EventTypes.PaymentRequiresAction : EventTypes.PaymentFailed, row);
        return decline is null ? Decision.Accept(row) : Decision.Decline(row);
    }

    /// <summary>Refuses: it does not wait any more.</summary>
    public static Decision<ConfirmationRow> Cancel(CancelConfirmation command, Book book) =>
        Find(command, book) is { State: ConfirmationState.Waiting } row
            ? Decision.Accept(End(book, row, ConfirmationState.Canceled, declineCode: null))
            : Decision.Reject(ProblemCodes.PaymentNotCancelable);

    /// <summary>Refuses: it does not wait any more, or for somebody else.</summary>
    public static Decision<ConfirmationRow> Decline(DeclineConfirmation command, Book book)
    {
        var row = Find(command, book);
        return WhyNot(row, command.CustomerId, command.Now) is { } refusal
            ? refusal
            : Decision.Accept(End(book, row, ConfirmationState.Canceled, DeclineCodes.CustomerDeclined));
    }

    /// <summary>Refuses: it does not wait any more, or its time is not over. So several nodes may ask at once.</summary>
    public static Decision<ConfirmationRow> Expire(ExpireConfirmation command, Book book)
    {
        var row = Find(command, book);
        return row.State == ConfirmationState.Waiting && command.Now >= row.ExpiresAt
            ? Decision.Accept(End(book, row, ConfirmationState.Expired, declineCode: null))
            : Decision.Reject(Refusals.Over);
    }

    /// <summary>Why this customer may not decide about it now; null when they may.</summary>
    internal static Refusal? WhyNot(ConfirmationRow row, Id<CustomerRow> customer, DateTimeOffset now) =>
        row.State != ConfirmationState.Waiting || now >= row.ExpiresAt ? Decision.Reject(Refusals.Over)
        : row.CustomerId is { } only && only != customer ? Decision.Reject(Refusals.OfAnother)
        : null;

    /// <summary>Ends it without a payment: the order may be tried again.</summary>
    internal static ConfirmationRow End(
        Book book,
        ConfirmationRow row,
        ConfirmationState state,
        string? declineCode
    )
    {
        row = book.Update(
            ConfirmationTables.Confirmations,
            row with
            {
                State = state,
                DeclineCode = declineCode,
            }
        );
        var order = book.Get(PaymentTables.Orders, new(row.AppId, row.OrderNo));
        book.Update(PaymentTables.Orders, order.Free());
        Emit(
            book,
            state switch
            {
                ConfirmationState.Canceled => EventTypes.PaymentCanceled,
                ConfirmationState.Expired => EventTypes.PaymentExpired,
                _ => EventTypes.PaymentFailed,
            },
            row
        );
        return row;
    }

    /// <summary>Stands for what the customer is shown: who gets how much for what, and who pays it.</summary>
    /// <param name="app">Its name, by which it is the payee where no merchant is.</param>
    public static string DigestOf(ConfirmationRow row, string app) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        row.PaymentId,
                        row.Payee ?? app,
                        row.OrderNo,
                        row.Currency,
                        row.Amount.ToString(CultureInfo.InvariantCulture),
                        row.Discount.ToString(CultureInfo.InvariantCulture),
                        row.CustomerAmount.ToString(CultureInfo.InvariantCulture),
                        row.CouponId,
                        row.Manual,
                        row.HoldUntil?.ToUnixTimeMilliseconds(),
                        row.Description
                    )
                )
            )
        );

    public static PaymentStatus StatusOf(ConfirmationState state) =>
        state switch
        {
            ConfirmationState.Waiting => PaymentStatus.RequiresAction,
            ConfirmationState.Canceled => PaymentStatus.Canceled,
            ConfirmationState.Expired => PaymentStatus.Expired,
            ConfirmationState.Failed => PaymentStatus.Failed,
            _ => throw new InvalidOperationException($"What became of it is in the payment: {state}."),
        };

    private static ConfirmationRow Find(ConfirmationCommand command, Book book) =>
        book.Get(ConfirmationTables.Confirmations, new(command.Confirmation.PaymentId));

    private static string? DeclineCoupon(ConfirmationRow asked, CouponRow? coupon, DateTimeOffset now) =>
        asked.CouponId is null
            ? null
            : CouponRules.DeclineRedemption(
                coupon,
                asked.AppId,
                asked.CustomerId ?? coupon?.CustomerId ?? default,
                asked.Amount,
                now
            );

    private static ConfirmationRow Priced(ConfirmationRow asked, CouponRow? coupon)
    {
        var discount = coupon is null ? 0 : CouponRules.DiscountOf(coupon, asked.Amount);
        return asked with
        {
            CustomerId = asked.CustomerId ?? coupon?.CustomerId,
            Discount = discount,
            CustomerAmount = asked.Manual
                ? HoldShares.MostToPay(coupon, asked.Amount)
                : asked.Amount - discount,
        };
    }

    private static void Emit(Book book, string type, ConfirmationRow row)
    {
        List<EventSubject> subjects =
        [
            EventSubject.Of("payment_id", row.PaymentId),
            EventSubject.Of("order_no", row.OrderNo),
        ];
        if (row.CustomerId is { } customer)
        {
            subjects.Add(EventSubject.Of("customer_id", customer));
        }

        if (row.DeclineCode is { } decline)
        {
            subjects.Add(EventSubject.Of("decline_code", decline));
        }

        book.Emit(new(row.AppId.Value, type, row.Version, StatusOf(row.State).Value, [.. subjects]));
    }
}
