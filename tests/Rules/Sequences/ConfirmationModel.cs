using OpenBanking.Server.Confirmations;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Payments that customers confirm, as the rules of business say it.</summary>
internal sealed partial class Model
{
    private readonly HashSet<(int App, string Order)> closed = [];

    public List<ModelAsked> Asked { get; } = [];

    public Expected Ask(
        int app,
        string order,
        long price,
        ModelCoupon? coupon,
        int? hours,
        DateTimeOffset expiresAt,
        DateTimeOffset now
    )
    {
        if (WhyNoPayment(app, order) is { } refusal)
        {
            return Expected.Refused(refusal);
        }

        var owner = coupon?.Account;
        var decline =
            coupon is null ? null
            : coupon.App != app ? DeclineCodes.CouponNotFound
            : WhyNotRedeemed(coupon, SingleUse(owner!, app, price, now), price, now);
        Asked.Add(new(app, order, price, coupon, hours, owner, expiresAt) { Waits = decline is null });
        return decline is null
            ? new(null, null, new ExpectedEvent(app, EventTypes.PaymentRequiresAction, "requires_action", 1))
            : new(null, decline, new ExpectedEvent(app, EventTypes.PaymentFailed, "failed", 1));
    }

    /// <summary>What is asked of nobody in particular is whoever's who confirms it.</summary>
    public Expected Confirm(ModelAsked asked, ModelAccount account, DateTimeOffset until, DateTimeOffset now)
    {
        if (WhyNotDecided(asked, account, now) is { } refusal)
        {
            return Expected.Refused(refusal);
        }

        var agreement = SingleUse(account, asked.App, asked.Price, now);
        var coupon = asked.Coupon;
        if (coupon is not null && WhyNotRedeemed(coupon, agreement, asked.Price, now) is { } unusable)
        {
            return End(asked, EventTypes.PaymentFailed, "failed") with { Decline = unusable };
        }

        var most = asked.Hours is null ? CustomerPays(coupon, asked.Price) : MostToPay(coupon, asked.Price);
        if (WhyNotPaid(agreement, most, agreement.Day.At(account.Day.At(DayOf(now))), now) is { } decline)
        {
            return new(null, decline);
        }

        asked.Waits = false;
        var paid = asked.Hours is null
            ? Pay(agreement, asked.Order, asked.Price, coupon, now)
            : Authorize(agreement, asked.Order, asked.Price, coupon, until, now);
        Payments[^1].Version = 2;
        return paid with { Events = [paid.Events[0] with { Sequence = 2 }, .. paid.Events.Skip(1)] };
    }

    public static Expected TakeBack(ModelAsked asked) =>
        asked.Waits
            ? End(asked, EventTypes.PaymentCanceled, "canceled")
            : Expected.Refused(ProblemCodes.PaymentNotCancelable);

    public static Expected SayNo(ModelAsked asked, ModelAccount account, DateTimeOffset now) =>
        WhyNotDecided(asked, account, now) is { } refusal
            ? Expected.Refused(refusal)
            : End(asked, EventTypes.PaymentCanceled, "canceled") with
            {
                Decline = DeclineCodes.CustomerDeclined,
            };

    public static Expected RunOut(ModelAsked asked, DateTimeOffset now) =>
        asked.Waits && now >= asked.ExpiresAt
            ? End(asked, EventTypes.PaymentExpired, "expired")
            : Expected.Refused(ConfirmationRules.Refusals.Over);

    private static Expected End(ModelAsked asked, string type, string status)
    {
        asked.Waits = false;
        return new(null, null, new ExpectedEvent(asked.App, type, status, 2));
    }

    private static string? WhyNotDecided(ModelAsked asked, ModelAccount account, DateTimeOffset now) =>
        !asked.Waits || now >= asked.ExpiresAt ? ConfirmationRules.Refusals.Over
        : asked.Only is { } only && only != account ? ConfirmationRules.Refusals.OfAnother
        : null;

    public Expected Close(int app, string order)
    {
        closed.Add((app, order));
        return Asked.Find(asked => asked.Waits && asked.Order == order && asked.App == app) is { } waiting
            ? TakeBack(waiting)
            : new(null, null);
    }

    private string? WhyNoPayment(int app, string order) =>
        closed.Contains((app, order)) ? ProblemCodes.OrderClosed
        : IsLive(app, order) ? ProblemCodes.OrderAlreadyPaid
        : null;

    private bool IsLive(int app, string order) =>
        Payments.Exists(paid => paid.Live && paid.Order == order && paid.Agreement.App == app)
        || Asked.Exists(asked => asked.Waits && asked.Order == order && asked.App == app);

    private static ModelAgreement SingleUse(ModelAccount account, int app, long price, DateTimeOffset now) =>
        new(account, app, DayOf(now))
        {
            PerPayment = price,
            Daily = price,
            Monthly = null,
            Total = price,
            TopUpAllowed = false,
            Confirmed = true,
            ExpiresAt = DateTimeOffset.MaxValue,
        };
}

/// <param name="Only">Who alone may confirm it.</param>
internal sealed record ModelAsked(
    int App,
    string Order,
    long Price,
    ModelCoupon? Coupon,
    int? Hours,
    ModelAccount? Only,
    DateTimeOffset ExpiresAt
)
{
    public required bool Waits { get; set; }
}
