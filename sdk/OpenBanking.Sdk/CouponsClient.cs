using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Issues the bank's coupons, with the app's own token, and reads a customer's, with the
/// customer's.</summary>
public class CouponsClient
{
    private const string StocksRoute = "/v1/coupon-stocks";
    private const string Route = "/v1/coupons";
    private const int UsualPage = 50;

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected CouponsClient() => api = Api.OfMock;

    internal CouponsClient(Api api) => this.api = api;

    /// <summary>The coupon stocks of the bank's campaigns, ended ones among them, read page by page as they are walked.</summary>
    /// <example><code source="Coupons_ListStocksAsync">
    /// var stock = await client.Coupons.ListStocksAsync().FirstAsync();
    /// Console.WriteLine($"{stock.Name["en"]}");
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each stock, with how many coupons are left of it.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<CouponStock> ListStocksAsync(
        CancellationToken cancellationToken = default
    ) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(StocksRoute) with
                    {
                        Path = Cursors.WithQuery(StocksRoute, limit: null, after),
                    },
                    ResponseJson.Default.PageCouponStock,
                    token
                ),
            cancellationToken
        );

    /// <summary>Issues one coupon of a stock to a customer.</summary>
    /// <example><code source="Coupons_IssueAsync">
    /// var coupon = await client.Coupons.IssueAsync(
    ///     new IssueCouponRequest { StockId = stock.Id, CustomerId = customerId },
    ///     IdempotencyKey.FromOrder("welcome-gift-1001", "coupon")
    /// );
    /// </code></example>
    /// <param name="request">The stock and the customer.</param>
    /// <param name="idempotencyKey">Names the coupon: another key issues one more.</param>
    /// <param name="cancellationToken">Ends the wait, not the issuing: afterwards the outcome is unknown, and
    /// the same key is safe to use again.</param>
    /// <returns>The coupon, now or as it was issued before under the same key:
    /// <see cref="ResponseInfo.IdempotencyReplayed"/> tells, and <see cref="GetAsync"/> reads it as it is now.</returns>
    /// <exception cref="OutcomeUnknownException">An <see cref="OutcomeUnknownException{T}"/> of
    /// <see cref="Coupon"/>: the answer was lost.</exception>
    /// <exception cref="OpenBankingException">Refused, such as <c>coupon_stock_sold_out</c>, or never reached
    /// the bank: nothing was issued.</exception>
    public virtual Task<Coupon> IssueAsync(
        IssueCouponRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        new MoneyCall<Coupon>(
            api,
            ApiCall.Money(Route, request, RequestJson.Default.IssueCouponRequest, idempotencyKey),
            ResponseJson.Default.Coupon,
            (message, key, resolve, inner) =>
                new OutcomeUnknownException<Coupon>(message, key, resolve, inner)
        ).SendAsync(cancellationToken);

    /// <summary>The customer's coupons, read page by page as they are walked.</summary>
    /// <example><code source="Coupons_ListAsync">
    /// await foreach (var owned in client.Coupons.ListAsync(customerId))
    /// {
    ///     Console.WriteLine($"{owned.Id}: {owned.Status} until {owned.ValidUntil}");
    /// }
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="pageSize">Coupons per request, 1–100; 50 by default.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each coupon as it was when its page was read, also those that are used up or over.</returns>
    /// <exception cref="OpenBankingAuthenticationException">While walking: the customer is not
    /// linked.</exception>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<Coupon> ListAsync(
        string customerId,
        int pageSize = UsualPage,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        Cursors.CheckPageSize(pageSize);
        return Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        CustomerId = customerId,
                        Path = Cursors.WithQuery(Route, pageSize, after),
                    },
                    ResponseJson.Default.PageCoupon,
                    token
                ),
            cancellationToken
        );
    }

    /// <summary>One coupon of the customer.</summary>
    /// <example><code source="Coupons_GetAsync">
    /// var now = await client.Coupons.GetAsync(customerId, coupon.Id);
    /// Console.WriteLine(now.Status == CouponStatus.Issued ? "May be used." : $"{now.Status}");
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="couponId">The coupon, <c>cpn_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The coupon as it is now.</returns>
    /// <exception cref="OpenBankingAuthenticationException">The customer is not linked.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Coupon> GetAsync(
        string customerId,
        string couponId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        var call = ApiCall.Get(Route + "/{id}", couponId) with { CustomerId = customerId };
        return api.SendAsync(call, ResponseJson.Default.Coupon, cancellationToken);
    }
}
