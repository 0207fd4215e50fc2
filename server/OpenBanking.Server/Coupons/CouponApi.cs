using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Coupons;

/// <summary>GET /v1/coupon-stocks, POST /v1/coupons, GET /v1/coupons, /v1/coupons/{id}</summary>
public static class CouponApi
{
    public static void MapCoupons(this IEndpointRouteBuilder api)
    {
        api.MapGet("/coupon-stocks", ListStocksAsync)
            .Needs(TokenRequirement.App(Scopes.CouponsIssue))
            .WithName("listCouponStocks")
            .WithTags("Coupons")
            .WithSummary("The coupon stocks of the bank's campaigns, ended ones among them")
            .Produces<Page<CouponStock>>();

        api.MapPost("/coupons", IssueAsync)
            .Needs(TokenRequirement.App(Scopes.CouponsIssue))
            .WithName("issueCoupon")
            .WithTags("Coupons")
            .WithSummary("Issues one coupon of a stock to a customer")
            .WithDescription("The customer has linked a coupon wallet to this app.")
            .Produces<Coupon>(StatusCodes.Status201Created)
            .Refuses(
                ProblemCodes.CustomerNotLinked,
                ProblemCodes.CouponStockNotOpen,
                ProblemCodes.CouponStockSoldOut,
                ProblemCodes.CouponLimitReached
            );

        api.MapGet("/coupons", ListAsync)
            .Needs(Wallet)
            .WithName("listCoupons")
            .WithTags("Coupons")
            .WithSummary("The customer's coupons from this app, the oldest first")
            .Produces<Page<Coupon>>();

        api.MapGet("/coupons/{id}", GetAsync)
            .Needs(Wallet)
            .WithName("getCoupon")
            .WithTags("Coupons")
            .WithSummary("One coupon of the customer")
            .Produces<Coupon>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static TokenRequirement Wallet { get; } =
        TokenRequirement.Customer(Scopes.Coupons, CouponWallet.TypeName);

    private static async Task<IResult> ListStocksAsync(
        Caller caller,
        PageRequest page,
        CouponQueries queries
    ) =>
        page.TryReadId<CouponStockRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListStocksAsync(caller, after, page.Limit + 1),
                    stock => Show(stock, caller),
                    stock => stock.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> IssueAsync(
        Caller caller,
        KeyedBody<IssueCouponRequest> body,
        CouponQueries queries,
        ConsentQueries consents,
        Engine.Engine engine,
        Ids ids
    )
    {
        var request = body.Value;
        var stock = caller.TryRead<CouponStockRow>(request.StockId, out var stockId)
            ? await queries.FindStockAsync(caller, stockId)
            : null;
        var refused = Wire.Refuse(
            stock is null ? Wire.NotKnown("/stock_id", "stock") : null,
            caller.TryRead<CustomerRow>(request.CustomerId, out var customerId)
                ? null
                : Wire.NotKnown("/customer_id", "customer")
        );
        return refused
            ?? await engine.DecideOnceAsync(
                new IssueCoupon(
                    caller.World,
                    caller.Now,
                    ids.New<CouponRow>(),
                    stock!.Id,
                    stock.CampaignId,
                    customerId,
                    caller.App.Id,
                    (await consents.FindWalletAsync(caller, customerId))?.Id
                ),
                body.Request,
                coupon => coupon.Id.Value,
                coupon => Show(coupon, caller),
                async id => Show((await queries.FindIssuedAsync(caller, new(id)))!, caller)
            );
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, CouponQueries queries) =>
        page.TryReadId<CouponRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    coupon => Show(coupon, caller),
                    coupon => coupon.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(Caller caller, string id, CouponQueries queries) =>
        caller.TryRead<CouponRow>(id, out var couponId)
        && await queries.FindAsync(caller, couponId) is { } coupon
            ? Answers.Ok(Show(coupon, caller))
            : Problems.NotFound();

    private static CouponStock Show(CouponStockRow stock, Caller caller) =>
        new()
        {
            Id = caller.Show(stock.Id),
            CampaignId = caller.Show(stock.CampaignId),
            Name = new Dictionary<string, string> { ["zh-CN"] = stock.NameZh, ["en"] = stock.NameEn },
            Discount = new(stock.Currency, stock.Discount),
            Threshold = new(stock.Currency, stock.Threshold),
            Quantity = stock.Quantity,
            Remaining = stock.Quantity - stock.Issued,
            PerCustomerLimit = stock.PerCustomerLimit,
            StartsAt = stock.StartsAt,
            EndsAt = stock.EndsAt,
        };

    private static Coupon Show(CouponRow coupon, Caller caller) =>
        new()
        {
            Id = caller.Show(coupon.Id),
            StockId = caller.Show(coupon.StockId),
            CustomerId = caller.Show(coupon.CustomerId),
            Status = CouponRules.StatusOf(coupon, caller.Now),
            Discount = new(coupon.Currency, coupon.Discount),
            Threshold = new(coupon.Currency, coupon.Threshold),
            IssuedAt = coupon.IssuedAt,
            ValidUntil = coupon.ValidUntil,
            PaymentId = coupon.PaymentId is { } payment ? caller.Show(payment) : null,
        };
}
