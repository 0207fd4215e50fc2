namespace OpenBanking.Internal;

/// <summary>Reads the authorization server's metadata once (OpenID Connect Discovery §4, RFC 8414) and holds
/// it against the authority it was asked from.</summary>
internal sealed class MetadataSource(string issuer, Caller caller)
{
    private const string WellKnown = "/.well-known/openid-configuration";
    private const int NotFound = 404;
    private const int Gone = 410;
    private const int ProxyAuthenticationRequired = 407;
    private static readonly Call call = new(HttpMethod.Get, WellKnown, Repeatable: true);

    private readonly string address = issuer + WellKnown;
    private readonly SingleFlight<AuthorizationServerMetadata> flight = new();
    private volatile AuthorizationServerMetadata? metadata;

    public string Issuer => issuer;

    /// <exception cref="OpenBankingException">The server cannot be reached, something in between answers, or its metadata is not
    /// its own.</exception>
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
            ?? throw NotThere(answer, reason: null);
        Check(read);
        return metadata = read;
    }

    private async Task<Answer> AskAsync()
    {
        Answer? last = null;
        try
        {
            return await caller
                .CallAsync(
                    call,
                    new CallProgress(),
                    async token =>
                    {
                        var attempt = await SendAsync(token).ConfigureAwait(false);
                        last = attempt.Answer;
                        return attempt;
                    },
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch (OpenBankingException refusal)
            when (refusal is { Status: not null, Retryable: false } && last is not null)
        {
            throw NotThere(last, refusal);
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

    /// <summary>Something answers, and it is not an OpenBanking server: something in between, or another server.</summary>
    private OpenBankingException NotThere(Answer answer, Exception? reason)
    {
        var seen =
            $"(HTTP {answer.Status}"
            + (answer.RequestId is { } id ? $", request {id})" : ")")
            + (answer.Status is >= 300 and < 400 ? ", and redirects are not followed" : "");
        return new(
            IsOfGateway(answer)
                ? $"What answers at {address} is no bank {seen}. Most likely a proxy, a firewall or a login page between this app and "
                    + $"the bank gave that answer{Wants(answer)}: look at what stands in between. Nothing was sent to the bank's API. "
                    + "If nothing stands in between, set Authority to the address that the bank gave you, to the letter."
                : $"There is no metadata of an OpenBanking server at {address} {seen}: set Authority to the address that the bank "
                    + "gave you, to the letter.",
            reason
        )
        {
            Status = answer.Status,
            Code = IsOfGateway(answer) ? ClientErrorCodes.UnexpectedAnswer : ClientErrorCodes.InvalidMetadata,
            RequestId = answer.RequestId,
        };
    }

    /// <summary>Whether it is what proxies, firewalls and login pages answer. Another server says that it has no such thing, or
    /// answers with JSON of its own.</summary>
    private static bool IsOfGateway(Answer answer) =>
        answer.Status == ProxyAuthenticationRequired
        || (answer.Status is not (NotFound or Gone) && !answer.IsJson);

    private static string Wants(Answer answer) =>
        answer.Status == ProxyAuthenticationRequired
            ? ", which wants the user and password of the proxy, from HTTPS_PROXY or the Proxy of your HttpHandler"
            : "";

    private static OpenBankingException Refused(string message) =>
        new(message) { Code = ClientErrorCodes.InvalidMetadata };
}
