using System.Net.Http.Headers;
using System.Text.Json.Serialization.Metadata;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>What comes before there is a client: a sandbox, and an app in it.</summary>
public static class AppRegistration
{
    private static readonly Call signUpCall = new(HttpMethod.Post, "/sandbox/partners", Repeatable: false);
    private static readonly Call registerCall = new(HttpMethod.Post, "/register", Repeatable: false);

    /// <summary>Asks a sandbox server for a sandbox of one's own.</summary>
    /// <example><code source="AppRegistration_SignUpForSandboxAsync">
    /// var sandbox = await AppRegistration.SignUpForSandboxAsync(authority, "Harbour Video Ltd");
    /// </code></example>
    /// <param name="authority">The sandbox server, such as <c>http://localhost:5000</c>.</param>
    /// <param name="partnerName">The company's name, 1–64 characters.</param>
    /// <param name="httpHandler">What sends the request; one of its own when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The sandbox, with the initial access token that apps are registered with.</returns>
    /// <exception cref="ArgumentException">The authority is neither https nor on loopback.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public static async Task<SandboxSignUp> SignUpForSandboxAsync(
        Uri authority,
        string partnerName,
        HttpMessageHandler? httpHandler = null,
        CancellationToken cancellationToken = default
    )
    {
        var issuer = Addresses.ToIssuer(authority, nameof(authority));
        ArgumentException.ThrowIfNullOrWhiteSpace(partnerName);
        var body = ApiCall.Serialize(
            new SandboxSignUpRequest { PartnerName = partnerName },
            RequestJson.Default.SandboxSignUpRequest
        );
        using var connection = new OwnHandler(httpHandler);
        return await PostAsync(
                connection.NewCaller(),
                signUpCall,
                issuer + signUpCall.Route,
                body,
                initialAccessToken: null,
                ResponseJson.Default.SandboxSignUp,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Registers an app (RFC 7591) and returns its client id.</summary>
    /// <example><code source="AppRegistration_RegisterAsync">
    /// var key = ClientKey.CreateEs256();
    /// var app = await AppRegistration.RegisterAsync(
    ///     authority,
    ///     sandbox.InitialAccessToken,
    ///     new ClientRegistrationRequest
    ///     {
    ///         ClientName = "Harbour Video",
    ///         RedirectUris = ["https://video.example/openbanking/callback"],
    ///         Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
    ///     }
    /// );
    /// // Keep app.ClientId, and key.ToPem() in the secret store.
    /// </code></example>
    /// <param name="authority">The bank's authorization server.</param>
    /// <param name="initialAccessToken">What the sandbox or the bank gave for it.</param>
    /// <param name="request">The app: its name, redirect URIs and the public half of its key
    /// (<see cref="ClientKey.PublicJwk"/>).</param>
    /// <param name="httpHandler">What sends the request; one of its own when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The authority is neither https nor on loopback.</exception>
    /// <exception cref="OpenBankingAuthenticationException">The bank refused the app: an error of RFC 7591
    /// §3.2.2, such as <c>invalid_redirect_uri</c>.</exception>
    /// <exception cref="OpenBankingException">Unreachable, or the bank registers no apps here.</exception>
    public static async Task<ClientRegistration> RegisterAsync(
        Uri authority,
        string initialAccessToken,
        ClientRegistrationRequest request,
        HttpMessageHandler? httpHandler = null,
        CancellationToken cancellationToken = default
    )
    {
        var issuer = Addresses.ToIssuer(authority, nameof(authority));
        ArgumentException.ThrowIfNullOrWhiteSpace(initialAccessToken);
        var body = ApiCall.Serialize(request, ResponseJson.Default.ClientRegistrationRequest);
        using var connection = new OwnHandler(httpHandler);
        var caller = connection.NewCaller();
        var metadata = await new MetadataSource(issuer, caller)
            .GetAsync(cancellationToken)
            .ConfigureAwait(false);
        var endpoint =
            metadata.RegistrationEndpoint
            ?? throw new OpenBankingException("This bank registers no apps over the API: use its console.")
            {
                Code = ClientErrorCodes.InvalidMetadata,
            };
        return await PostAsync(
                caller,
                registerCall,
                endpoint,
                body,
                initialAccessToken,
                ResponseJson.Default.ClientRegistration,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static async Task<T> PostAsync<T>(
        Caller caller,
        Call call,
        string address,
        byte[] body,
        string? initialAccessToken,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : ResponseObject
    {
        var answer = await caller
            .CallAsync(call, new CallProgress(), AttemptAsync, cancellationToken)
            .ConfigureAwait(false);
        if (answer.TryParse(type) is not { } value)
        {
            throw new OpenBankingException($"The answer of {call.Name} cannot be read.")
            {
                Status = answer.Status,
                RequestId = answer.RequestId,
            };
        }

        value.Response = answer.Info;
        return value;

        ValueTask<Attempt> AttemptAsync(CancellationToken token)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, address);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (initialAccessToken is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", initialAccessToken);
            }

            return caller.Transport.SendAsync(request, token);
        }
    }

    /// <summary>A handler for one act, disposed after it; the caller's own is left alone.</summary>
    private sealed class OwnHandler(HttpMessageHandler? given) : IDisposable
    {
        private readonly SocketsHttpHandler? own = given is null
            ? OpenBankingOptions.CreateHttpHandler()
            : null;

        public Caller NewCaller() =>
            new(CallSettings.From(new OpenBankingOptions { HttpHandler = given ?? own }));

        public void Dispose() => own?.Dispose();
    }
}
