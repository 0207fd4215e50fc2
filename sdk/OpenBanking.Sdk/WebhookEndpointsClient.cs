using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Says where events are posted to, with the app's own token.</summary>
public class WebhookEndpointsClient
{
    private const string Route = "/v1/webhook-endpoints";
    private const string OneRoute = "/v1/webhook-endpoints/{id}";
    private const int NotFound = 404;

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected WebhookEndpointsClient() => api = Api.OfMock;

    internal WebhookEndpointsClient(Api api) => this.api = api;

    /// <summary>Asks for events. The answer holds the signing secret, this once: keep it.</summary>
    /// <example><code source="WebhookEndpoints_CreateAsync">
    /// var endpoint = await client.WebhookEndpoints.CreateAsync(
    ///     new CreateWebhookEndpointRequest
    ///     {
    ///         Url = "http://localhost:5070/openbanking/webhooks",
    ///         Events = [EventTypes.PaymentCaptured, EventTypes.PaymentRefunded],
    ///     }
    /// );
    /// // endpoint.Secret is shown this once: into the secret store with it.
    /// </code></example>
    /// <param name="request">The address and the event types.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The endpoint with its <see cref="WebhookEndpoint.Secret"/>.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable. After <c>connection_lost</c> or
    /// <c>timed_out</c> it may exist: list the endpoints, and delete the one whose secret was
    /// lost.</exception>
    public virtual Task<WebhookEndpoint> CreateAsync(
        CreateWebhookEndpointRequest request,
        CancellationToken cancellationToken = default
    )
    {
        var body = ApiCall.Serialize(request, RequestJson.Default.CreateWebhookEndpointRequest);
        return api.SendAsync(
            ApiCall.Post(Route, body: body),
            ResponseJson.Default.WebhookEndpoint,
            cancellationToken
        );
    }

    /// <summary>The app's endpoints, without their secrets, read page by page as they are walked.</summary>
    /// <example><code source="WebhookEndpoints_ListAsync">
    /// await foreach (var each in client.WebhookEndpoints.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.Id}: {each.Url}");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each endpoint as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<WebhookEndpoint> ListAsync(
        CancellationToken cancellationToken = default
    ) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PageWebhookEndpoint,
                    token
                ),
            cancellationToken
        );

    /// <summary>One endpoint, without its secret.</summary>
    /// <example><code source="WebhookEndpoints_GetAsync">
    /// var known = await client.WebhookEndpoints.GetAsync(endpoint.Id);
    /// Console.WriteLine($"{known.Url}: {known.Status}");
    /// </code></example>
    /// <param name="endpointId">The endpoint, <c>whe_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The endpoint as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<WebhookEndpoint> GetAsync(
        string endpointId,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Get(OneRoute, endpointId),
            ResponseJson.Default.WebhookEndpoint,
            cancellationToken
        );

    /// <summary>Ends the deliveries to an endpoint.</summary>
    /// <example><code source="WebhookEndpoints_DeleteAsync">
    /// await client.WebhookEndpoints.DeleteAsync(endpoint.Id);
    /// </code></example>
    /// <param name="endpointId">The endpoint, <c>whe_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual async Task DeleteAsync(string endpointId, CancellationToken cancellationToken = default)
    {
        var progress = new CallProgress();
        try
        {
            await api.SendAsync(ApiCall.Delete(OneRoute, endpointId), progress, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OpenBankingException gone) when (gone.Status == NotFound && progress.MayHaveBeenCarriedOut)
        {
            // An attempt before, whose answer was lost, has deleted it.
        }
    }
}
