using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Reads payment agreements, with the app's own token.</summary>
public class AgreementsClient
{
    private const string Route = "/v1/agreements";
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected AgreementsClient() => api = Api.OfMock;

    internal AgreementsClient(Api api) => this.api = api;

    /// <summary>The agreements with this app, ended ones too, the oldest first, read page by page as they are
    /// walked.</summary>
    /// <example><code source="Agreements_ListAsync">
    /// // What can still be charged, and what its customers have ended.
    /// await foreach (var each in client.Agreements.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.Id} of {each.CustomerId}: {each.Status}, {each.Total.Left} left");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each agreement as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<PaymentAgreement> ListAsync(
        CancellationToken cancellationToken = default
    ) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PagePaymentAgreement,
                    token
                ),
            cancellationToken
        );

    /// <summary>One agreement with this app: its limits, and what was paid under it so far.</summary>
    /// <example><code source="Agreements_GetAsync">
    /// var agreement = await client.Agreements.GetAsync(agreementId);
    /// Console.WriteLine($"{agreement.Day.Left} today, {agreement.Total.Left} in all");
    /// </code></example>
    /// <param name="agreementId">The agreement, <c>agr_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The agreement as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<PaymentAgreement> GetAsync(
        string agreementId,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Get(Route + "/{id}", agreementId),
            ResponseJson.Default.PaymentAgreement,
            cancellationToken
        );
}
