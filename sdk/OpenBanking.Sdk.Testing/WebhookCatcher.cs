using OpenBanking.Testing.Internal;

namespace OpenBanking.Testing;

/// <summary>Takes the events that the bank posts, verified as a partner's endpoint verifies them.</summary>
public sealed class WebhookCatcher
{
    private readonly OpenBankingClient client;
    private readonly RunningServer server;

    internal WebhookCatcher(OpenBankingClient client, RunningServer server)
    {
        this.client = client;
        this.server = server;
    }

    /// <summary>What has come in so far, each delivery in the order of its coming.</summary>
    public IReadOnlyList<WebhookEvent> Events => server.Deliveries.All;

    /// <summary>Registers an endpoint for these events; from now on they are caught.</summary>
    /// <param name="events">Of which types, such as <see cref="EventTypes.PaymentCaptured"/>; all when none are
    /// named.</param>
    /// <exception cref="ArgumentException">One of them is blank.</exception>
    /// <exception cref="OpenBankingException">There is no event of such a type, or the app has ten endpoints.</exception>
    public Task SubscribeAsync(params string[] events) => SubscribeAsync(events, CancellationToken.None);

    /// <summary>Registers an endpoint for these events; from now on they are caught.</summary>
    /// <param name="events">Of which types, such as <see cref="EventTypes.PaymentCaptured"/>; all when there are none.</param>
    /// <param name="cancellationToken">Gives up, unless the bank is at it already.</param>
    /// <exception cref="ArgumentException">One of them is blank.</exception>
    /// <exception cref="OpenBankingException">There is no event of such a type, or the app has ten endpoints.</exception>
    public async Task SubscribeAsync(IReadOnlyList<string> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException(
                "Name each type, such as EventTypes.PaymentCaptured, or none at all.",
                nameof(events)
            );
        }

        server.ThrowIfEnded();
        var endpoint = await client
            .WebhookEndpoints.CreateAsync(
                new CreateWebhookEndpointRequest
                {
                    Url = new Uri(server.Address, Deliveries.Path).ToString(),
                    Events = events.Count > 0 ? events : null,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        server.Deliveries.Trust(endpoint.Secret!);
    }

    /// <summary>The first event of a type that came in, or will.</summary>
    /// <param name="type">The type, such as <see cref="EventTypes.PaymentCaptured"/>.</param>
    /// <param name="matches">What else must hold; nothing by default.</param>
    /// <param name="timeout">How long to wait for it; 10 s by default.</param>
    /// <param name="cancellationToken">Ends the wait, such as xunit's <c>TestContext.Current.CancellationToken</c>.</param>
    /// <returns>The first event of this kind that was caught, also before the call.</returns>
    /// <exception cref="TimeoutException">None came in; the message says which did.</exception>
    /// <exception cref="ObjectDisposedException">The bank has been stopped.</exception>
    public Task<WebhookEvent> WaitForAsync(
        string type,
        Func<WebhookEvent, bool>? matches = null,
        TimeSpan? timeout = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        var longest = timeout ?? TimeSpan.FromSeconds(10);
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, TimeSpan.Zero, nameof(timeout));
        return server.Deliveries.WaitForAsync(
            happened => happened.Type == type && matches?.Invoke(happened) != false,
            type,
            longest,
            cancellationToken
        );
    }
}
