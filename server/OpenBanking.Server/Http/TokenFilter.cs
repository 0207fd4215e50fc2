using OpenBanking.Server.Authorization;
using OpenBanking.Server.Authorization.Authority;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Http;

/// <summary>Puts the filter in front of the routes.</summary>
public static class TokenFilterMiddleware
{
    public static void UseTokens(this WebApplication app) =>
        app.Use(next =>
        {
            // Not made before something is served: commands that seal and open nothing need no keys.
            var filter = app.Services.GetRequiredService<TokenFilter>();
            return context => filter.InvokeAsync(context, () => next(context));
        });
}

/// <summary>
/// Guards every route of the API (FAPI 2.0 SP §5.3.4). Checks, in order: no token in the query; one Authorization
/// header with the DPoP scheme, or Bearer for a token bound to a certificate; a valid token of this server; a valid
/// proof, made with the key the token is bound to, or the certificate it is bound to; a token that still counts
/// (<see cref="LiveTokens"/>); one of the right kind; the scope, of the token and still of the app; the details and
/// action the route needs, of a type still of the app. A route that says nothing of its token is refused. Where another
/// authority is set, the tokens are its own, sent with the DPoP scheme alone and checked by <see cref="AuthorityTokens"/>,
/// some of it after the proof.
/// </summary>
public sealed class TokenFilter(
    AccessTokens tokens,
    DpopProofs proofs,
    DpopNonces nonces,
    LiveTokens liveTokens,
    ServerOptions options,
    PairwiseIds pairwise,
    RateLimits limits,
    AuthorityTokens? authority = null
)
{
    private const string Scheme = "DPoP ";

    /// <summary>Of tokens bound to a certificate (RFC 8705 §3), and of no others.</summary>
    private const string CertificateScheme = "Bearer ";

    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        // The framework's own endpoints, for wrong methods and media types, are no routes of the API.
        if (context.GetEndpoint() is not RouteEndpoint endpoint || !IsGuarded(context, endpoint))
        {
            await next();
            return;
        }

        context.Response.Headers["DPoP-Nonce"] = nonces.Current(NonceRole.ResourceServer);
        var requirement =
            endpoint.Metadata.GetMetadata<TokenRequirement>()
            ?? throw new InvalidOperationException($"{endpoint} does not say what it needs of its token.");
        if (await CheckAsync(context.Request, requirement) is var (caller, refusal) && caller is null)
        {
            // A refusal has cost a signature check: it counts for the address.
            if (await limits.TakeAsync(context))
            {
                await RefuseAsync(context, refusal!);
            }

            return;
        }

        context.Features.Set(caller);
        await next();
    }

    /// <summary>Every route of the API, whether or not it says what it needs; and any other that does.</summary>
    private static bool IsGuarded(HttpContext context, RouteEndpoint endpoint) =>
        context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
        || endpoint.Metadata.GetMetadata<TokenRequirement>() is not null;

    private async ValueTask<(Caller? Caller, Unauthorized? Refusal)> CheckAsync(
        HttpRequest request,
        TokenRequirement requirement
    )
    {
        if (request.Query.ContainsKey("access_token"))
        {
            return Refuse(
                ProblemCodes.InvalidToken,
                "Send the token in the Authorization header, never in an address."
            );
        }

        if (request.Headers.Authorization is not [{ } header] || SchemeOf(header) is not { } scheme)
        {
            return Refuse(
                ProblemCodes.InvalidToken,
                "Send one Authorization header: DPoP, a space, the access token."
            );
        }

        var text = header[scheme.Length..].Trim();
        return authority is not null ? await CheckForeignAsync(authority, request, text, requirement)
            : tokens.Read(text) is not { } token ? Refuse(ProblemCodes.InvalidToken, tokens.WhyNot(text))
            : token.Binding.IsCertificate != (scheme == CertificateScheme)
                ? Refuse(
                    ProblemCodes.InvalidToken,
                    $"Send this token with the scheme {token.Binding.TokenType}."
                )
            : await CheckHolderAsync(request, text, token) is { } refusal ? (null, refusal)
            : await CheckAppAsync(token, PresentedCertificate.Of(request.HttpContext), requirement);
    }

    /// <summary>A server that takes no certificates knows DPoP alone, and so does one with another authority.</summary>
    private string? SchemeOf(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Scheme
        : options.MutualTlsAddress is not null
        && authority is null
        && header.StartsWith(CertificateScheme, StringComparison.OrdinalIgnoreCase)
            ? CertificateScheme
        : null;

    private ValueTask<Unauthorized?> CheckHolderAsync(HttpRequest request, string text, AccessToken token) =>
        token.Binding.IsCertificate
            ? ValueTask.FromResult(CheckCertificate(PresentedCertificate.Of(request.HttpContext), token))
            : CheckProofAsync(request, text, token);

    private static Unauthorized? CheckCertificate(PresentedCertificate presented, AccessToken token) =>
        presented.Certificate is not { } certificate ? new(ProblemCodes.InvalidToken, presented.Missing)
        : TokenBinding.To(certificate) == token.Binding ? null
        : new(ProblemCodes.InvalidToken, "The token is bound to another certificate than the one presented.");

    private async ValueTask<(Caller? Caller, Unauthorized? Refusal)> CheckForeignAsync(
        AuthorityTokens source,
        HttpRequest request,
        string text,
        TokenRequirement requirement
    )
    {
        if (await source.ReadAsync(text) is var (presented, wrong) && presented is null)
        {
            return Refuse(ProblemCodes.InvalidToken, wrong);
        }

        var proof = await proofs.CheckAsync(request, NonceRole.ResourceServer, text);
        if (proof is not ProofResult.Proven proven)
        {
            return (null, Explain(proof));
        }

        return
            await source.FindAsync(presented!, proven.KeyThumbprint) is var (token, reason) && token is null
            ? Refuse(ProblemCodes.InvalidToken, reason)
            : CheckRequirement(token!.Live, token.Scopes, requirement);
    }

    private async ValueTask<Unauthorized?> CheckProofAsync(
        HttpRequest request,
        string text,
        AccessToken token
    ) =>
        await proofs.CheckAsync(request, NonceRole.ResourceServer, text) switch
        {
            ProofResult.Proven proven when TokenBinding.To(proven.KeyThumbprint) == token.Binding => null,
            ProofResult.Proven => new(
                ProblemCodes.InvalidToken,
                "The token is bound to another key than the proof's."
            ),
            var proof => Explain(proof),
        };

    private static Unauthorized Explain(ProofResult proof) =>
        proof switch
        {
            ProofResult.Refused refused => new(ProblemCodes.InvalidProof, refused.Reason),
            ProofResult.Absent => new(ProblemCodes.InvalidProof, "Send a DPoP header with every request."),
            ProofResult.UsedBefore => new(ProblemCodes.ProofReused, null),
            _ => new(ProblemCodes.ProofNonceRequired, null),
        };

    private async ValueTask<(Caller?, Unauthorized?)> CheckAppAsync(
        AccessToken token,
        PresentedCertificate presented,
        TokenRequirement requirement
    )
    {
        return await liveTokens.FindAsync(token, presented.Certificate) is var (live, reason) && live is null
            ? Refuse(ProblemCodes.InvalidToken, reason)
            : CheckRequirement(live!, token.Scopes, requirement);
    }

    private (Caller?, Unauthorized?) CheckRequirement(
        LiveToken live,
        IReadOnlySet<string> scopes,
        TokenRequirement requirement
    )
    {
        if (live.Consent is null == requirement.OfCustomer)
        {
            return Refuse(
                ProblemCodes.InsufficientScope,
                requirement.OfCustomer
                    ? "This route needs a token of the customer (authorization code)."
                    : "This route needs a token of the app itself (client credentials)."
            );
        }

        if (!Allows(scopes, requirement, live.App.Scopes))
        {
            return Refuse(
                ProblemCodes.InsufficientScope,
                $"The token needs the scope {string.Join(" or ", requirement.Scopes)}."
            );
        }

        if (requirement.DetailType is { } needed && !live.App.DetailsTypes.Contains(needed))
        {
            return Refuse(ProblemCodes.InsufficientScope, $"The app is not registered for {needed}.");
        }

        return
            requirement.DetailType is not { } type
            || ConsentApi.Holds(live.Consent!, type, requirement.Action)
            ? (new(live.App, live.Now, live.Consent, pairwise), null)
            : Refuse(
                ProblemCodes.InsufficientScope,
                $"The token does not hold {requirement.DetailType} {requirement.Action}.".Replace(" .", ".")
            );
    }

    private static bool Allows(
        IReadOnlySet<string> granted,
        TokenRequirement requirement,
        IReadOnlySet<string> registered
    )
    {
        foreach (var scope in requirement.Scopes)
        {
            if (granted.Contains(scope) && registered.Contains(scope))
            {
                return true;
            }
        }

        return false;
    }

    private static (Caller?, Unauthorized?) Refuse(string code, string? detail = null) =>
        (null, new(code, detail));

    private Task RefuseAsync(HttpContext context, Unauthorized refusal)
    {
        // RFC 9449 §7.1 and §7.2, RFC 6750 §3.1: the error is said of the scheme that was tried, and to who tried none not. A proof that
        // was used before is an invalid one there.
        var error = refusal.Code == ProblemCodes.ProofReused ? ProblemCodes.InvalidProof : refusal.Code;
        context.Response.Headers.WWWAuthenticate =
            context.Request.Headers.Authorization.Count == 0 ? "DPoP algs=\"ES256 PS256\""
            : SchemeOf(context.Request.Headers.Authorization.ToString()) == CertificateScheme
                ? $"Bearer error=\"{error}\", DPoP algs=\"ES256 PS256\""
            : $"DPoP error=\"{error}\", algs=\"ES256 PS256\"";
        return Problems.WriteAsync(context, refusal.Code, refusal.Detail);
    }

    private sealed record Unauthorized(string Code, string? Detail);
}
