using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// POST /oauth/par (RFC 9126, FAPI 2.0 SP §5.3.2.2). Checks, in order:
/// a form without repeated parameters · the client · a DPoP proof, if one is sent · the grant registered · no
/// <c>request_uri</c>, no <c>request</c> · <c>response_type=code</c> · <c>redirect_uri</c> registered, to the letter · PKCE with S256 ·
/// the scope registered, and a customer's · <c>state</c> and <c>nonce</c> not too long · <c>dpop_jkt</c> a thumbprint, and of
/// the proof's key · how the customer is to be asked (<see cref="RequestPrompts"/>) · the <c>resource</c>
/// (<see cref="ResourceIndicators"/>) · the authorization details · the scope that they need, where one is sent; without one it is
/// that.
/// </summary>
public sealed class PushedAuthorizationEndpoint(
    ClientAuthentication clients,
    DpopProofs proofs,
    RequestUris requestUris,
    ServerAddress address,
    Engine.Engine engine,
    TimeProvider time
)
{
    private const int LongestState = 2_048;
    private const int LongestNonce = 64;
    private const int MostDetailsInGeneration = 500;

    /// <summary>What apps ask of their customers, which is the same text most of the time: checked, and as it is stored.</summary>
    private readonly RecentlyUsed<CheckedDetails> known = new(MostDetailsInGeneration);

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var (form, formFailure) = await OAuthForm.ReadAsync(context);
        if (form is null)
        {
            return OAuthAnswers.Failed(formFailure!);
        }

        var (client, clientFailure) = await clients.AuthenticateAsync(context, form);
        if (client is null)
        {
            return OAuthAnswers.Failed(clientFailure!);
        }

        var (thumbprint, proofFailure) = await proofs.CheckOptionalAsync(context.Request);
        var (request, failure) = proofFailure is null
            ? Check(form, client.App, thumbprint)
            : (null, proofFailure);
        return request is null
            ? await clients.RefuseAsync(client, failure!)
            : await KeepAsync(client, request);
    }

    private async Task<IResult> KeepAsync(AuthenticatedClient client, AuthorizationRequest request)
    {
        var now = time.GetUtcNow();
        var requestUri = requestUris.New(now);
        var decision = await engine.SubmitAsync(
            new PushRequest(
                client.App.World,
                now,
                client.Assertion,
                new()
                {
                    Hash = RequestUris.KeyOf(requestUri),
                    AppId = client.App.Row.Id,
                    Request = request.Write(),
                    Used = false,
                    ExpiresAt = now + AuthorizationServerOptions.PushedRequestLifetime,
                }
            )
        );
        return decision is Rejected<PushedRequestRow> rejected
            ? await clients.RefuseAsync(client, OAuthFailure.From(rejected.Refusal))
            : OAuthAnswers.Ok(
                new PushedAuthorization
                {
                    RequestUri = requestUri,
                    ExpiresIn = (int)AuthorizationServerOptions.PushedRequestLifetime.TotalSeconds,
                },
                StatusCodes.Status201Created
            );
    }

    private (AuthorizationRequest?, OAuthFailure?) Check(
        OAuthForm form,
        RegisteredApp app,
        string? proofThumbprint
    )
    {
        var failure =
            CheckParameters(form, app, proofThumbprint)
            ?? RequestPrompts.Check(form)
            ?? ResourceIndicators.Check(form, address);
        if (failure is not null)
        {
            return (null, failure);
        }

        var (details, detailsFailure) = form["authorization_details"] is { } text
            ? CheckDetails(text, app)
            : (
                null,
                OAuthFailure.InvalidRequest(
                    "authorization_details is required: say what the customer is to allow."
                )
            );
        if (details is null)
        {
            return (null, detailsFailure);
        }

        var (scope, scopeFailure) = ScopeFor(details.Types, form, app);
        return scope is null
            ? (null, scopeFailure)
            : (
                new(
                    form["redirect_uri"]!,
                    string.Join(' ', scope),
                    form["state"],
                    form["nonce"],
                    form["code_challenge"]!,
                    details.Stored,
                    form["dpop_jkt"] ?? proofThumbprint,
                    form["ui_locales"]
                ),
                null
            );
    }

    private (CheckedDetails?, OAuthFailure?) CheckDetails(string text, RegisteredApp app)
    {
        if (known.Find(text) is { } before && before.Types.All(app.DetailsTypes.Contains))
        {
            return (before, null);
        }

        var (details, failure) = AuthorizationDetails.Parse(text, app.DetailsTypes);
        if (details is null)
        {
            return (null, failure);
        }

        var checkedNow = new CheckedDetails(
            [.. details.Select(AuthorizationDetails.TypeOf)],
            AuthorizationDetails.Write(details)
        );
        known.Keep(text, checkedNow);
        return (checkedNow, null);
    }

    /// <summary>The scope that is asked for, which holds what the details need; or just that.</summary>
    private static (string[]?, OAuthFailure?) ScopeFor(
        IReadOnlyList<string> types,
        OAuthForm form,
        RegisteredApp app
    )
    {
        string[] asked = form["scope"] is null
            ? [.. types.Select(DetailScopes.Of).OfType<string>().Distinct().Where(app.Scopes.Contains)]
            : ScopeOf(form);
        return
            types.FirstOrDefault(type => DetailScopes.Of(type) is { } needed && !asked.Contains(needed))
                is { } without
            ? (
                null,
                new(
                    400,
                    OAuthErrors.InvalidScope,
                    app.Scopes.Contains(DetailScopes.Of(without)!)
                        ? $"{without} needs the scope {DetailScopes.Of(without)}: add it, or leave scope out."
                        : $"{without} needs the scope {DetailScopes.Of(without)}, which the app is not registered for."
                )
            )
            : (asked, null);
    }

    private static OAuthFailure WrongRedirectUri(string? sent, IReadOnlyList<string> registered) =>
        OAuthFailure.InvalidRequest(
            "redirect_uri must be one of the registered ones, to the letter. "
                + (
                    RedirectUriDifference.Describe(sent, registered)
                    ?? $"Registered are {string.Join(", ", registered)}."
                )
        );

    private static OAuthFailure WrongScope(string[] most) =>
        new(
            400,
            "invalid_scope",
            most is []
                ? "The app is registered for no scope that customers give: leave it out."
                : $"The scope may hold {string.Join(", ", most)}."
        );

    private static string[] ScopeOf(OAuthForm form) => form["scope"] is { } text ? ScopeText.Read(text) : [];

    private static OAuthFailure? CheckParameters(OAuthForm form, RegisteredApp app, string? proofThumbprint)
    {
        var redirectUris = app.RedirectUris;
        var scope = ScopeOf(form);
        var registeredScope = app.Scopes;
        return !app.GrantTypes.Contains(Grants.AuthorizationCode)
                ? new OAuthFailure(400, "unauthorized_client", "The client is not registered for this grant.")
            : form["request_uri"] is not null
                ? OAuthFailure.InvalidRequest(
                    "Send the parameters themselves: request_uri is not taken here."
                )
            : form["request"] is not null
                ? new OAuthFailure(
                    400,
                    OAuthErrors.RequestNotSupported,
                    "Send the parameters themselves: request is not taken here."
                )
            : form["response_type"] is null
                ? OAuthFailure.InvalidRequest("response_type is missing: it must be code.")
            : form["response_type"] != "code"
                ? new OAuthFailure(400, "unsupported_response_type", "response_type must be code.")
            : form["redirect_uri"] is not { } redirectUri || !redirectUris.Contains(redirectUri)
                ? WrongRedirectUri(form["redirect_uri"], redirectUris)
            : form["code_challenge_method"] != "S256" || !StrictBase64Url.IsDigest(form["code_challenge"])
                ? OAuthFailure.InvalidRequest(
                    "PKCE is required: code_challenge of 43 characters of base64url, code_challenge_method=S256."
                )
            : !scope.All(value => registeredScope.Contains(value) && Scopes.OfCustomer.Contains(value))
            || (scope is [] && form["scope"] is not null)
                ? WrongScope([.. Scopes.OfCustomer.Intersect(registeredScope)])
            : form["state"]?.Length > LongestState
                ? OAuthFailure.InvalidRequest($"state may be at most {LongestState} characters long.")
            : form["nonce"]?.Length > LongestNonce
                ? OAuthFailure.InvalidRequest($"nonce may be at most {LongestNonce} characters long.")
            : form["dpop_jkt"] is { } key && !StrictBase64Url.IsDigest(key)
                ? OAuthFailure.InvalidRequest(
                    "dpop_jkt must be the thumbprint of a key: 43 characters of base64url (RFC 7638)."
                )
            : form["dpop_jkt"] is { } named && proofThumbprint is not null && named != proofThumbprint
                ? OAuthFailure.InvalidProof("dpop_jkt and the DPoP proof name different keys.")
            : null;
    }

    private sealed record CheckedDetails(IReadOnlyList<string> Types, string Stored);
}
