using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>Posts forms to the authorization server: authenticated by a client assertion (RFC 7523) or
/// the connection's certificate (RFC 8705), with a DPoP proof, and again when the proof lacked a nonce.</summary>
internal sealed class AuthorizationServer(
    ClientSettings settings,
    MetadataSource metadata,
    SenderBinding binding,
    Caller caller
)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const string InvalidClient = "invalid_client";
    private static readonly TimeSpan assertionLifetime = TimeSpan.FromSeconds(60);

    public string Issuer => metadata.Issuer;

    /// <summary>What tokens are to be bound to.</summary>
    public SenderBinding Binding => binding;

    public string ClientId => settings.ClientId;

    public ValueTask<AuthorizationServerMetadata> MetadataAsync(CancellationToken cancellationToken) =>
        metadata.GetAsync(cancellationToken);

    /// <summary>Posts a form and reads the answer of a success.</summary>
    /// <param name="call">The call; the route names the endpoint.</param>
    /// <param name="endpoint">Which of the metadata's endpoints it goes to.</param>
    /// <param name="fields">The form without what authenticates the client.</param>
    /// <param name="type">What is answered.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OpenBankingAuthenticationException">An OAuth error.</exception>
    /// <exception cref="OpenBankingException">Unreachable, out of time, or an answer that cannot be
    /// read.</exception>
    public async Task<(T Value, Answer Answer)> PostAsync<T>(
        FormCall call,
        Func<AuthorizationServerMetadata, string> endpoint,
        IReadOnlyList<KeyValuePair<string, string>> fields,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : class
    {
        var answer = await PostAsync(call, endpoint, fields, cancellationToken).ConfigureAwait(false);
        return answer.TryParse(type) is { } value
            ? (value, answer)
            : throw new OpenBankingException(
                $"The answer of {call.Name} cannot be read: a gateway in between gave it, or the endpoint that the bank's metadata "
                    + "names is another server's."
            )
            {
                Status = answer.Status,
                RequestId = answer.RequestId,
            };
    }

    /// <summary>Posts a form whose success says nothing more.</summary>
    /// <exception cref="OpenBankingAuthenticationException">An OAuth error.</exception>
    /// <exception cref="OpenBankingException">Unreachable, out of time, or there is no such endpoint.</exception>
    public async Task<Answer> PostAsync(
        FormCall call,
        Func<AuthorizationServerMetadata, string?> endpoint,
        IReadOnlyList<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken
    )
    {
        var known = await metadata.GetAsync(cancellationToken).ConfigureAwait(false);
        var address = new Uri(
            endpoint(settings.Certificate is null ? known : WithCertificates(known))
                ?? throw new OpenBankingException($"This bank has no endpoint for {call.Route}.")
                {
                    Code = ClientErrorCodes.InvalidMetadata,
                }
        );
        try
        {
            return await caller
                .CallAsync(
                    call,
                    new CallProgress(),
                    token => AttemptAsync(address, fields, token),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (OpenBankingAuthenticationException refusal)
            when (refusal is { Code: InvalidClient, ClockIsOff: false })
        {
            throw WithIdentity(refusal);
        }
        catch (OpenBankingException failure) when (failure.Retryable)
        {
            throw WithAdvice(failure, call);
        }
    }

    /// <summary>With the endpoints that take certificates, where the server has others for them (RFC 8705 §5).</summary>
    private static AuthorizationServerMetadata WithCertificates(AuthorizationServerMetadata known) =>
        known.MtlsEndpointAliases is not { } aliases
            ? known
            : known with
            {
                TokenEndpoint = aliases.TokenEndpoint,
                PushedAuthorizationRequestEndpoint =
                    aliases.PushedAuthorizationRequestEndpoint ?? known.PushedAuthorizationRequestEndpoint,
                RevocationEndpoint = aliases.RevocationEndpoint ?? known.RevocationEndpoint,
            };

    /// <summary>Says who the client took itself for: another environment, or another key, is seen at once.</summary>
    private OpenBankingAuthenticationException WithIdentity(OpenBankingAuthenticationException refusal) =>
        new(
            $"{refusal.Message} This client is {settings.ClientId} at {Issuer}, with {settings.Credential}: "
                + "is the app registered there, in this environment, with this?",
            refusal
        )
        {
            Status = refusal.Status,
            Code = refusal.Code,
            RequestId = refusal.RequestId,
            RetryAfter = refusal.RetryAfter,
            Retryable = refusal.Retryable,
        };

    /// <summary>Says which server it was, and what was not done for want of it: the caller may have asked for something else.</summary>
    private static OpenBankingException WithAdvice(OpenBankingException failure, FormCall call) =>
        new(
            $"{call.Name} of the bank's authorization server did not succeed: {failure.Message} {call.Advice}",
            failure
        )
        {
            Status = failure.Status,
            Code = failure.Code,
            RequestId = failure.RequestId,
            RetryAfter = failure.RetryAfter,
            Retryable = failure.Retryable,
        };

    private async ValueTask<Attempt> AttemptAsync(
        Uri address,
        IReadOnlyList<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken
    )
    {
        var attempt = await SendAsync(address, fields, cancellationToken).ConfigureAwait(false);
        var nonces = default(AskedNonces);
        while (nonces.TryTake(NonceAsked(attempt)))
        {
            attempt = await SendAsync(address, fields, cancellationToken).ConfigureAwait(false);
        }

        return attempt;
    }

    private static string? NonceAsked(Attempt attempt) =>
        attempt.Answer is { Status: 400, OAuthError.Error: Challenge.UseNonce } refusal
            ? refusal.DpopNonce
            : null;

    private async ValueTask<Attempt> SendAsync(
        Uri address,
        IReadOnlyList<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken
    )
    {
        // The connection proves a certificate; assertion and proof are good for one request: every sending makes its own.
        using var form = new FormUrlEncodedContent([
            .. fields,
            new("client_id", settings.ClientId),
            .. settings.Key is { } key ? Assertion(key()) : [],
        ]);
        var body = new RequestBody(await form.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        body.Headers.ContentType = form.Headers.ContentType;
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = body };
        binding.Prove(request, ServerRole.Authorization, accessToken: null);
        var attempt = await caller.Transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        binding.Note(ServerRole.Authorization, attempt);
        return attempt;
    }

    private KeyValuePair<string, string>[] Assertion(ClientKey key) =>
        [new("client_assertion_type", AssertionType), new("client_assertion", SignAssertion(key))];

    private string SignAssertion(ClientKey key)
    {
        var now = settings.Call.Clock.GetUtcNow();
        return Jws.Sign(
            key,
            header => header.WriteString("kid", key.Thumbprint),
            payload =>
            {
                payload.WriteString("iss", settings.ClientId);
                payload.WriteString("sub", settings.ClientId);
                payload.WriteString("aud", Issuer);
                payload.WriteString("jti", Randomness.Id());
                payload.WriteNumber("iat", now.ToUnixTimeSeconds());
                payload.WriteNumber("exp", (now + assertionLifetime).ToUnixTimeSeconds());
            }
        );
    }
}
