namespace OpenBanking.Internal;

/// <summary>The three grants of the token endpoint, and taking back what they gave.</summary>
internal sealed class TokenRequests(AuthorizationServer server)
{
    private const string Route = "/token";

    // A second sending of a code that was redeemed would end the grant.
    private static readonly FormCall codeCall = new(Route, Repeatable: false)
    {
        Advice = "Have the customer link the account again.",
    };
    private static readonly FormCall tokenCall = new(Route, Repeatable: true)
    {
        Advice = "What needs the token was not sent this time: make the call again later.",
    };
    private static readonly FormCall revokeCall = new("/revoke", Repeatable: true)
    {
        Advice = "The tokens are still kept: take them back later.",
    };

    /// <summary>For the app itself, with every scope an app can hold (RFC 6749 §4.4); of an app that is not registered for
    /// all of them, with those it is.</summary>
    public async Task<(TokenResponse Value, Answer Answer)> ForAppAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ForAppAsync([new("scope", string.Join(' ', Scopes.OfApp))], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OpenBankingException refused) when (refused.Code == "invalid_scope")
        {
            return await ForAppAsync([], cancellationToken).ConfigureAwait(false);
        }
    }

    private Task<(TokenResponse Value, Answer Answer)> ForAppAsync(
        IReadOnlyList<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken
    ) => PostAsync(tokenCall, "client_credentials", fields, cancellationToken);

    /// <summary>For a customer who has just agreed (RFC 6749 §4.1.3, RFC 7636 §4.5).</summary>
    public Task<(TokenResponse Value, Answer Answer)> ForCodeAsync(
        string code,
        LinkSession session,
        CancellationToken cancellationToken
    ) =>
        PostAsync(
            codeCall,
            "authorization_code",
            [
                new("code", code),
                new("redirect_uri", session.RedirectUri),
                new("code_verifier", session.CodeVerifier),
            ],
            cancellationToken
        );

    /// <summary>For a customer whose access token has run out (RFC 6749 §6).</summary>
    public Task<(TokenResponse Value, Answer Answer)> ForRefreshAsync(
        string refreshToken,
        CancellationToken cancellationToken
    ) => PostAsync(tokenCall, "refresh_token", [new("refresh_token", refreshToken)], cancellationToken);

    /// <summary>Takes a refresh token back, and the access tokens with it (RFC 7009).</summary>
    public Task RevokeAsync(string refreshToken, CancellationToken cancellationToken) =>
        server.PostAsync(
            revokeCall,
            metadata => metadata.RevocationEndpoint,
            [new("token", refreshToken), new("token_type_hint", "refresh_token")],
            cancellationToken
        );

    private async Task<(TokenResponse Value, Answer Answer)> PostAsync(
        FormCall call,
        string grant,
        IReadOnlyList<KeyValuePair<string, string>> fields,
        CancellationToken cancellationToken
    )
    {
        Telemetry.TokenRequested(grant);
        var (token, answer) = await server
            .PostAsync(
                call,
                metadata => metadata.TokenEndpoint,
                [new("grant_type", grant), .. fields],
                ResponseJson.Default.TokenResponse,
                cancellationToken
            )
            .ConfigureAwait(false);
        return
            string.Equals(token.TokenType, server.Binding.Scheme, StringComparison.OrdinalIgnoreCase)
            && token is { AccessToken.Length: > 0, ExpiresIn: > 0 }
            && Texts.IsVisibleAscii(token.AccessToken)
            ? (token, answer)
            : throw new OpenBankingAuthenticationException(
                "The server gave a token that is not bound as it was asked for."
            )
            {
                Status = answer.Status,
                Code = ClientErrorCodes.UnexpectedAnswer,
                RequestId = answer.RequestId,
            };
    }
}
