using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>What comes before there is a client: a sandbox, and an app in it.</summary>
public static class AppRegistration
{
    private static readonly Call signUpCall = new(HttpMethod.Post, "/sandbox/partners", Repeatable: false);
    private static readonly Call registerCall = new(HttpMethod.Post, "/register", Repeatable: false);
    private static readonly Call readCall = new(HttpMethod.Get, "/register/{id}", Repeatable: true);

    // Each ends the token that it is made with, and so acts once however often it is sent.
    private static readonly Call changeCall = new(HttpMethod.Put, "/register/{id}", Repeatable: true);
    private static readonly Call deleteCall = new(HttpMethod.Delete, "/register/{id}", Repeatable: true);

    /// <summary>Asks a sandbox server for a sandbox of one's own.</summary>
    /// <example><code source="AppRegistration_SignUpForSandboxAsync">
    /// var sandbox = await AppRegistration.SignUpForSandboxAsync(authority, "Harbour Video Ltd");
    /// </code></example>
    /// <param name="authority">The sandbox server, such as <c>http://localhost:5080</c>.</param>
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
        var address = issuer + signUpCall.Route;
        try
        {
            return await ReadAnswerAsync(
                    connection.NewCaller(),
                    signUpCall,
                    address,
                    body,
                    token: null,
                    ResponseJson.Default.SandboxSignUp,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (OpenBankingException absent) when (absent.Status == (int)HttpStatusCode.NotFound)
        {
            throw NoSandboxes(address, absent);
        }
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
    /// <returns>The registration: keep its client id, and the address and token that it is read and changed with.</returns>
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
        CheckToken(initialAccessToken);
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
        return await ReadAnswerAsync(
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

    /// <summary>An app's registration, as the bank has it (RFC 7592 §2.1).</summary>
    /// <example><code source="AppRegistration_ReadAsync">
    /// var known = await AppRegistration.ReadAsync(registrationUri, registrationToken);
    /// Console.WriteLine($"{known.ClientId} has {known.Jwks.Keys.Count} keys");
    /// </code></example>
    /// <param name="registrationUri">Its <see cref="ClientRegistration.RegistrationClientUri"/>.</param>
    /// <param name="registrationAccessToken">Its <see cref="ClientRegistration.RegistrationAccessToken"/>, of the last
    /// change.</param>
    /// <param name="httpHandler">What sends the request; one of its own when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The registration as it is now.</returns>
    /// <exception cref="ArgumentException">The address is neither https nor on loopback.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public static async Task<ClientRegistration> ReadAsync(
        Uri registrationUri,
        string registrationAccessToken,
        HttpMessageHandler? httpHandler = null,
        CancellationToken cancellationToken = default
    )
    {
        var address = AddressOf(registrationUri);
        CheckToken(registrationAccessToken);
        using var connection = new OwnHandler(httpHandler);
        return await ReadAnswerAsync(
                connection.NewCaller(),
                readCall,
                address,
                body: null,
                registrationAccessToken,
                ResponseJson.Default.ClientRegistration,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Changes an app's registration (RFC 7592 §2.2): a new key beside the old one, another redirect URI.</summary>
    /// <remarks>Send all of it: what is left out is as by default. Keep the new
    /// <see cref="ClientRegistration.RegistrationAccessToken"/> of the answer before anything else: the one it was changed with has
    /// ended. To replace a key while an app runs, register the new one beside the old one, have
    /// <see cref="OpenBankingOptions.CurrentKey"/> give the new one, and change once more, with the new one alone. Keep a new key
    /// before it is registered: an answer may be lost.</remarks>
    /// <example><code source="AppRegistration_ChangeAsync">
    /// var next = ClientKey.CreateEs256(); // keep next.ToPem() in the secret store
    /// var changed = await AppRegistration.ChangeAsync(
    ///     registrationUri,
    ///     registrationToken,
    ///     request with
    ///     {
    ///         Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk, next.PublicJwk] },
    ///     }
    /// );
    /// // Keep changed.RegistrationAccessToken at once.
    /// </code></example>
    /// <param name="registrationUri">Its <see cref="ClientRegistration.RegistrationClientUri"/>.</param>
    /// <param name="registrationAccessToken">Its <see cref="ClientRegistration.RegistrationAccessToken"/>, of the last
    /// change.</param>
    /// <param name="request">The whole registration as it is to be; the app's id may be left out.</param>
    /// <param name="httpHandler">What sends the request; one of its own when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The registration as it is now, with the token for the next change.</returns>
    /// <exception cref="ArgumentException">The address is neither https nor on loopback.</exception>
    /// <exception cref="OpenBankingAuthenticationException">The token is not the last change's. Where an answer was lost before, as
    /// the message says then, the change was made: the app goes on as it was changed, and its registration is the bank's to
    /// change from now on, since nobody has the new token. On a sandbox an app can be registered anew instead.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable. When every answer was lost, <see cref="ReadAsync"/> with the
    /// same token tells: it is refused once the change was made. While it is not, change again.</exception>
    public static async Task<ClientRegistration> ChangeAsync(
        Uri registrationUri,
        string registrationAccessToken,
        ClientRegistrationRequest request,
        HttpMessageHandler? httpHandler = null,
        CancellationToken cancellationToken = default
    )
    {
        var address = AddressOf(registrationUri);
        CheckToken(registrationAccessToken);
        ArgumentNullException.ThrowIfNull(request);
        var whole = request with
        {
            ClientId = request.ClientId ?? Uri.UnescapeDataString(registrationUri.Segments[^1]),
        };
        var body = ApiCall.Serialize(whole, ResponseJson.Default.ClientRegistrationRequest, nameof(request));
        using var connection = new OwnHandler(httpHandler);
        return await ReadAnswerAsync(
                connection.NewCaller(),
                changeCall,
                address,
                body,
                registrationAccessToken,
                ResponseJson.Default.ClientRegistration,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Ends an app's registration (RFC 7592 §2.3): its tokens, its consents and their agreements end with it.</summary>
    /// <example><code source="AppRegistration_DeleteAsync">
    /// await AppRegistration.DeleteAsync(registrationUri, registrationToken);
    /// </code></example>
    /// <param name="registrationUri">Its <see cref="ClientRegistration.RegistrationClientUri"/>.</param>
    /// <param name="registrationAccessToken">Its <see cref="ClientRegistration.RegistrationAccessToken"/>, of the last
    /// change.</param>
    /// <param name="httpHandler">What sends the request; one of its own when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The address is neither https nor on loopback.</exception>
    /// <exception cref="OpenBankingAuthenticationException">The token is not the last change's. Where an answer was lost before, as
    /// the message says then, the registration has ended.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public static async Task DeleteAsync(
        Uri registrationUri,
        string registrationAccessToken,
        HttpMessageHandler? httpHandler = null,
        CancellationToken cancellationToken = default
    )
    {
        var address = AddressOf(registrationUri);
        CheckToken(registrationAccessToken);
        using var connection = new OwnHandler(httpHandler);
        await SendAsync(
                connection.NewCaller(),
                deleteCall,
                address,
                body: null,
                registrationAccessToken,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static void CheckToken(
        string token,
        [CallerArgumentExpression(nameof(token))] string? parameterName = null
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(token, parameterName);
        if (!Texts.IsVisibleAscii(token))
        {
            throw new ArgumentException(
                "No token has white space or other characters than visible ASCII: was a line's end read with it?",
                parameterName
            );
        }
    }

    private static string AddressOf(Uri registrationUri)
    {
        ArgumentNullException.ThrowIfNull(registrationUri);
        return SecureAddress.Is(registrationUri)
            ? registrationUri.AbsoluteUri
            : throw new ArgumentException(
                "Give the registration's RegistrationClientUri: https, or http on loopback.",
                nameof(registrationUri)
            );
    }

    private static async Task<T> ReadAnswerAsync<T>(
        Caller caller,
        Call call,
        string address,
        byte[]? body,
        string? token,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
        where T : ResponseObject
    {
        var answer = await SendAsync(caller, call, address, body, token, cancellationToken)
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
    }

    private static async Task<Answer> SendAsync(
        Caller caller,
        Call call,
        string address,
        byte[]? body,
        string? token,
        CancellationToken cancellationToken
    )
    {
        var progress = new CallProgress();
        try
        {
            return await caller
                .CallAsync(call, progress, AttemptAsync, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OpenBankingAuthenticationException ended)
            when (call.Method != HttpMethod.Get
                && ended.Status == (int)HttpStatusCode.Unauthorized
                && progress.MayHaveBeenCarriedOut
            )
        {
            throw CarriedOutBefore(call, ended);
        }

        ValueTask<Attempt> AttemptAsync(CancellationToken attemptEnds)
        {
            var request = new HttpRequestMessage(call.Method, address);
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            return caller.Transport.SendAsync(request, attemptEnds);
        }
    }

    private static OpenBankingAuthenticationException CarriedOutBefore(
        Call call,
        OpenBankingAuthenticationException ended
    ) =>
        new(
            $"{call.Name} was carried out by an attempt before, whose answer was lost, and which ended the token, if it was the last "
                + $"change's. {ended.Message}",
            ended
        )
        {
            Status = ended.Status,
            Code = ended.Code,
            RequestId = ended.RequestId,
            Retryable = ended.Retryable,
        };

    /// <summary>The bank's words of an address that it does not have do not name it.</summary>
    private static OpenBankingException NoSandboxes(string address, OpenBankingException absent) =>
        new(
            $"There is nothing at {address}: a sandbox server's address has no path such as /v1, and a bank's own server has no "
                + $"sandboxes. {absent.Message}",
            absent
        )
        {
            Status = absent.Status,
            Code = absent.Code,
            RequestId = absent.RequestId,
        };

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
