using System.Numerics;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What a step should come to.</summary>
/// <param name="Refusal">The code of the refusal; nothing else happens then.</param>
/// <param name="Decline">The code of the decline.</param>
internal sealed record Expected(string? Refusal, string? Decline, params IReadOnlyList<ExpectedEvent> Events)
{
    /// <summary>Whether it is accepted and makes nothing.</summary>
    public bool Nothing { get; init; }

    public static Expected Refused(string code) => new(code, null);
}

/// <param name="Sequence">The version of what changed.</param>
internal sealed record ExpectedEvent(int App, string Type, string Status, long Sequence)
{
    /// <summary>An account's version counts its movements as well.</summary>
    public const long AnySequence = 0;
}

/// <summary>
/// The bank as its rules of business say it, told from histories: it keeps what happened and adds it up each time it is
/// asked, where the server keeps counters and balances.
/// </summary>
internal sealed partial class Model
{
    private const long DailyOutflow = 10_000_00;
    private const long YearlyOutflow = 200_000_00;

    public List<ModelAccount> Accounts { get; } = [];

    public List<ModelAgreement> Agreements { get; } = [];

    public List<ModelStock> Stocks { get; } = [];

    public List<ModelTopUp> TopUps { get; } = [];

    public List<ModelCoupon> Coupons { get; } = [];

    public List<ModelPayment> Payments { get; } = [];

    public static DateOnly DayOf(DateTimeOffset instant) =>
        DateOnly.FromDateTime(instant.UtcDateTime.AddHours(8));

    /// <summary>What a partner has earned and not given back, less fees, and what was paid out of it.</summary>
    /// <param name="owner">A merchant's number, or 0 for the partner itself.</param>
    public long SettlementOf(int app, int owner) => EarnedBy(app, owner) - PaidOutTo(app, owner);

    private long EarnedBy(int app, int owner) =>
        Payments
            .Where(payment => payment.Agreement.App == app)
            .Sum(payment =>
                payment.Shares.Select((share, i) => share.Owner == owner ? payment.LeftTo(i) : 0).Sum()
            );

    public Expected TopUp(ModelAgreement agreement, long amount, DateTimeOffset now)
    {
        if (!agreement.IsActive(now))
        {
            return Expected.Refused(ProblemCodes.AgreementNotActive);
        }

        if (!agreement.TopUpAllowed)
        {
            return Expected.Refused(ProblemCodes.TopUpNotAllowed);
        }

        var decline =
            agreement.Account.Sleeps(now) ? DeclineCodes.AccountDormant
            : amount > agreement.PerPayment ? DeclineCodes.AgreementPerPaymentLimit
            : agreement.ToppedUp.OnDayOf(DayOf(now)) + amount > agreement.Daily
                ? DeclineCodes.AgreementDailyLimit
            : null;
        TopUps.Add(new(agreement, amount, agreement.Day.At(DayOf(now))) { Open = decline is null });
        if (decline is not null)
        {
            return new(null, decline, new ExpectedEvent(agreement.App, EventTypes.TopUpFailed, "failed", 1));
        }

        agreement.ToppedUp.Count(DayOf(now), amount);
        return new(null, null, new ExpectedEvent(agreement.App, EventTypes.TopUpProcessing, "processing", 1));
    }

    public static Expected Complete(ModelTopUp topUp, bool succeeds, DateTimeOffset now)
    {
        if (!topUp.Open)
        {
            return new(null, null);
        }

        topUp.Open = false;
        if (succeeds)
        {
            topUp.Agreement.Account.Move(topUp.Amount, now);
            return new(
                null,
                null,
                new ExpectedEvent(topUp.Agreement.App, EventTypes.TopUpSucceeded, "succeeded", 2)
            );
        }

        topUp.Agreement.ToppedUp.GiveBack(topUp.Day, topUp.Amount, now);
        return new(null, null, new ExpectedEvent(topUp.Agreement.App, EventTypes.TopUpFailed, "failed", 2));
    }

    public Expected Issue(ModelAgreement agreement, ModelStock stock, DateTimeOffset now)
    {
        var issued = Coupons.Where(coupon => coupon.Stock == stock).ToList();
        var refusal =
            !agreement.IsActive(now) ? ProblemCodes.CustomerNotLinked
            : now < stock.StartsAt || now >= stock.EndsAt ? ProblemCodes.CouponStockNotOpen
            : issued.Count == stock.Quantity ? ProblemCodes.CouponStockSoldOut
            : issued.Count(coupon => coupon.Account == agreement.Account) == stock.PerCustomer
                ? ProblemCodes.CouponLimitReached
            : null;
        if (refusal is not null)
        {
            return Expected.Refused(refusal);
        }

        Coupons.Add(new(stock, agreement.Account, agreement.App, now.AddDays(stock.ValidDays)));
        return new(null, null, new ExpectedEvent(agreement.App, EventTypes.CouponIssued, "issued", 1));
    }

    public Expected Pay(
        ModelAgreement agreement,
        string order,
        long price,
        ModelCoupon? coupon,
        DateTimeOffset now
    )
    {
        if (WhyRefused(agreement, order, now) is { } refusal)
        {
            return Expected.Refused(refusal);
        }

        var couponDecline = coupon is null ? null : WhyNotRedeemed(coupon, agreement, price, now);
        var discount =
            coupon is null || couponDecline is not null ? 0 : Math.Min(coupon.Stock.Discount, price);
        var day = agreement.Day.At(agreement.Account.Day.At(DayOf(now)));
        var decline =
            couponDecline
            ?? WhyNotPaid(agreement, price - discount, day, now)
            ?? WhyTooRisky(agreement, price - discount, now);
        var payment = new ModelPayment(agreement, order, price, discount, coupon, day)
        {
            Captured = decline is null,
            FeeRule = Scene.FeeRuleOf(agreement.App, now),
            Shares = Scene.SharesOf(agreement.App, price),
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

        agreement.Account.Move(-payment.Customer, now);
        agreement.Account.Outflow.Count(day, payment.Customer);
        agreement.Paid.Count(day, payment.Customer);
        CountUnasked(agreement, payment.Customer, now);
        var captured = new ExpectedEvent(agreement.App, EventTypes.PaymentCaptured, "captured", 1);
        if (coupon is null)
        {
            return new(null, null, captured);
        }

        coupon.UsedBy = payment;
        coupon.Version++;
        return new(
            null,
            null,
            captured,
            new ExpectedEvent(agreement.App, EventTypes.CouponRedeemed, "redeemed", coupon.Version)
        );
    }

    /// <param name="named">What each part is to give; by the rule when null.</param>
    public Expected Refund(ModelPayment payment, long? asked, IReadOnlyList<long>? named, DateTimeOffset now)
    {
        var amount = asked ?? payment.Left;
        var app = payment.Agreement.App;
        var refusal =
            !payment.Captured || payment.Left == 0 ? ProblemCodes.PaymentNotRefundable
            : amount > payment.Left ? ProblemCodes.RefundExceedsPayment
            : null;
        if (refusal is not null)
        {
            return Expected.Refused(refusal);
        }

        if (named?.Where((part, i) => part > payment.TakenBy[i] - payment.GaveBack[i]).Any() == true)
        {
            return Expected.Refused(ProblemCodes.RefundExceedsPayment);
        }

        var parts = named ?? payment.DivideRefund(amount);
        if (
            payment
                .Shares.Where((share, i) => payment.Costs(i, parts[i]) > SettlementOf(app, share.Owner))
                .Any()
        )
        {
            return Expected.Refused(ProblemCodes.InsufficientPartnerBalance);
        }

        var before = payment.ToCustomer;
        for (var i = 0; i < parts.Count; i++)
        {
            payment.GaveBack[i] += parts[i];
        }

        payment.Refunds.Add(amount);
        payment.Version++;
        var toCustomer = payment.ToCustomer - before;
        payment.Agreement.Account.Move(toCustomer, now);
        payment.Agreement.Account.Outflow.GiveBack(payment.Day, toCustomer, now);
        payment.Agreement.Paid.GiveBack(payment.Day, toCustomer, now);
        return new(null, null, [.. TellRefund(payment, app, now)]);
    }

    public static Expected Revoke(ModelAgreement agreement)
    {
        if (agreement.Revoked)
        {
            return new(null, null);
        }

        agreement.Revoked = true;
        return new(null, null, new ExpectedEvent(agreement.App, EventTypes.ConsentRevoked, "revoked", 2));
    }

    private static IEnumerable<ExpectedEvent> TellRefund(ModelPayment payment, int app, DateTimeOffset now)
    {
        // A hold that was captured below the threshold let go of its coupon, which may be another payment's by now.
        if (
            payment.Left == 0
            && payment.Coupon is { } coupon
            && coupon.UsedBy == payment
            && now < coupon.ValidUntil
        )
        {
            coupon.UsedBy = null;
            coupon.Version++;
            yield return new(app, EventTypes.CouponReturned, "issued", coupon.Version);
        }

        yield return new(app, EventTypes.RefundSucceeded, "succeeded", 1);
        yield return payment.Left == 0
            ? new(app, EventTypes.PaymentRefunded, "refunded", payment.Version)
            : new(app, EventTypes.PaymentPartiallyRefunded, "partially_refunded", payment.Version);
    }

    private string? WhyRefused(ModelAgreement agreement, string order, DateTimeOffset now) =>
        !agreement.IsActive(now) ? ProblemCodes.AgreementNotActive : WhyNoPayment(agreement.App, order);

    private static string? WhyNotRedeemed(
        ModelCoupon coupon,
        ModelAgreement agreement,
        long price,
        DateTimeOffset now
    ) =>
        coupon.Account != agreement.Account || coupon.App != agreement.App ? DeclineCodes.CouponNotFound
        : coupon.UsedBy is { Hold.Open: true } ? DeclineCodes.CouponHeld
        : coupon.UsedBy is not null ? DeclineCodes.CouponAlreadyRedeemed
        : coupon.Expired || now >= coupon.ValidUntil ? DeclineCodes.CouponExpired
        : price < coupon.Stock.Threshold ? DeclineCodes.CouponBelowThreshold
        : null;

    private static string? WhyNotPaid(ModelAgreement agreement, long amount, DateOnly day, DateTimeOffset now)
    {
        var account = agreement.Account;
        return amount > agreement.PerPayment ? DeclineCodes.AgreementPerPaymentLimit
            : agreement.Paid.OnDayOf(day) + amount > agreement.Daily ? DeclineCodes.AgreementDailyLimit
            : agreement.Monthly is { } monthly && agreement.Paid.InMonthOf(day) + amount > monthly
                ? DeclineCodes.AgreementMonthlyLimit
            : agreement.Paid.InAll + amount > agreement.Total ? DeclineCodes.AgreementTotalLimit
            : account.Sleeps(now) ? DeclineCodes.AccountDormant
            : account.Outflow.OnDayOf(day) + amount > DailyOutflow ? DeclineCodes.AccountDailyLimit
            : account.Outflow.InYearOf(day) + amount > YearlyOutflow ? DeclineCodes.AccountYearlyLimit
            : amount > account.Balance ? DeclineCodes.InsufficientFunds
            : null;
    }
}

/// <summary>A business day that has begun stays begun: what comes late, with an earlier clock, counts for it.</summary>
internal sealed class BusinessDay(DateOnly begun)
{
    public DateOnly Latest { get; private set; } = begun;

    public DateOnly At(DateOnly date) => date > Latest ? date : Latest;

    public DateOnly Begin(DateOnly date) => Latest = At(date);
}

/// <summary>What was counted, and for which day, month and year.</summary>
internal sealed class History(BusinessDay day)
{
    private readonly List<(DateOnly? Day, DateOnly? Month, int? Year, long Amount)> counted = [];

    public long InAll => counted.Sum(line => line.Amount);

    public long OnDayOf(DateOnly date) => On(day.At(date));

    public long InMonthOf(DateOnly date) => InMonth(FirstOf(day.At(date)));

    public long InYearOf(DateOnly date) => In(day.At(date).Year);

    public long OnLatestDay => On(day.Latest);

    public long InLatestMonth => InMonthOf(day.Latest);

    public long InLatestYear => In(day.Latest.Year);

    public void CountEarlierInYear(int year, long amount) => counted.Add((null, null, year, amount));

    public void Count(DateOnly date, long amount)
    {
        var today = day.Begin(date);
        counted.Add((today, FirstOf(today), today.Year, amount));
    }

    /// <summary>Gives back to the day, the month and the year it was paid in, while they last.</summary>
    public void GiveBack(DateOnly paid, long amount, DateTimeOffset now)
    {
        var today = day.Begin(Model.DayOf(now));
        counted.Add(
            (
                today == paid ? today : null,
                FirstOf(today) == FirstOf(paid) ? FirstOf(today) : null,
                today.Year == paid.Year ? today.Year : null,
                -amount
            )
        );
    }

    private long On(DateOnly date) => counted.Where(line => line.Day == date).Sum(line => line.Amount);

    private long InMonth(DateOnly first) =>
        counted.Where(line => line.Month == first).Sum(line => line.Amount);

    private static DateOnly FirstOf(DateOnly date) => new(date.Year, date.Month, 1);

    private long In(int year) => counted.Where(line => line.Year == year).Sum(line => line.Amount);
}

internal sealed partial class ModelAccount
{
    public ModelAccount(DateOnly begun)
    {
        Day = new(begun);
        Outflow = new(Day);
    }

    public BusinessDay Day { get; }

    public History Outflow { get; }
}

internal sealed class ModelAgreement
{
    public ModelAgreement(ModelAccount account, int app, DateOnly begun)
    {
        Account = account;
        App = app;
        Day = new(begun);
        Paid = new(Day);
        ToppedUp = new(Day);
    }

    public ModelAccount Account { get; }

    public int App { get; }

    public required long PerPayment { get; init; }

    public required long Daily { get; init; }

    public required long? Monthly { get; init; }

    public required long Total { get; init; }

    public required bool TopUpAllowed { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether it is for one payment that its customer confirms.</summary>
    public bool Confirmed { get; init; }

    public bool Revoked { get; set; }

    public BusinessDay Day { get; }

    public History Paid { get; }

    public History ToppedUp { get; }

    public bool IsActive(DateTimeOffset now) => !Revoked && now < ExpiresAt;
}

internal sealed record ModelStock(
    long Discount,
    long Threshold,
    int Quantity,
    int PerCustomer,
    int ValidDays,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt
);

internal sealed class ModelTopUp(ModelAgreement agreement, long amount, DateOnly day)
{
    public ModelAgreement Agreement { get; } = agreement;

    public long Amount { get; } = amount;

    public DateOnly Day { get; } = day;

    public required bool Open { get; set; }
}

internal sealed class ModelCoupon(ModelStock stock, ModelAccount account, int app, DateTimeOffset validUntil)
{
    public ModelStock Stock { get; } = stock;

    public ModelAccount Account { get; } = account;

    public int App { get; } = app;

    public DateTimeOffset ValidUntil { get; } = validUntil;

    public ModelPayment? UsedBy { get; set; }

    /// <summary>Whether its app was told that its time is over.</summary>
    public bool Expired { get; set; }

    public long Version { get; set; } = 1;
}

internal sealed partial class ModelPayment(
    ModelAgreement agreement,
    string order,
    long price,
    long discount,
    ModelCoupon? coupon,
    DateOnly day
)
{
    public ModelAgreement Agreement { get; } = agreement;

    public string Order { get; } = order;

    public long Price { get; set; } = price;

    public long Customer { get; set; } = price - discount;

    public ModelCoupon? Coupon { get; } = coupon;

    public DateOnly Day { get; } = day;

    public required bool Captured { get; set; }

    /// <summary>How it is held, when it was held first.</summary>
    public ModelHold? Hold { get; init; }

    public bool Live => Captured || Hold is { Open: true };

    public long Version { get; set; } = 1;

    public List<long> Refunds { get; } = [];

    public long Left => Price - Refunds.Sum();

    /// <summary>floor(R × P ÷ T)</summary>
    public long ToCustomer => (long)((BigInteger)Refunds.Sum() * Customer / Price);
}
