using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Risk;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payments;

/// <summary>Pays an order under an agreement.</summary>
/// <param name="Agreement">Read before the batch for what never changes in it: whose it is, and which account
/// pays.</param>
/// <param name="HoldUntil">When the hold ends by itself; null when the money is taken at once.</param>
/// <param name="MayBeConfirmed">Whether the customer is to be asked where the agreement does not cover it.</param>
public sealed record CreatePayment(
    World World,
    DateTimeOffset Now,
    Id<PaymentRow> PaymentId,
    AgreementRow Agreement,
    string OrderNo,
    long Amount,
    Id<CouponRow>? CouponId,
    string? Description,
    DateTimeOffset? HoldUntil = null,
    bool MayBeConfirmed = false
) : Command<PaymentRow>(World, Now)
{
    public override Actor Actor => Actor.App(AppId);

    public override Subject Subject => Subject.Of(PaymentId);

    /// <summary>The version the payment begins with: more than 1 when something was told of it before.</summary>
    public long FirstVersion { get; init; } = 1;

    /// <summary>The fee it costs; null when it costs none. Looked up before the batch: a version never changes.</summary>
    public Id<FeeRuleRow>? FeeRuleId { get; init; }

    /// <summary>The parts of it; null when it goes whole to the partner.</summary>
    public IReadOnlyList<PaymentShare>? Shares { get; init; }

    /// <summary>Whom the customer pays, as the customer is told; null for the app.</summary>
    public string? Payee { get; init; }

    /// <summary>The scene the request named; null for the one the app is registered with.</summary>
    public string? Scene { get; init; }

    /// <summary>The scene the app is registered with.</summary>
    public string AppScene { get; init; } = Scenes.Other;

    /// <summary>The real time, when the customer is to be told by a message; null when not.</summary>
    public DateTimeOffset? NotifyAt { get; init; }

    /// <summary>What is known of its risk.</summary>
    public RiskView Risk { get; init; } = RiskView.Nothing;

    public Id<AppRow> AppId => Agreement.AppId;

    public OrderKey Order => new(AppId, OrderNo);

    public override Guid Lane => Agreement.CustomerId.Value;

    public override void Keys(IKeySet keys)
    {
        keys.Want(ConsentTables.Agreements, Agreement.Id);
        keys.Want(AccountTables.Accounts, Agreement.AccountId);
        keys.Want(PaymentTables.Orders, Order);
        if (CouponId is { } coupon)
        {
            keys.Want(CouponTables.Coupons, coupon);
        }

        PaymentFeeRules.Want(keys, FeeRuleId);
        PaymentShareRules.Want(keys, Shares);
        foreach (var check in Risk.Checks)
        {
            keys.Want(VelocityTables.Counters, check.Counter);
        }
    }

    public override Decision<PaymentRow> Decide(Book book) => PaymentRules.Create(this, book);
}

/// <summary>Refuses a request that is not known under its key; behind what came before it, which may be the same.</summary>
/// <param name="CustomerId">Whose payment it would be; of nobody when that is not known.</param>
public sealed record RefusePayment(World World, DateTimeOffset Now, Guid CustomerId)
    : Command<PaymentRow>(World, Now)
{
    public override Guid Lane => CustomerId;

    public override void Keys(IKeySet keys)
    {
        // It needs nothing but its key.
    }

    public override Decision<PaymentRow> Decide(Book book) => Decision.Reject(ProblemCodes.InvalidRequest);
}

/// <summary>How an order is paid.</summary>
public static class PaymentRules
{
    /// <summary>What the one who may ask the customer is told, who then does.</summary>
    public const string ConfirmationNeeded = "confirmation_needed";

    /// <summary>
    /// Refuses: the agreement has ended; the order has a live payment, or is closed; a merchant is closed; the customer is to
    /// be asked.
    /// Declines: the coupon cannot be used; the agreement's or the account's limits, state or funds do not allow it; the risk
    /// is too high.
    /// </summary>
    public static Decision<PaymentRow> Create(CreatePayment command, Book book)
    {
        var agreement = book.Get(ConsentTables.Agreements, command.Agreement.Id);
        var account = book.Get(AccountTables.Accounts, command.Agreement.AccountId);
        var order = book.Find(PaymentTables.Orders, command.Order);
        if (
            !AgreementRules.IsActive(agreement, command.Now)
            || !AgreementRules.IsAsRead(agreement, command.Agreement)
        )
        {
            return Decision.Reject(
                command.MayBeConfirmed ? ConfirmationNeeded : ProblemCodes.AgreementNotActive
            );
        }

        if (WhyNoPayment(order) is { } noPayment)
        {
            return noPayment;
        }

        if (PaymentShareRules.WhyNot(book, command.Shares) is { } refusal)
        {
            return refusal;
        }

        var coupon = CouponOf(command, book);
        var decline =
            command.Risk.Answer == RiskAnswer.Decline
                ? DeclineCodes.RiskDeclined
                : Decline(command, agreement, account, coupon, LimitRules.Of(book))
                    ?? DeclineRisk(command, coupon, book);
        return decline is not null && command.MayBeConfirmed && IsMendedByConfirming(decline)
                ? Decision.Reject(ConfirmationNeeded)
            : decline is not null ? Fail(command, book, agreement, order, decline)
            : PayUnasked(command, book, agreement, account);
    }

    /// <summary>The customer was not there: it counts for the velocity rules, and a message says what was taken. Its intent has
    /// the payment's id, so that there is one.</summary>
    private static Accepted<PaymentRow> PayUnasked(
        CreatePayment command,
        Book book,
        AgreementRow agreement,
        AccountRow account
    )
    {
        var mostToPay = MostToPay(command, CouponOf(command, book));
        var paid = Pay(command, book, agreement, account);
        VelocityRules.Count(command.Risk.Checks, mostToPay, book);
        if (command.NotifyAt is { } at && paid.Reply.CustomerAmount > 0)
        {
            IntentRules.Ask(
                book,
                new(command.PaymentId.Value),
                IntentKind.NotifyCustomer,
                command.PaymentId.Value,
                at
            );
        }

        return paid;
    }

    /// <summary>Why a payment does not go through, whoever allowed it; null when it does.</summary>
    internal static string? Decline(
        CreatePayment command,
        AgreementRow agreement,
        AccountRow account,
        CouponRow? coupon,
        LimitRules limits
    )
    {
        var countsAt = CountsAt(command.Now, agreement, account);
        var customerAmount = MostToPay(command, coupon);
        return (
                command.CouponId is null
                    ? null
                    : CouponRules.DeclineRedemption(
                        coupon,
                        command.AppId,
                        agreement.CustomerId,
                        command.Amount,
                        command.Now
                    )
            )
            ?? AgreementRules.DeclineScene(agreement, command.Scene ?? command.AppScene)
            ?? AgreementRules.DeclinePayment(agreement, customerAmount, countsAt)
            ?? AccountRules.DeclineOutflow(account, customerAmount, command.Now, limits, countsAt);
    }

    /// <summary>Why it is too risky to be paid without asking; null when it is not.</summary>
    private static string? DeclineRisk(CreatePayment command, CouponRow? coupon, Book book)
    {
        var risk = command.Risk;
        var rules = VelocityRules.Judge(risk.Checks, MostToPay(command, coupon), book);
        return rules == RiskAnswer.Decline ? DeclineCodes.RiskDeclined
            : rules == RiskAnswer.Confirm || risk.Answer == RiskAnswer.Confirm
                ? DeclineCodes.RiskConfirmationRequired
            : null;
    }

    /// <summary>The most that the customer may come to pay.</summary>
    private static long MostToPay(CreatePayment command, CouponRow? coupon) =>
        command.HoldUntil is null
            ? command.Amount - DiscountOf(coupon, command.Amount)
            : HoldShares.MostToPay(coupon, command.Amount);

    /// <summary>Takes or holds the money, where nothing stands against it.</summary>
    internal static Accepted<PaymentRow> Pay(
        CreatePayment command,
        Book book,
        AgreementRow agreement,
        AccountRow account
    )
    {
        var order = book.Find(PaymentTables.Orders, command.Order);
        var coupon = CouponOf(command, book);
        var discount = DiscountOf(coupon, command.Amount);
        return command.HoldUntil is null
            ? Capture(command, book, agreement, account, order, coupon, discount)
            : HoldMovementRules.SetAside(command, book, agreement, account, order, coupon, discount);
    }

    private static CouponRow? CouponOf(CreatePayment command, Book book) =>
        command.CouponId is { } couponId ? book.Find(CouponTables.Coupons, couponId) : null;

    private static long DiscountOf(CouponRow? coupon, long price) =>
        coupon is null ? 0 : CouponRules.DiscountOf(coupon, price);

    private static bool IsMendedByConfirming(string decline) =>
        decline
            is DeclineCodes.RiskConfirmationRequired
                or DeclineCodes.AgreementSceneNotCovered
                or DeclineCodes.AgreementPerPaymentLimit
                or DeclineCodes.AgreementDailyLimit
                or DeclineCodes.AgreementMonthlyLimit
                or DeclineCodes.AgreementTotalLimit;

    /// <summary>When a payment counts: now, or at the first moment of a later business day that has begun for the
    /// agreement or the account already. Commands are not decided in the order of their clocks, and what was counted is
    /// given back to the day that counted it.</summary>
    internal static DateTimeOffset CountsAt(DateTimeOffset now, AgreementRow agreement, AccountRow account)
    {
        var begun = agreement.Day > account.OutflowDay ? agreement.Day : account.OutflowDay;
        return begun > BusinessCalendar.DateOf(now) ? BusinessCalendar.StartOf(begun) : now;
    }

    /// <summary>Customer, campaign, partner, coupon, limits, order and events: all or nothing.</summary>
    private static Accepted<PaymentRow> Capture(
        CreatePayment command,
        Book book,
        AgreementRow agreement,
        AccountRow account,
        OrderRow? order,
        CouponRow? coupon,
        long discount
    )
    {
        var countsAt = CountsAt(command.Now, agreement, account);
        var payment = book.Insert(
            PaymentTables.Payments,
            PaymentShareRules.Capture(
                book,
                command.Shares ?? [new(null, command.Amount)],
                NewPayment(command, agreement, PaymentState.Captured) with
                {
                    CampaignId = coupon?.CampaignId,
                    Discount = discount,
                    BusinessDate = BusinessCalendar.DateOf(countsAt),
                    FeeRuleId = command.FeeRuleId,
                },
                command.Amount
            )
        );
        book.Update(
            ConsentTables.Agreements,
            AgreementRules.CountPayment(agreement, payment.CustomerAmount, countsAt)
        );
        book.Update(
            AccountTables.Accounts,
            AccountRules.CountOutflow(account, payment.CustomerAmount, countsAt)
        );
        LedgerRules.Post(
            book,
            new(
                PostingKind.Payment,
                payment.Id.Value,
                payment.AppId.Value,
                payment.Currency,
                command.Now,
                LedgerRules.PaymentLegs(
                    payment.AccountId,
                    payment.CustomerAmount,
                    BudgetOf(payment),
                    payment.Discount,
                    PaymentShareRules.CreditLegs(null, payment)
                )
            )
        );
        PaymentFeeRules.Charge(book, payment, before: null, command.Now);
        RecordAttempt(command, book, order, paid: true);
        Emit(book, EventTypes.PaymentCaptured, payment);
        if (coupon is not null)
        {
            CouponRules.Redeem(book, coupon, payment.Id);
        }

        return Decision.Accept(payment);
    }

    private static Declined<PaymentRow> Fail(
        CreatePayment command,
        Book book,
        AgreementRow agreement,
        OrderRow? order,
        string declineCode
    )
    {
        var payment = book.Insert(
            PaymentTables.Payments,
            NewPayment(command, agreement, PaymentState.Failed) with
            {
                DeclineCode = declineCode,
            }
        );
        RecordAttempt(command, book, order, paid: false);
        Emit(book, EventTypes.PaymentFailed, payment);
        return Decision.Decline(payment);
    }

    /// <summary>The account that the payment's discount came from, and goes back to.</summary>
    public static InternalAccountKey? BudgetOf(PaymentRow payment) =>
        payment.CampaignId is { } campaign
            ? new(InternalAccountKind.CampaignBudget, campaign.Value, payment.Currency)
            : null;

    /// <summary>The account that the partner's own part of the payment went to, and refunds come from.</summary>
    public static InternalAccountKey SettlementOf(PaymentRow payment) =>
        new(InternalAccountKind.PartnerSettlement, payment.PartnerId.Value, payment.Currency);

    public static void Emit(Book book, string type, PaymentRow payment)
    {
        List<EventSubject> subjects =
        [
            EventSubject.Of("payment_id", payment.Id),
            EventSubject.Of("order_no", payment.OrderNo),
            EventSubject.Of("customer_id", payment.CustomerId),
        ];
        if (payment.DeclineCode is { } decline)
        {
            subjects.Add(EventSubject.Of("decline_code", decline));
        }

        if (type == EventTypes.PaymentCaptured && payment.Captured is { } captured)
        {
            subjects.Add(EventSubject.Of("captured_amount", new Money(payment.Currency, captured)));
        }

        book.Emit(
            new(payment.AppId.Value, type, payment.Version, StatusOf(payment.State).Value, [.. subjects])
        );
    }

    public static PaymentStatus StatusOf(PaymentState state) =>
        state switch
        {
            PaymentState.Captured => PaymentStatus.Captured,
            PaymentState.Failed => PaymentStatus.Failed,
            PaymentState.PartiallyRefunded => PaymentStatus.PartiallyRefunded,
            PaymentState.Refunded => PaymentStatus.Refunded,
            PaymentState.Authorized => PaymentStatus.Authorized,
            PaymentState.Canceled => PaymentStatus.Canceled,
            PaymentState.Expired => PaymentStatus.Expired,
            _ => throw new InvalidOperationException($"Unknown state {state}."),
        };

    /// <summary>The account that holds what was set aside for the payment.</summary>
    public static InternalAccountKey HoldsOf(PaymentRow payment) =>
        new(InternalAccountKind.PaymentHolds, payment.PartnerId.Value, payment.Currency);

    internal static PaymentRow NewPayment(
        CreatePayment command,
        AgreementRow agreement,
        PaymentState state
    ) =>
        new()
        {
            Id = command.PaymentId,
            AppId = agreement.AppId,
            PartnerId = agreement.PartnerId,
            OrderNo = command.OrderNo,
            AgreementId = agreement.Id,
            AccountId = agreement.AccountId,
            CustomerId = agreement.CustomerId,
            CouponId = command.CouponId,
            State = state,
            Currency = agreement.Currency,
            Amount = command.Amount,
            Discount = 0,
            Refunded = 0,
            Description = command.Description,
            BusinessDate = BusinessCalendar.DateOf(command.Now),
            CreatedAt = command.Now,
            Authorized = command.HoldUntil is null ? null : command.Amount,
            Captured = command.HoldUntil is null ? null : 0,
            ExpiresAt = command.HoldUntil,
            Splits = command.Shares is { } shares ? PaymentShares.Write(shares) : null,
            Payee = command.Payee,
            Scene = command.Scene,
            Version = command.FirstVersion,
        };

    /// <summary>Why no payment is taken for an order now; null when one is.</summary>
    internal static Refusal? WhyNoPayment(OrderRow? order) =>
        order?.ClosedAt is not null ? Decision.Reject(ProblemCodes.OrderClosed)
        : order is { Paid: true } ? Decision.Reject(ProblemCodes.OrderAlreadyPaid)
        : null;

    internal static void RecordAttempt(CreatePayment command, Book book, OrderRow? order, bool paid) =>
        RecordAttempt(book, command.Order, order, command.PaymentId, paid);

    /// <summary>An attempt that was recorded when the customer was asked stays the same attempt.</summary>
    internal static void RecordAttempt(
        Book book,
        OrderKey key,
        OrderRow? order,
        Id<PaymentRow> payment,
        bool paid
    )
    {
        if (order is null)
        {
            book.Insert(
                PaymentTables.Orders,
                new OrderRow
                {
                    AppId = key.AppId,
                    OrderNo = key.OrderNo,
                    Attempts = 1,
                    LastPaymentId = payment,
                    Paid = paid,
                }
            );
        }
        else if (order.LastPaymentId != payment || order.Paid != paid)
        {
            book.Update(
                PaymentTables.Orders,
                order with
                {
                    Attempts = order.LastPaymentId == payment ? order.Attempts : order.Attempts + 1,
                    LastPaymentId = payment,
                    Paid = paid,
                }
            );
        }
    }
}
