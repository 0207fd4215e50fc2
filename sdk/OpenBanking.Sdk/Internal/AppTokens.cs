namespace OpenBanking.Internal;

/// <summary>The app's own access token: kept, renewed early, asked for once however many wait.</summary>
internal sealed class AppTokens(TokenRequests requests, SenderBinding binding, TimeProvider clock)
{
    /// <summary>How long before its end a token is renewed, so that none ends on its way.</summary>
    public static readonly TimeSpan Early = TimeSpan.FromSeconds(60);

    private readonly SingleFlight<AppToken> flight = new();
    private volatile AppToken? current;

    /// <summary>An access token.</summary>
    /// <param name="refused">The token the API has just refused, if any: another one is returned.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<string> GetAsync(string? refused, CancellationToken cancellationToken)
    {
        var token = Usable(refused) ?? await RenewAsync(refused, cancellationToken).ConfigureAwait(false);
        return token.Value;
    }

    private Task<AppToken> RenewAsync(string? refused, CancellationToken cancellationToken) =>
        flight.JoinAsync(
            "app",
            async () => Usable(refused) ?? (current = await RequestAsync().ConfigureAwait(false)),
            cancellationToken
        );

    private AppToken? Usable(string? refused) =>
        current is { } token
        && token.Value != refused
        && token.BoundTo == binding.Thumbprint
        && clock.GetUtcNow() < token.ExpiresAt - Early
            ? token
            : null;

    private async Task<AppToken> RequestAsync()
    {
        var (askedAt, boundTo) = (clock.GetUtcNow(), binding.Thumbprint);
        var (token, _) = await requests.ForAppAsync(CancellationToken.None).ConfigureAwait(false);
        return new AppToken(token.AccessToken, askedAt.AddSeconds(token.ExpiresIn), boundTo);
    }

    private sealed record AppToken(string Value, DateTimeOffset ExpiresAt, string BoundTo);
}
