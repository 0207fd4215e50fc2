using System.Globalization;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Reads what was paid out, with the app's own token.</summary>
public class PayoutsClient
{
    private const string Route = "/v1/payouts";
    private const string LinesRoute = "/v1/settlement/transactions";

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected PayoutsClient() => api = Api.OfMock;

    internal PayoutsClient(Api api) => this.api = api;

    /// <summary>The payouts to the partner and its merchants, the oldest first, read page by page as they are
    /// walked.</summary>
    /// <example><code source="Payouts_ListAsync">
    /// await foreach (var each in client.Payouts.ListAsync())
    /// {
    ///     Console.WriteLine(
    ///         $"{each.SubMerchantId ?? "ourselves"} until {each.Through}: {each.Amount}, of it fees {each.FeeAmount}"
    ///     );
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each payout as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<Payout> ListAsync(CancellationToken cancellationToken = default) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PagePayout,
                    token
                ),
            cancellationToken
        );

    /// <summary>One payout.</summary>
    /// <example><code source="Payouts_GetAsync">
    /// var payout = await client.Payouts.GetAsync(payoutId);
    /// Console.WriteLine(
    ///     payout.Status == PayoutStatus.Succeeded ? $"Paid at {payout.CompletedAt}." : $"{payout.Status}"
    /// );
    /// </code></example>
    /// <param name="payoutId">The payout, <c>pyo_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The payout as it is now, with the sums it is made of.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Payout> GetAsync(string payoutId, CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get(Route + "/{id}", payoutId), ResponseJson.Default.Payout, cancellationToken);

    /// <summary>What moved on the settlement account, the oldest first, read page by page as it is walked. The lines of the
    /// business days that a payout settles add up to its amounts.</summary>
    /// <example><code source="Payouts_ListTransactionsAsync">
    /// await foreach (
    ///     var line in client.Payouts.ListTransactionsAsync(
    ///         payout.From,
    ///         payout.Through,
    ///         payout.SubMerchantId
    ///     )
    /// )
    /// {
    ///     Console.WriteLine($"{line.BusinessDate:yyyy-MM-dd} {line.OrderNo}: {line.Kind} {line.Amount}");
    /// }
    /// </code></example>
    /// <param name="from">The first business day; from the first there was when null.</param>
    /// <param name="through">The last business day; through today when null.</param>
    /// <param name="subMerchantId">The merchant whose account it is, <c>sub_…</c>; the partner's own when null.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each line. To a day that is not over others may still come, also between those that were read.</returns>
    /// <exception cref="ArgumentException">The merchant is no id.</exception>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<SettlementTransaction> ListTransactionsAsync(
        DateOnly? from = null,
        DateOnly? through = null,
        string? subMerchantId = null,
        CancellationToken cancellationToken = default
    )
    {
        var merchant = subMerchantId is null ? null : Addresses.Segment(subMerchantId, nameof(subMerchantId));
        return Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(LinesRoute) with
                    {
                        Path = Cursors.WithQuery(
                            LinesRoute,
                            limit: null,
                            after,
                            ("sub_merchant_id", merchant),
                            ("from", TextOf(from)),
                            ("through", TextOf(through))
                        ),
                    },
                    ResponseJson.Default.PageSettlementTransaction,
                    token
                ),
            cancellationToken
        );
    }

    private static string? TextOf(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
