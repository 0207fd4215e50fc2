using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Coupons;

/// <summary>Issues one coupon of a stock to a customer.</summary>
/// <param name="ConsentId">A consent of the customer to this app that holds a coupon wallet; null when there is none.</param>
public sealed record IssueCoupon(
    World World,
    DateTimeOffset Now,
    Id<CouponRow> CouponId,
    Id<CouponStockRow> StockId,
    Id<CampaignRow> CampaignId,
    Id<CustomerRow> CustomerId,
    Id<AppRow> AppId,
    Id<ConsentRow>? ConsentId
) : Command<CouponRow>(World, Now)
{
    /// <summary>The stock is what many change.</summary>
    public override Guid Lane => StockId.Value;

    public override Actor Actor => Actor.App(AppId);

    public override Subject Subject => Subject.Of(CouponId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CouponTables.Stocks, StockId);
        keys.Want(CouponTables.Campaigns, CampaignId);
        keys.Want(CouponTables.StockHolders, new(StockId, CustomerId));
        if (ConsentId is { } consent)
        {
            keys.Want(ConsentTables.Consents, consent);
        }
    }

    public override Decision<CouponRow> Decide(Book book) => CouponRules.Issue(this, book);
}

/// <summary>Notes that a coupon's time is over before it was used, and tells its app.</summary>
public sealed record ExpireCoupon(World World, DateTimeOffset Now, Id<CouponRow> CouponId)
    : Command<CouponRow>(World, Now)
{
    public override Subject Subject => Subject.Of(CouponId);

    public override void Keys(IKeySet keys) => keys.Want(CouponTables.Coupons, CouponId);

    public override Decision<CouponRow> Decide(Book book) => Decision.Accept(CouponRules.Expire(this, book));
}

/// <summary>Who gets coupons, and what they are good for.</summary>
public static class CouponRules
{
    /// <summary>Refuses: the customer has no consent that lasts; the stock is not open or sold out; the customer has
    /// all the stock allows.</summary>
    public static Decision<CouponRow> Issue(IssueCoupon command, Book book)
    {
        var stock = book.Get(CouponTables.Stocks, command.StockId);
        var campaign = book.Get(CouponTables.Campaigns, command.CampaignId);
        var holder = book.Find(CouponTables.StockHolders, new(command.StockId, command.CustomerId));
        var consent = command.ConsentId is { } id ? book.Get(ConsentTables.Consents, id) : null;

        if (consent is null || !ConsentRules.IsActive(consent, command.Now))
        {
            return Decision.Reject(ProblemCodes.CustomerNotLinked);
        }

        if (
            campaign.State != CampaignState.Running
            || command.Now < stock.StartsAt
            || command.Now >= stock.EndsAt
        )
        {
            return Decision.Reject(ProblemCodes.CouponStockNotOpen);
        }

        if (stock.Issued >= stock.Quantity)
        {
            return Decision.Reject(ProblemCodes.CouponStockSoldOut);
        }

        if (holder?.Issued >= stock.PerCustomerLimit)
        {
            return Decision.Reject(ProblemCodes.CouponLimitReached);
        }

        book.Update(CouponTables.Stocks, stock with { Issued = stock.Issued + 1 });
        CountHolder(command, holder, book);
        var coupon = book.Insert(CouponTables.Coupons, NewCoupon(command, stock));
        Emit(book, EventTypes.CouponIssued, coupon, CouponStatus.Issued);
        return Decision.Accept(coupon);
    }

    /// <summary>Why the customer may not use the coupon for this price; null when it may be used.</summary>
    public static string? DeclineRedemption(
        CouponRow? coupon,
        Id<AppRow> appId,
        Id<CustomerRow> customerId,
        long price,
        DateTimeOffset now
    ) =>
        coupon is null || coupon.CustomerId != customerId || coupon.AppId != appId
            ? DeclineCodes.CouponNotFound
        : coupon.Held ? DeclineCodes.CouponHeld
        : coupon.State == CouponState.Redeemed ? DeclineCodes.CouponAlreadyRedeemed
        : HasExpired(coupon, now) ? DeclineCodes.CouponExpired
        : price < coupon.Threshold ? DeclineCodes.CouponBelowThreshold
        : null;

    /// <summary>What a coupon takes off a price: never more than the price.</summary>
    public static long DiscountOf(CouponRow coupon, long price) => Math.Min(coupon.Discount, price);

    /// <summary>Sets the coupon aside for an authorized payment: nobody else can use it.</summary>
    public static void Hold(Book book, CouponRow coupon, Id<PaymentRow> paymentId)
    {
        coupon = Use(book, coupon, paymentId, held: true);
        Emit(book, EventTypes.CouponHeld, coupon, CouponStatus.Held);
    }

    public static void Redeem(Book book, CouponRow coupon, Id<PaymentRow> paymentId)
    {
        coupon = Use(book, coupon, paymentId, held: false);
        Emit(book, EventTypes.CouponRedeemed, coupon, CouponStatus.Redeemed);
    }

    /// <summary>Frees a coupon that was held; one that has expired meanwhile stays expired.</summary>
    public static void Release(Book book, CouponRow coupon, DateTimeOffset now)
    {
        coupon = Free(book, coupon, now >= coupon.ValidUntil ? CouponState.Expired : CouponState.Issued);
        Emit(book, EventTypes.CouponReleased, coupon, StatusOf(coupon, now));
    }

    /// <summary>Only what may still be used expires, and only once: what is held is told of when it is free again.</summary>
    public static CouponRow Expire(ExpireCoupon command, Book book)
    {
        var coupon = book.Get(CouponTables.Coupons, command.CouponId);
        if (coupon.State != CouponState.Issued || command.Now < coupon.ValidUntil)
        {
            return coupon;
        }

        coupon = book.Update(CouponTables.Coupons, coupon with { State = CouponState.Expired });
        Emit(book, EventTypes.CouponExpired, coupon, CouponStatus.Expired);
        return coupon;
    }

    public static CouponStatus StatusOf(CouponRow coupon, DateTimeOffset now) =>
        coupon.Held ? CouponStatus.Held
        : coupon.State == CouponState.Redeemed ? CouponStatus.Redeemed
        : HasExpired(coupon, now) ? CouponStatus.Expired
        : CouponStatus.Issued;

    /// <summary>Puts a redeemed coupon back into the wallet, if it can still be used.</summary>
    public static bool Return(Book book, CouponRow coupon, DateTimeOffset now)
    {
        if (now >= coupon.ValidUntil)
        {
            return false;
        }

        coupon = Free(book, coupon, CouponState.Issued);
        Emit(book, EventTypes.CouponReturned, coupon, CouponStatus.Issued);
        return true;
    }

    /// <summary>Whoever asks by an earlier clock than the one that it was ended by finds it ended.</summary>
    private static bool HasExpired(CouponRow coupon, DateTimeOffset now) =>
        coupon.State == CouponState.Expired || now >= coupon.ValidUntil;

    private static CouponRow Use(Book book, CouponRow coupon, Id<PaymentRow> paymentId, bool held) =>
        book.Update(
            CouponTables.Coupons,
            coupon with
            {
                State = CouponState.Redeemed,
                PaymentId = paymentId,
                Held = held,
            }
        );

    private static CouponRow Free(Book book, CouponRow coupon, CouponState state) =>
        book.Update(CouponTables.Coupons, coupon with { State = state, PaymentId = null, Held = false });

    private static void CountHolder(IssueCoupon command, StockHolderRow? holder, Book book)
    {
        if (holder is null)
        {
            book.Insert(
                CouponTables.StockHolders,
                new StockHolderRow
                {
                    StockId = command.StockId,
                    CustomerId = command.CustomerId,
                    Issued = 1,
                }
            );
        }
        else
        {
            book.Update(CouponTables.StockHolders, holder with { Issued = holder.Issued + 1 });
        }
    }

    private static CouponRow NewCoupon(IssueCoupon command, CouponStockRow stock) =>
        new()
        {
            Id = command.CouponId,
            StockId = stock.Id,
            CampaignId = stock.CampaignId,
            CustomerId = command.CustomerId,
            AppId = command.AppId,
            State = CouponState.Issued,
            Currency = stock.Currency,
            Discount = stock.Discount,
            Threshold = stock.Threshold,
            IssuedAt = command.Now,
            ValidUntil = command.Now.AddDays(stock.ValidDays),
        };

    private static void Emit(Book book, string type, CouponRow coupon, CouponStatus status) =>
        book.Emit(
            new(
                coupon.AppId.Value,
                type,
                coupon.Version,
                status.Value,
                EventSubject.Of("coupon_id", coupon.Id),
                EventSubject.Of("customer_id", coupon.CustomerId)
            )
        );
}
