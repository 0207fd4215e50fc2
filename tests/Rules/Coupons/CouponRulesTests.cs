using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Coupons;

public class CouponRulesTests
{
    private static readonly IssueCoupon issue = new(
        Rows.World,
        Rows.Noon,
        Rows.Coupon.Id,
        Rows.Stock.Id,
        Rows.Campaign.Id,
        Rows.Customer.Id,
        Rows.App.Id,
        Rows.Consent.Id
    );

    [Fact]
    public void A_coupon_is_issued_with_the_terms_of_its_stock_and_the_app_is_told()
    {
        var bank = BankWithStock();

        var ran = bank.Run(issue);

        Assert.Equal(Rows.Coupon, ran.Accepted);
        Assert.Equal(1, bank.Get(CouponTables.Stocks, Rows.Stock.Id).Issued);
        var told = Assert.Single(ran.Events);
        Assert.Equal(
            (Rows.App.Id.Value, EventTypes.CouponIssued, 1, "issued"),
            (told.AppId, told.Type, told.Sequence, told.Status)
        );
    }

    [Fact]
    public void Who_has_linked_no_wallet_gets_no_coupon() =>
        Assert.Equal(
            ProblemCodes.CustomerNotLinked,
            BankWithStock().Run(issue with { ConsentId = null }).Rejected.Code
        );

    [Fact]
    public void Who_took_the_consent_back_or_let_it_run_out_gets_no_coupon()
    {
        var revoked = BankWithStock()
            .Put(ConsentTables.Consents, Rows.Consent with { State = ConsentState.Revoked });
        var expired = BankWithStock()
            .Put(ConsentTables.Consents, Rows.Consent with { ExpiresAt = Rows.Noon });

        Assert.Equal(ProblemCodes.CustomerNotLinked, revoked.Run(issue).Rejected.Code);
        Assert.Equal(ProblemCodes.CustomerNotLinked, expired.Run(issue).Rejected.Code);
    }

    [Fact]
    public void A_stock_issues_from_its_first_moment_until_its_last()
    {
        var bank = BankWithStock();

        Assert.Equal(
            ProblemCodes.CouponStockNotOpen,
            IssueAt(Rows.Stock.StartsAt.AddTicks(-1)).Rejected.Code
        );
        Assert.Equal(ProblemCodes.CouponStockNotOpen, IssueAt(Rows.Stock.EndsAt).Rejected.Code);
        Assert.NotNull(IssueAt(Rows.Stock.EndsAt.AddTicks(-1)).Accepted);

        Ran<CouponRow> IssueAt(DateTimeOffset now) => bank.Run(issue with { Now = now });
    }

    [Fact]
    public void A_campaign_that_does_not_run_issues_nothing()
    {
        var bank = BankWithStock()
            .Put(CouponTables.Campaigns, Rows.Campaign with { State = (CampaignState)99 });

        Assert.Equal(ProblemCodes.CouponStockNotOpen, bank.Run(issue).Rejected.Code);
    }

    [Fact]
    public void The_last_coupon_is_issued_and_then_the_stock_is_sold_out()
    {
        var bank = BankWithStock(Rows.Stock with { Issued = Rows.Stock.Quantity - 1 });

        Assert.NotNull(bank.Run(issue).Accepted);
        Assert.Equal(
            ProblemCodes.CouponStockSoldOut,
            bank.Run(issue with { CouponId = Rows.Id<CouponRow>(2) }).Rejected.Code
        );
        Assert.Equal(Rows.Stock.Quantity, bank.Get(CouponTables.Stocks, Rows.Stock.Id).Issued);
    }

    [Fact]
    public void A_customer_gets_as_many_as_the_stock_allows_and_another_customer_still_gets_one()
    {
        var bank = BankWithStock();

        Assert.NotNull(bank.Run(issue).Accepted);
        Assert.NotNull(bank.Run(issue with { CouponId = Rows.Id<CouponRow>(2) }).Accepted);
        Assert.Equal(
            ProblemCodes.CouponLimitReached,
            bank.Run(issue with { CouponId = Rows.Id<CouponRow>(3) }).Rejected.Code
        );
        Assert.NotNull(
            bank.Run(
                issue with
                {
                    CouponId = Rows.Id<CouponRow>(3),
                    CustomerId = Rows.Id<CustomerRow>(2),
                }
            ).Accepted
        );
    }

    [Fact]
    public void A_coupon_is_good_for_its_customer_at_its_app() =>
        Assert.Null(DeclineOf(Rows.Coupon, price: Rows.Coupon.Threshold));

    [Fact]
    public void No_coupon_of_another_customer_or_app_is_known()
    {
        Assert.Equal(DeclineCodes.CouponNotFound, DeclineOf(null, price: 20_00));
        Assert.Equal(
            DeclineCodes.CouponNotFound,
            DeclineOf(Rows.Coupon with { CustomerId = Rows.Id<CustomerRow>(2) }, price: 20_00)
        );
        Assert.Equal(
            DeclineCodes.CouponNotFound,
            DeclineOf(Rows.Coupon with { AppId = Rows.Id<AppRow>(2) }, price: 20_00)
        );
    }

    [Fact]
    public void A_coupon_is_used_once() =>
        Assert.Equal(DeclineCodes.CouponAlreadyRedeemed, DeclineOf(Redeemed(), price: 20_00));

    [Fact]
    public void A_coupon_is_good_until_it_expires_and_no_longer()
    {
        Assert.Null(DeclineOf(Rows.Coupon, price: 20_00, Rows.Coupon.ValidUntil.AddTicks(-1)));
        Assert.Equal(
            DeclineCodes.CouponExpired,
            DeclineOf(Rows.Coupon, price: 20_00, Rows.Coupon.ValidUntil)
        );
    }

    [Fact]
    public void A_price_one_fen_below_the_threshold_is_too_low() =>
        Assert.Equal(
            DeclineCodes.CouponBelowThreshold,
            DeclineOf(Rows.Coupon, price: Rows.Coupon.Threshold - 1)
        );

    [Fact]
    public void Another_persons_used_coupon_tells_nothing_about_itself() =>
        Assert.Equal(
            DeclineCodes.CouponNotFound,
            DeclineOf(Redeemed() with { CustomerId = Rows.Id<CustomerRow>(2) }, price: 1)
        );

    [Theory]
    [InlineData(20_00, 5_00)]
    [InlineData(5_01, 5_00)]
    [InlineData(5_00, 5_00)]
    [InlineData(4_99, 4_99)]
    public void A_coupon_takes_off_what_it_says_and_never_more_than_the_price(long price, long discount) =>
        Assert.Equal(discount, CouponRules.DiscountOf(Rows.Coupon, price));

    [Fact]
    public void A_redeemed_coupon_names_its_payment()
    {
        var (book, coupon) = Open(Rows.Coupon);

        CouponRules.Redeem(book, coupon, Rows.Payment.Id);

        var redeemed = book.Get(CouponTables.Coupons, coupon.Id);
        Assert.Equal((CouponState.Redeemed, (object?)Rows.Payment.Id), (redeemed.State, redeemed.PaymentId));
        var told = Assert.Single(book.Events);
        Assert.Equal((EventTypes.CouponRedeemed, 2, "redeemed"), (told.Type, told.Sequence, told.Status));
    }

    [Fact]
    public void A_coupon_that_is_still_good_goes_back_into_the_wallet()
    {
        var (book, coupon) = Open(Redeemed());

        Assert.True(CouponRules.Return(book, coupon, coupon.ValidUntil.AddTicks(-1)));

        var returned = book.Get(CouponTables.Coupons, coupon.Id);
        Assert.Equal((CouponState.Issued, (object?)null), (returned.State, returned.PaymentId));
        var told = Assert.Single(book.Events);
        Assert.Equal((EventTypes.CouponReturned, 2, "issued"), (told.Type, told.Sequence, told.Status));
    }

    [Fact]
    public void A_coupon_that_expired_stays_used()
    {
        var (book, coupon) = Open(Redeemed());

        Assert.False(CouponRules.Return(book, coupon, coupon.ValidUntil));

        Assert.False(book.HasChanges);
    }

    [Fact]
    public void A_coupon_that_nobody_used_in_time_ends_once_and_its_app_is_told()
    {
        var bank = new MemoryBank().Put(CouponTables.Coupons, Rows.Coupon);
        var expire = new ExpireCoupon(Rows.World, Rows.Coupon.ValidUntil, Rows.Coupon.Id);

        Assert.Empty(bank.Run(expire with { Now = Rows.Coupon.ValidUntil.AddTicks(-1) }).Told);
        Assert.Equal([EventTypes.CouponExpired], bank.Run(expire).Told);
        Assert.Empty(bank.Run(expire).Told);

        var expired = bank.Get(CouponTables.Coupons, Rows.Coupon.Id);
        Assert.Equal((CouponState.Expired, 2), (expired.State, expired.Version));
        // By the clock of a request that came before.
        Assert.Equal(CouponStatus.Expired, CouponRules.StatusOf(expired, Rows.Noon));
        Assert.Equal(DeclineCodes.CouponExpired, DeclineOf(expired, price: 20_00));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_used_or_held_coupon_expires(bool held)
    {
        var bank = new MemoryBank().Put(CouponTables.Coupons, Redeemed() with { Held = held });

        Assert.Empty(bank.Run(new ExpireCoupon(Rows.World, Rows.Coupon.ValidUntil, Rows.Coupon.Id)).Told);

        Assert.Equal(1, bank.Get(CouponTables.Coupons, Rows.Coupon.Id).Version);
    }

    [Theory]
    [InlineData(-1, "issued", EventTypes.CouponExpired)]
    [InlineData(0, "expired", null)]
    public void A_coupon_that_was_held_past_its_time_is_told_of_when_it_is_free(
        int seconds,
        string status,
        string? later
    )
    {
        var bank = new MemoryBank().Put(CouponTables.Coupons, Redeemed() with { Held = true });
        var book = bank.Open(keys => keys.Want(CouponTables.Coupons, Rows.Coupon.Id));

        CouponRules.Release(
            book,
            book.Get(CouponTables.Coupons, Rows.Coupon.Id),
            Rows.Coupon.ValidUntil.AddSeconds(seconds)
        );
        bank.Save(book);

        Assert.Equal(status, Assert.Single(book.Events).Status);
        var ran = bank.Run(new ExpireCoupon(Rows.World, Rows.Coupon.ValidUntil, Rows.Coupon.Id));
        Assert.Equal(later is null ? [] : [later], ran.Told);
    }

    private static CouponRow Redeemed() =>
        Rows.Coupon with
        {
            State = CouponState.Redeemed,
            PaymentId = Rows.Payment.Id,
        };

    private static string? DeclineOf(CouponRow? coupon, long price, DateTimeOffset? now = null) =>
        CouponRules.DeclineRedemption(coupon, Rows.App.Id, Rows.Customer.Id, price, now ?? Rows.Noon);

    private static (OpenBanking.Server.Engine.Book Book, CouponRow Coupon) Open(CouponRow coupon)
    {
        var bank = new MemoryBank().Put(CouponTables.Coupons, coupon);
        return (bank.Open(keys => keys.Want(CouponTables.Coupons, coupon.Id)), coupon);
    }

    private static MemoryBank BankWithStock(CouponStockRow? stock = null) =>
        new MemoryBank()
            .Put(CouponTables.Stocks, stock ?? Rows.Stock)
            .Put(CouponTables.Campaigns, Rows.Campaign)
            .Put(ConsentTables.Consents, Rows.Consent);
}
