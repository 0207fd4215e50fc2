namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>How a campaign ends, as the rules of business say it.</summary>
internal sealed partial class Model
{
    /// <summary>What its refunds bring goes back to where the campaign's money came from.</summary>
    public bool CampaignSettled { get; private set; }

    /// <summary>What the campaign may still give away.</summary>
    public long Budget =>
        CampaignSettled ? 0 : Stocks.Sum(stock => stock.Quantity * stock.Discount) - Payments.Sum(AsideBy);

    /// <summary>When the last coupon is issued, and the last one's time is over.</summary>
    public DateTimeOffset CampaignEndsAt =>
        Stocks.Select(stock => stock.EndsAt).Concat(Coupons.Select(coupon => coupon.ValidUntil)).Max();

    /// <summary>Whether no coupon of it can be issued, used or come back any more.</summary>
    public bool IsCampaignOver(DateTimeOffset now) =>
        now >= CampaignEndsAt && !Coupons.Exists(coupon => coupon.UsedBy is { Hold.Open: true });

    /// <summary>Whoever has not used a coupon in time, and holds it for no payment, has none.</summary>
    public static Expected Expire(ModelCoupon coupon, DateTimeOffset now)
    {
        if (coupon.Expired || coupon.UsedBy is not null || now < coupon.ValidUntil)
        {
            return new(null, null);
        }

        coupon.Expired = true;
        return new(null, null, Tell(coupon, EventTypes.CouponExpired, "expired", usedBy: null));
    }

    /// <summary>Gives what goes back.</summary>
    public long SettleCampaign()
    {
        var left = Budget;
        CampaignSettled = true;
        return left;
    }

    /// <summary>The campaign's part of a payment, less what came back of it; of a hold, what is set aside.</summary>
    private static long AsideBy(ModelPayment payment) =>
        payment.Hold is { Open: true } hold ? hold.Discount
        : payment.Captured || payment.Hold is { Captured: > 0 }
            ? payment.Price - payment.Customer - (payment.Refunds.Sum() - payment.ToCustomer)
        : 0;
}
