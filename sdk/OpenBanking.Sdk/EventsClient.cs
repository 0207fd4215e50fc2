using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Reads the app's events, with the app's own token: those that webhooks carry, whether or not an endpoint wants
/// them.</summary>
/// <remarks>Events are kept for 30 days, in an order that never changes: what happens later stands after what was
/// read.</remarks>
public class EventsClient
{
    private const string Route = "/v1/events";
    private const int UsualPage = 50;

    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected EventsClient() => api = Api.OfMock;

    internal EventsClient(Api api) => this.api = api;

    /// <summary>The events there are now, the oldest first, read page by page as they are walked.</summary>
    /// <example><code source="Events_ListAsync">
    /// await foreach (var happened in client.Events.ListAsync())
    /// {
    ///     Console.WriteLine($"{happened.CreatedAt} {happened.Type} {happened.Data.PaymentId}");
    /// }
    /// </code></example>
    /// <param name="after">A <see cref="Page{T}.NextCursor"/> to go on from; null for the oldest.</param>
    /// <param name="pageSize">Events per request, 1–100; 50 by default.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>The events that webhooks carry, in their lasting order.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<WebhookEvent> ListAsync(
        string? after = null,
        int pageSize = UsualPage,
        CancellationToken cancellationToken = default
    )
    {
        RequestCheck.NotBlank(after);
        Cursors.CheckPageSize(pageSize);
        return Cursors.StreamAsync(
            (cursor, token) => ListPageAsync(cursor ?? after, pageSize, token),
            cancellationToken
        );
    }

    /// <summary>One page of events. Its <see cref="Page{T}.NextCursor"/> is there on the last page, too: keep it, and
    /// nothing is missed.</summary>
    /// <example><code source="Events_ListPageAsync">
    /// // What came since the last time: keep the cursor of every page, the last one's, too.
    /// var page = await client.Events.ListPageAsync();
    /// var newer = await client.Events.ListPageAsync(after: page.NextCursor);
    /// </code></example>
    /// <param name="after">The cursor of the page before; null for the oldest.</param>
    /// <param name="pageSize">Events, 1–100; 50 by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The events, and the cursor to go on from.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Page<WebhookEvent>> ListPageAsync(
        string? after = null,
        int pageSize = UsualPage,
        CancellationToken cancellationToken = default
    )
    {
        Cursors.CheckPageSize(pageSize);
        return api.SendAsync(
            ApiCall.Get(Route) with
            {
                Path = Cursors.WithQuery(Route, pageSize, after),
            },
            ResponseJson.Default.PageWebhookEvent,
            cancellationToken
        );
    }
}
