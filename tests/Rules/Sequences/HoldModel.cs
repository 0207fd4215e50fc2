namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Holds, as the rules of business say it.</summary>
internal sealed partial class Model
{
    public Expected Authorize(
        ModelAgreement agreement,
        string order,
        long price,
        ModelCoupon? coupon,
        DateTimeOffset until,
        DateTimeOffset now
    )
    {
        if (WhyRefused(agreement, order, now) is { } refusal)
        {
            return Expected.Refused(refusal);
        }

        var couponDecline = coupon is null ? null : WhyNotRedeemed(coupon, agreement, price, now);
        var discount = couponDecline is null ? price - CustomerPays(coupon, price) : 0;
        var most = MostToPay(coupon, price);
        var day = agreement.Day.At(agreement.Account.Day.At(DayOf(now)));
        var decline =
            couponDecline ?? WhyNotPaid(agreement, most, day, now) ?? WhyTooRisky(agreement, most, now);
        var payment = new ModelPayment(agreement, order, price, discount, coupon, day)
        {
            Captured = false,
            FeeRule = Scene.FeeRuleOf(agreement.App, now),
            Shares = Scene.SharesOf(agreement.App, price),
            Hold = new(most, discount, until) { Open = decline is null, Gone = decline is not null },
        };
        Payments.Add(payment);
        if (decline is not null)
        {
            return new(
                null,
                decline,
                new ExpectedEvent(agreement.App, EventTypes.PaymentFailed, "failed", 1)
            );
        }

        agreement.Account.Move(-most, now);
        agreement.Account.Outflow.Count(day, most);
        agreement.Paid.Count(day, most);
        CountUnasked(agreement, most, now);
        var authorized = new ExpectedEvent(agreement.App, EventTypes.PaymentAuthorized, "authorized", 1);
        return coupon is null
            ? new(null, null, authorized)
            : new(null, null, authorized, Tell(coupon, EventTypes.CouponHeld, "held", payment));
    }

    public static Expected Capture(ModelPayment payment, long? asked, bool final, DateTimeOffset now)
    {
        var left = payment.Hold is { Open: true } open ? payment.Price - open.Captured : 0;
        var refusal =
            payment.Hold is { Gone: false } known && (known.Expired || now >= known.Until)
                ? ProblemCodes.AuthorizationExpired
            : payment.Hold is not { Open: true } ? ProblemCodes.PaymentNotCapturable
            : asked > left ? ProblemCodes.CaptureExceedsAuthorization
            : null;
        if (refusal is not null)
        {
            return Expected.Refused(refusal);
        }

        var hold = payment.Hold!;
        hold.Captured += asked ?? left;
        hold.Gone = hold.Captured == payment.Price;
        if (final || hold.Captured == payment.Price)
        {
            return End(payment, now, EventTypes.PaymentCaptured, "captured");
        }

        payment.Version++;
        return new(
            null,
            null,
            new ExpectedEvent(
                payment.Agreement.App,
                EventTypes.PaymentCaptured,
                "authorized",
                payment.Version
            )
        );
    }

    public static Expected Cancel(ModelPayment payment, DateTimeOffset now)
    {
        if (payment.Hold is not { Open: true } hold)
        {
            return Expected.Refused(ProblemCodes.PaymentNotCancelable);
        }

        hold.Gone = hold.Captured == 0;
        return End(payment, now, EventTypes.PaymentCanceled, "canceled");
    }

    public static Expected Expire(ModelPayment payment, DateTimeOffset now)
    {
        if (payment.Hold is not { Open: true } hold || now < hold.Until)
        {
            return Expected.Refused(ProblemCodes.PaymentNotCapturable);
        }

        hold.Expired = hold.Captured == 0;
        return End(payment, now, EventTypes.PaymentExpired, "expired");
    }

    /// <summary>Each one gets back what it set aside and does not pay.</summary>
    private static Expected End(ModelPayment payment, DateTimeOffset now, string type, string status)
    {
        var hold = payment.Hold!;
        var account = payment.Agreement.Account;
        var customer = CustomerPays(payment.Coupon, hold.Captured);
        var back = hold.Most - customer;
        hold.Open = false;
        account.Move(back, now);
        account.Outflow.GiveBack(payment.Day, back, now);
        if (back > 0)
        {
            payment.Agreement.Paid.GiveBack(payment.Day, back, now);
        }

        payment.Captured = hold.Captured > 0;
        payment.Version++;
        if (payment.Captured)
        {
            (payment.Price, payment.Customer) = (hold.Captured, customer);
            (type, status) = (EventTypes.PaymentCaptured, "captured");
        }

        var ended = new ExpectedEvent(payment.Agreement.App, type, status, payment.Version);
        return payment.Coupon is { } coupon
            ? new(null, null, ended, SettleCoupon(payment, coupon, now))
            : new(null, null, ended);
    }

    private static ExpectedEvent SettleCoupon(ModelPayment payment, ModelCoupon coupon, DateTimeOffset now) =>
        payment.Captured && payment.Price >= coupon.Stock.Threshold
            ? Tell(coupon, EventTypes.CouponRedeemed, "redeemed", payment)
            : Release(coupon, now);

    private static ExpectedEvent Release(ModelCoupon coupon, DateTimeOffset now)
    {
        coupon.Expired = now >= coupon.ValidUntil;
        return Tell(coupon, EventTypes.CouponReleased, coupon.Expired ? "expired" : "issued", usedBy: null);
    }

    private static ExpectedEvent Tell(ModelCoupon coupon, string type, string status, ModelPayment? usedBy)
    {
        coupon.UsedBy = usedBy;
        coupon.Version++;
        return new(coupon.App, type, status, coupon.Version);
    }

    /// <summary>A coupon takes its whole discount off what was captured, from its threshold on.</summary>
    private static long CustomerPays(ModelCoupon? coupon, long captured) =>
        coupon is null || captured < coupon.Stock.Threshold
            ? captured
            : Math.Max(0, captured - coupon.Stock.Discount);

    /// <summary>The most of all that may come: what is paid grows with what is captured, and falls at the threshold
    /// alone.</summary>
    private static long MostToPay(ModelCoupon? coupon, long price) =>
        Math.Max(
            CustomerPays(coupon, price),
            coupon is null ? 0 : CustomerPays(coupon, Math.Clamp(coupon.Stock.Threshold - 1, 0, price))
        );
}

internal sealed class ModelHold(long most, long discount, DateTimeOffset until)
{
    public long Most { get; } = most;

    public long Discount { get; } = discount;

    public DateTimeOffset Until { get; } = until;

    public long Captured { get; set; }

    public required bool Open { get; set; }

    public bool Expired { get; set; }

    /// <summary>Never there, captured whole, or canceled before any capture: nothing of it ran out.</summary>
    public bool Gone { get; set; }

    /// <summary>What is held of the customer's money: the campaign's part is drawn on first.</summary>
    public long Held => Open ? Most - Math.Max(0, Captured - Discount) : 0;
}
