namespace OpenBanking.Internal;

/// <summary>Reads the authorization server's metadata once (OpenID Connect Discovery §4, RFC 8414) and holds
/// it against the authority it was asked from.</summary>
internal sealed class MetadataSource(string issuer, Caller caller)
{
    private const string WellKnown = "/.well-known/openid-configuration";
    private static readonly Call call = new(HttpMethod.Get, WellKnown, Repeatable: true);

    private readonly SingleFlight<AuthorizationServerMetadata> flight = new();
    private volatile AuthorizationServerMetadata? metadata;

    public string Issuer => issuer;

    /// <exception cref="OpenBankingException">The server cannot be reached, or its metadata is not its
    /// own.</exception>
    public ValueTask<AuthorizationServerMetadata> GetAsync(CancellationToken cancellationToken) =>
        metadata is { } known
            ? ValueTask.FromResult(known)
            : new ValueTask<AuthorizationServerMetadata>(
                flight.JoinAsync("metadata", ReadAsync, cancellationToken)
            );

    private async Task<AuthorizationServerMetadata> ReadAsync()
    {
        if (metadata is { } known)
        {
            return known;
        }

        var answer = await caller
            .CallAsync(call, new CallProgress(), SendAsync, CancellationToken.None)
            .ConfigureAwait(false);
        var read = answer.TryParse(ResponseJson.Default.AuthorizationServerMetadata);
        Check(read);
        return metadata = read!;
    }

    private async Task<Attempt> SendAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, issuer + WellKnown);
        return await caller.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private void Check(AuthorizationServerMetadata? read)
    {
        if (read is null)
        {
            throw Refused(
                "The authority's metadata cannot be read: is Authority the address of an OpenBanking server?"
            );
        }

        if (!string.Equals(read.Issuer, issuer, StringComparison.Ordinal))
        {
            throw Refused(
                "The metadata names another issuer than Authority: set Authority to the issuer to the letter."
            );
        }

        string?[] endpoints =
        [
            read.AuthorizationEndpoint,
            read.TokenEndpoint,
            read.PushedAuthorizationRequestEndpoint,
            read.JwksUri,
            read.RegistrationEndpoint ?? issuer,
            read.RevocationEndpoint ?? issuer,
            read.EndSessionEndpoint ?? issuer,
            read.MtlsEndpointAliases?.TokenEndpoint ?? issuer,
            read.MtlsEndpointAliases?.PushedAuthorizationRequestEndpoint ?? issuer,
            read.MtlsEndpointAliases?.RevocationEndpoint ?? issuer,
        ];
        if (!endpoints.All(IsSecure))
        {
            throw Refused("The metadata names an endpoint that is neither https nor on loopback.");
        }
    }

    private static bool IsSecure(string? endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && Addresses.IsSecure(address);

    private static OpenBankingException Refused(string message) =>
        new(message) { Code = ClientErrorCodes.InvalidMetadata };
}
