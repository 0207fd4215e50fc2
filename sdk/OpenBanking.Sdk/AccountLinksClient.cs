using System.Text.Json;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Links customers: sends them to the bank to agree, and takes them back (FAPI 2.0 Security Profile
/// §5.3.3: pushed requests, PKCE, DPoP, <c>iss</c>, id token).</summary>
public class AccountLinksClient
{
    private static readonly FormCall pushCall = new("/par", Repeatable: true)
    {
        Advice = "Start the link again later.",
    };
    private static readonly string defaultScope = string.Join(' ', Scopes.OfCustomer);

    private readonly AuthorizationServer? ofBank;
    private readonly TokenRequests tokens;
    private readonly IdTokens idTokens;
    private readonly CustomerTokenSource? ofCustomers;
    private readonly TimeProvider clock;
    private readonly CompletedLinks completed;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected AccountLinksClient()
    {
        tokens = null!;
        idTokens = null!;
        clock = null!;
        completed = null!;
    }

    /// <summary>What stands in a mock of the client whose sub-client is not overridden.</summary>
    internal static AccountLinksClient OfMock { get; } = new();

    internal AccountLinksClient(
        AuthorizationServer server,
        TokenRequests tokens,
        IdTokens idTokens,
        CustomerTokenSource customers,
        TimeProvider clock
    )
    {
        ofBank = server;
        this.tokens = tokens;
        this.idTokens = idTokens;
        ofCustomers = customers;
        this.clock = clock;
        completed = new(clock);
    }

    private AuthorizationServer Server => ofBank ?? throw Mocks.NotOverridden();

    private CustomerTokenSource Customers => ofCustomers ?? throw Mocks.NotOverridden();

    /// <summary>Hands the request to the bank (RFC 9126) and returns where to send the customer.</summary>
    /// <example><code source="AccountLinks_StartAsync">
    /// var link = await client.AccountLinks.StartAsync(
    ///     new AccountLinkRequest
    ///     {
    ///         RedirectUri = redirectUri,
    ///         AuthorizationDetails =
    ///         [
    ///             new AccountOpening(),
    ///             new AccountInformation(),
    ///             new PaymentAgreementTerms
    ///             {
    ///                 PerPaymentLimit = Money.Yuan(500),
    ///                 DailyLimit = Money.Yuan(2_000),
    ///                 TotalLimit = Money.Yuan(20_000),
    ///             },
    ///         ],
    ///     }
    /// );
    /// // Keep link.Session with the user's own session, and send the browser to link.AuthorizationUrl.
    /// </code></example>
    /// <param name="request">What the customer is asked for, and where to come back to.</param>
    /// <param name="cancellationToken">Ends the wait. A request that was handed over all the same ends by itself, unused.</param>
    /// <returns>Where to send the customer, and the session to complete the link with.</returns>
    /// <exception cref="ArgumentException">The redirect URI is neither https nor on loopback, nothing is
    /// asked for, or the scope lacks <c>openid</c>.</exception>
    /// <exception cref="OpenBankingAuthenticationException">The bank refused the request: an OAuth
    /// error.</exception>
    /// <exception cref="OpenBankingException">The bank cannot be reached.</exception>
    public virtual async Task<AccountLink> StartAsync(
        AccountLinkRequest request,
        CancellationToken cancellationToken = default
    )
    {
        Check(request);
        var session = new LinkSession
        {
            Issuer = Server.Issuer,
            RedirectUri = request.RedirectUri.OriginalString,
            State = Randomness.Secret(),
            Nonce = Randomness.Secret(),
            CodeVerifier = Randomness.Secret(),
        };
        var (pushed, answer) = await Server
            .PostAsync(
                pushCall,
                metadata => metadata.PushedAuthorizationRequestEndpoint,
                [.. Parameters(request, session)],
                ResponseJson.Default.PushedAuthorization,
                cancellationToken
            )
            .ConfigureAwait(false);
        if (pushed is not { RequestUri.Length: > 0, ExpiresIn: > 0 })
        {
            throw new OpenBankingException("The bank named no request to send the customer with.")
            {
                Status = answer.Status,
                Code = ClientErrorCodes.UnexpectedAnswer,
                RequestId = answer.RequestId,
            };
        }

        var metadata = await Server.MetadataAsync(cancellationToken).ConfigureAwait(false);
        return new AccountLink
        {
            AuthorizationUrl = AuthorizationUrl(metadata.AuthorizationEndpoint, pushed.RequestUri),
            Session = session.Write(),
        };
    }

    /// <summary>Checks the customer's return, gets the tokens and keeps them in the token store.</summary>
    /// <remarks>Called again with the same session and callback, as when a browser loads a page twice, it gives the same customer: one
    /// process redeems a code once, and where the bank's keys or the token store failed after that, it goes on from there. In another
    /// process the code is redeemed again, and the bank ends the consent (RFC 6749 §4.1.2).</remarks>
    /// <example><code source="AccountLinks_CompleteAsync">
    /// try
    /// {
    ///     var customer = await client.AccountLinks.CompleteAsync(session, callback);
    ///     Console.WriteLine($"Linked: {customer.CustomerId}, {customer.AgreementId}");
    /// }
    /// catch (AccountLinkRefusedException refused)
    /// {
    ///     Console.WriteLine($"The customer said no: {refused.Code}");
    /// }
    /// </code></example>
    /// <param name="session">The session that <see cref="StartAsync"/> gave.</param>
    /// <param name="callback">The address the customer came back to, with its query.</param>
    /// <param name="cancellationToken">Ends the wait, and not the link: it goes on, and can be waited for again.</param>
    /// <returns>Who the customer is, and the ids of what was granted. The tokens are in the token store by then.</returns>
    /// <exception cref="AccountLinkRefusedException">The customer said no, or the bank made no
    /// link.</exception>
    /// <exception cref="AccountLinkException">The callback, the session or the id token is not to be
    /// trusted.</exception>
    /// <exception cref="OpenBankingAuthenticationException">The bank refused the code: an OAuth
    /// error.</exception>
    /// <exception cref="TokensNotKeptException">The customer is linked, and the token store failed to keep the tokens, or took longer
    /// than <see cref="OpenBankingOptions.TotalTimeout"/>: the exception has the ids, and tries the store again.</exception>
    /// <exception cref="OpenBankingException">The bank cannot be reached.</exception>
    public virtual async Task<LinkedCustomer> CompleteAsync(
        string session,
        Uri callback,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(callback);
        var link = LinkSession.Read(session);
        if (link.Issuer != Server.Issuer)
        {
            throw new AccountLinkException("The link was started at another bank.")
            {
                Code = ClientErrorCodes.IssuerMismatch,
            };
        }

        var code = LinkCallback.ReadCode(callback, link);
        return await completed
            .CompleteAsync(link, code, () => RedeemAsync(code, link), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<Func<Task<LinkedCustomer>>> RedeemAsync(string code, LinkSession link)
    {
        var askedAt = clock.GetUtcNow();
        var (token, answer) = await tokens
            .ForCodeAsync(code, link, CancellationToken.None)
            .ConfigureAwait(false);
        return async () =>
        {
            var customerId = await idTokens
                .ReadSubjectAsync(token.IdToken, link.Nonce, CancellationToken.None)
                .ConfigureAwait(false);
            return await KeepAsync(Describe(customerId, token, answer), token, askedAt).ConfigureAwait(false);
        };
    }

    /// <summary>Takes the tokens of a customer's link back at the bank (RFC 7009), and forgets them. The consent lasts, and
    /// so does a payment agreement: <see cref="ConsentsClient.RevokeAsync"/> ends these, too.</summary>
    /// <example><code source="AccountLinks_RevokeTokensAsync">
    /// var hadTokens = await client.AccountLinks.RevokeTokensAsync(customer.CustomerId);
    /// </code></example>
    /// <param name="customerId">The customer, <c>cus_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether there were tokens.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable: the tokens are still kept; try again. With
    /// <see cref="ClientErrorCodes.CustomerNotLinked"/> they are another app's: ask that app's client.</exception>
    public virtual Task<bool> RevokeTokensAsync(
        string customerId,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(customerId);
        return Customers.RevokeAsync(customerId, cancellationToken);
    }

    /// <summary>Where to send a customer who signs out of the app, to end what they have begun at the bank (OpenID Connect
    /// RP-Initiated Logout 1.0).</summary>
    /// <example><code source="AccountLinks_SignOutUrlAsync">
    /// var address = await client.AccountLinks.SignOutUrlAsync(customer.IdToken!);
    /// </code></example>
    /// <param name="idToken">What <see cref="LinkedCustomer.IdToken"/> was.</param>
    /// <param name="returnTo">Where the bank sends the customer afterwards: a registered post-logout redirect URI, to the
    /// letter; the bank's own page when null.</param>
    /// <param name="state">Comes back with the customer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The address at the bank to redirect the browser to.</returns>
    /// <exception cref="OpenBankingException">The bank has no such page, or cannot be reached.</exception>
    public virtual async Task<Uri> SignOutUrlAsync(
        string idToken,
        Uri? returnTo = null,
        string? state = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(idToken);
        RequestCheck.NotBlank(state);
        if (returnTo is { IsAbsoluteUri: false })
        {
            throw new ArgumentException("Give a whole address, as it is registered.", nameof(returnTo));
        }

        var metadata = await Server.MetadataAsync(cancellationToken).ConfigureAwait(false);
        var endpoint =
            metadata.EndSessionEndpoint
            ?? throw new OpenBankingException("This bank has no page for signing out.")
            {
                Code = ClientErrorCodes.InvalidMetadata,
            };
        var address =
            $"{endpoint}{(endpoint.Contains('?', StringComparison.Ordinal) ? '&' : '?')}"
            + $"id_token_hint={Uri.EscapeDataString(idToken)}&client_id={Uri.EscapeDataString(Server.ClientId)}";
        return new Uri(
            address
                + (
                    returnTo is null
                        ? ""
                        : $"&post_logout_redirect_uri={Uri.EscapeDataString(returnTo.OriginalString)}"
                )
                + (state is null ? "" : $"&state={Uri.EscapeDataString(state)}")
        );
    }

    /// <summary>Has the store keep the tokens. What fails in it costs neither them nor what is known of the customer.</summary>
    private async Task<LinkedCustomer> KeepAsync(
        LinkedCustomer linked,
        TokenResponse token,
        DateTimeOffset askedAt
    )
    {
        try
        {
            await Customers.KeepAsync(linked.CustomerId, token, askedAt).ConfigureAwait(false);
            return linked;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new TokensNotKeptException(
                $"The customer {linked.CustomerId} is linked, and the token store failed to keep the tokens "
                    + $"({failure.GetType().Name}): KeepAsync of this exception tries it again.",
                linked,
                again =>
                {
                    again.ThrowIfCancellationRequested();
                    return KeepAsync(linked, token, askedAt);
                },
                failure
            );
        }
    }

    private static void Check(AccountLinkRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.RedirectUri is null || !SecureAddress.Is(request.RedirectUri))
        {
            throw new ArgumentException(
                "Set RedirectUri to one that is registered: https, or http on loopback.",
                nameof(request)
            );
        }

        if (request.AuthorizationDetails is not { Count: > 0 } details || details.Contains(null!))
        {
            throw new ArgumentException(
                "Set AuthorizationDetails to what is asked for: one detail at least, and none that is null.",
                nameof(request)
            );
        }

        RequestCheck.Check(details, RequestJson.Default.IReadOnlyListAuthorizationDetail, nameof(request));

        if (
            request.UiLocales is { } locales
            && (string.IsNullOrWhiteSpace(locales) || !Texts.IsWhole(locales))
        )
        {
            throw new ArgumentException(
                "Set UiLocales to languages such as zh-CN en, or leave it out.",
                nameof(request)
            );
        }

        if (request.Scope is { } scope && !scope.Split(' ').Contains(Scopes.OpenId))
        {
            throw new ArgumentException(
                "Set Scope to one that holds openid, which gives the id token that says who the customer is, or leave it out.",
                nameof(request)
            );
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Parameters(
        AccountLinkRequest request,
        LinkSession session
    )
    {
        yield return new("response_type", "code");
        yield return new("redirect_uri", session.RedirectUri);
        yield return new("scope", request.Scope ?? defaultScope);
        yield return new("state", session.State);
        yield return new("nonce", session.Nonce);
        yield return new("code_challenge", session.CodeChallenge());
        yield return new("code_challenge_method", "S256");
        if (Server.Binding.KeyThumbprint is { } key)
        {
            yield return new("dpop_jkt", key);
        }

        yield return new(
            "authorization_details",
            JsonSerializer.Serialize(
                request.AuthorizationDetails,
                RequestJson.Default.IReadOnlyListAuthorizationDetail
            )
        );
        if (request.UiLocales is { } locales)
        {
            yield return new("ui_locales", locales);
        }
    }

    private Uri AuthorizationUrl(string endpoint, string requestUri) =>
        new(
            endpoint
                + (endpoint.Contains('?', StringComparison.Ordinal) ? '&' : '?')
                + $"client_id={Uri.EscapeDataString(Server.ClientId)}"
                + $"&request_uri={Uri.EscapeDataString(requestUri)}"
        );

    private static LinkedCustomer Describe(string customerId, TokenResponse token, Answer answer)
    {
        var granted = token.AuthorizationDetails ?? [];
        return new LinkedCustomer
        {
            CustomerId = customerId,
            IdToken = token.IdToken,
            ConsentId =
                token.ConsentId
                ?? throw new AccountLinkException("The bank named no consent.")
                {
                    Status = answer.Status,
                    RequestId = answer.RequestId,
                },
            AuthorizationDetails = granted,
            AgreementId = granted.Select(detail => detail.AgreementId).FirstOrDefault(id => id is not null),
            AccountId = granted.Select(detail => detail.AccountId).FirstOrDefault(id => id is not null),
            Response = answer.Info,
        };
    }
}
