namespace OpenBanking.Internal;

/// <summary>Reads the authorization server's metadata once (OpenID Connect Discovery §4, RFC 8414) and holds
/// it against the authority it was asked from.</summary>
internal sealed class MetadataSource(string issuer, Caller caller)
{
    private const string WellKnown = "/.well-known/openid-configuration";
    private static readonly Call call = new(HttpMethod.Get, WellKnown, Repeatable: true);

    private readonly string address = issuer + WellKnown;
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

        var answer = await AskAsync().ConfigureAwait(false);
        var read =
            answer.TryParse(ResponseJson.Default.AuthorizationServerMetadata)
            ?? throw NotThere(answer.Status, answer.RequestId, reason: null);
        Check(read);
        return metadata = read;
    }

    private async Task<Answer> AskAsync()
    {
        try
        {
            return await caller
                .CallAsync(call, new CallProgress(), SendAsync, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (OpenBankingException refusal) when (refusal is { Status: { } status, Retryable: false })
        {
            throw NotThere(status, refusal.RequestId, refusal);
        }
        catch (OpenBankingException busy) when (busy.Status is not null)
        {
            throw new OpenBankingException($"{address} does not answer now. {busy.Message}", busy)
            {
                Status = busy.Status,
                Code = busy.Code,
                RequestId = busy.RequestId,
                RetryAfter = busy.RetryAfter,
                Retryable = busy.Retryable,
            };
        }
    }

    private ValueTask<Attempt> SendAsync(CancellationToken cancellationToken) =>
        caller.Transport.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);

    private void Check(AuthorizationServerMetadata read)
    {
        if (!string.Equals(read.Issuer, issuer, StringComparison.Ordinal))
        {
            throw Refused(
                $"The server at {issuer} calls itself {Redaction.Scrub(read.Issuer ?? "nothing")}: set Authority to "
                    + "the issuer of your bank, to the letter. If that is not its name, this is another server."
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
            throw Refused(
                $"{address} names an endpoint that is neither https nor on loopback: it is no bank's."
            );
        }
    }

    private static bool IsSecure(string? endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && SecureAddress.Is(address);

    /// <summary>Something answers, and it is not an OpenBanking server.</summary>
    private OpenBankingException NotThere(int status, string? requestId, Exception? reason) =>
        new(
            $"There is no metadata of an OpenBanking server at {address} (HTTP {status}"
                + (requestId is null ? ")" : $", request {requestId})")
                + (status is >= 300 and < 400 ? ", and redirects are not followed" : "")
                + ": set Authority to the address that the bank gave you, to the letter.",
            reason
        )
        {
            Status = status,
            Code = ClientErrorCodes.InvalidMetadata,
            RequestId = requestId,
        };

    private static OpenBankingException Refused(string message) =>
        new(message) { Code = ClientErrorCodes.InvalidMetadata };
}
