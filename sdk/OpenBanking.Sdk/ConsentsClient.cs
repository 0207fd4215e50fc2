using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Reads consents and takes them back, with the app's own token.</summary>
public class ConsentsClient
{
    private const string Route = "/v1/consents";
    private const string OneRoute = Route + "/{id}";
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected ConsentsClient() => api = Api.OfMock;

    internal ConsentsClient(Api api) => this.api = api;

    /// <summary>The consents to this app, ended ones too, the oldest first, read page by page as they are
    /// walked.</summary>
    /// <example><code source="Consents_ListAsync">
    /// await foreach (var each in client.Consents.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.CustomerId}: {each.Status} until {each.ExpiresAt}");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each consent as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<Consent> ListAsync(CancellationToken cancellationToken = default) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PageConsent,
                    token
                ),
            cancellationToken
        );

    /// <summary>One consent that was given to this app.</summary>
    /// <example><code source="Consents_GetAsync">
    /// var consent = await client.Consents.GetAsync(customer.ConsentId);
    /// Console.WriteLine($"{consent.Status} until {consent.ExpiresAt}");
    /// </code></example>
    /// <param name="consentId">The consent, <c>cns_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The consent as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Consent> GetAsync(string consentId, CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get(OneRoute, consentId), ResponseJson.Default.Consent, cancellationToken);

    /// <summary>Gives a part of a consent back, at once: the access tokens it has given end, and so does its agreement
    /// if it is left out.</summary>
    /// <example><code source="Consents_NarrowAsync">
    /// // Only the number of the account is still needed: the agreement ends, too.
    /// var narrowed = await client.Consents.NarrowAsync(
    ///     customer.ConsentId,
    ///     [new AccountInformation { Actions = [AccountInformation.ReadAccounts] }]
    /// );
    /// </code></example>
    /// <param name="consentId">The consent, <c>cns_…</c>.</param>
    /// <param name="left">What is to be left: of what was granted, or less.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The consent with what is left of it.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Consent> NarrowAsync(
        string consentId,
        IReadOnlyList<AuthorizationDetail> left,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(left);
        var body = ApiCall.Serialize(
            new NarrowConsentRequest { AuthorizationDetails = left },
            RequestJson.Default.NarrowConsentRequest,
            nameof(left)
        );
        return api.SendAsync(
            ApiCall.Post(OneRoute + "/narrow", consentId, body),
            ResponseJson.Default.Consent,
            cancellationToken
        );
    }

    /// <summary>Takes a consent back, at once: its tokens and its agreement end, at the bank and in the token
    /// store.</summary>
    /// <example><code source="Consents_RevokeAsync">
    /// var ended = await client.Consents.RevokeAsync(customer.ConsentId);
    /// </code></example>
    /// <param name="consentId">The consent, <c>cns_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The consent, ended.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable. After <c>connection_lost</c> or
    /// <c>timed_out</c> it may have been taken back: read it.</exception>
    public virtual async Task<Consent> RevokeAsync(
        string consentId,
        CancellationToken cancellationToken = default
    )
    {
        var consent = await api.SendAsync(
                ApiCall.Post(OneRoute + "/revoke", consentId),
                ResponseJson.Default.Consent,
                cancellationToken
            )
            .ConfigureAwait(false);
        await api.CustomerTokens.ForgetAsync(consent.CustomerId, consent.Id).ConfigureAwait(false);
        return consent;
    }
}
