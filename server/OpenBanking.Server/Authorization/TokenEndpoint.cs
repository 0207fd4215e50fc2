using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// POST /oauth/token (RFC 6749 §3.2, FAPI 2.0 SP §5.3.2). Checks, in order:
/// a form without repeated parameters · the client · a DPoP proof, or a certificate to bind to
/// (<see cref="SenderConstraint"/>) · the grant, known and registered · the
/// <c>resource</c> (<see cref="ResourceIndicators"/>) · and for
/// authorization_code: <c>code</c> and <c>redirect_uri</c> are there, the code is this client's, not expired,
/// <c>redirect_uri</c> as in the request, PKCE with a verifier of the right form, the key it is bound to, not used before;
/// refresh_token: it is there, is this client's, not taken back, its consent lasts; for both: scope and
/// authorization_details not wider than granted;
/// client_credentials: no authorization_details, the scope registered, and the app's own.
/// </summary>
public sealed class TokenEndpoint(
    ClientAuthentication clients,
    SenderConstraint constraint,
    AccessTokens tokens,
    IdTokens idTokens,
    PairwiseIds pairwise,
    WorldClocks clocks,
    ServerAddress address,
    Store store,
    Engine.Engine engine
)
{
    private const int LeastVerifier = 43;
    private const int MostVerifier = 128;

    private static readonly SearchValues<char> ofVerifiers = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    );

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

        var (binding, bindingFailure) = await constraint.RequireAsync(context, client);
        if (binding is null)
        {
            return await clients.RefuseAsync(client, bindingFailure!);
        }

        var grant = new Grant(form, client, binding.Value, clocks.RealNow);
        var (response, failure) = form["grant_type"] switch
        {
            null => (null, OAuthFailure.InvalidRequest("grant_type is missing.")),
            var type when !Grants.All.Contains(type) => (
                null,
                new OAuthFailure(
                    400,
                    "unsupported_grant_type",
                    $"grant_type must be one of {string.Join(", ", Grants.All)}."
                )
            ),
            var type when !client.App.GrantTypes.Contains(type) => (
                null,
                new OAuthFailure(400, "unauthorized_client", "The client is not registered for this grant.")
            ),
            _ when ResourceIndicators.Check(form, address) is { } wrong => (null, wrong),
            Grants.AuthorizationCode => await RedeemCodeAsync(grant),
            Grants.RefreshToken => await RefreshAsync(grant),
            _ => await GrantToAppAsync(grant),
        };
        return response is null ? await clients.RefuseAsync(client, failure!) : OAuthAnswers.Ok(response);
    }

    private async Task<(TokenResponse?, OAuthFailure?)> RedeemCodeAsync(Grant grant)
    {
        if (grant.Form["code"] is not { } text)
        {
            return (null, Missing("code"));
        }

        if (grant.Form["redirect_uri"] is null)
        {
            return (null, Missing("redirect_uri"));
        }

        var hash = new HashKey(Secrets.HashOf(text));
        var code = await store.FindAsync(AuthorizationTables.Codes, grant.World, hash);
        if (CheckCode(grant, code) is { } failure)
        {
            return (null, failure);
        }

        var consent = (await store.FindAsync(ConsentTables.Consents, grant.World, code!.ConsentId))!;
        var (scope, details, narrowFailure) = Narrow(grant, consent);
        if (narrowFailure is not null)
        {
            return (null, narrowFailure);
        }

        var refreshToken = grant.Client.App.GrantTypes.Contains(Grants.RefreshToken) ? Ids.NewSecret() : null;
        var decision = await engine.SubmitAsync(
            new RedeemCode(
                grant.World,
                grant.Now,
                grant.Client.Assertion,
                code,
                refreshToken is null
                    ? null
                    : new()
                    {
                        Hash = Secrets.HashOf(refreshToken),
                        AppId = grant.App.Id,
                        ConsentId = code.ConsentId,
                        CreatedAt = grant.Now,
                    },
                BusinessCalendar.DateOf(await clocks.NowAsync(grant.World))
            )
        );
        return decision switch
        {
            Accepted<ConsentRow?> => (
                TokensOf(grant, consent, scope!, details) with
                {
                    RefreshToken = refreshToken,
                    IdToken = grant.Client.App.Scopes.Contains(Scopes.OpenId)
                        ? idTokens.Issue(grant.App, consent, code, grant.Now)
                        : null,
                },
                null
            ),
            Rejected<ConsentRow?> rejected => (null, OAuthFailure.From(rejected.Refusal)),
            _ => (
                null,
                OAuthFailure.InvalidGrant(
                    "The code was used before: the tokens it gave have ended. Send the customer again."
                ) with
                {
                    HasSpentAssertion = true,
                }
            ),
        };
    }

    private static OAuthFailure Missing(string parameter) =>
        OAuthFailure.InvalidRequest($"{parameter} is missing.");

    private static OAuthFailure? CheckCode(Grant grant, AuthorizationCodeRow? code) =>
        code is null || code.AppId != grant.App.Id
            ? OAuthFailure.InvalidGrant("There is no such code for this client.")
        : !code.Used && grant.Now >= code.ExpiresAt ? OAuthFailure.InvalidGrant("The code has expired.")
        : grant.Form["redirect_uri"] != code.RedirectUri
            ? OAuthFailure.InvalidGrant("redirect_uri is not the one the code was asked with.")
        : grant.Form["code_verifier"] is { } verifier && !IsVerifier(verifier)
            ? OAuthFailure.InvalidGrant(
                "code_verifier must be 43 to 128 characters: letters, digits, -, ., _ and ~ (RFC 7636 §4.1)."
            )
        : !Secrets.AreEqual(ChallengeOf(grant.Form["code_verifier"]), code.CodeChallenge)
            ? OAuthFailure.InvalidGrant(
                grant.Form["code_verifier"] is null
                    ? "code_verifier is missing: PKCE is required."
                    : "code_verifier does not match code_challenge."
            )
        : code.KeyThumbprint is { } bound && TokenBinding.To(bound) != grant.Binding
            ? OAuthFailure.InvalidProof("The code is bound to another key.")
        : null;

    private async Task<(TokenResponse?, OAuthFailure?)> RefreshAsync(Grant grant)
    {
        if (grant.Form["refresh_token"] is not { } text)
        {
            return (null, Missing("refresh_token"));
        }

        var hash = new HashKey(Secrets.HashOf(text));
        var token = await store.FindAsync(AuthorizationTables.RefreshTokens, grant.World, hash);
        if (token is null || token.AppId != grant.App.Id)
        {
            return (null, OAuthFailure.InvalidGrant("There is no such refresh token for this client."));
        }

        var consent = (await store.FindAsync(ConsentTables.Consents, grant.World, token.ConsentId))!;
        if (consent.TokensEndedAt is not null)
        {
            return (null, OAuthFailure.InvalidGrant("The refresh token was taken back."));
        }

        var now = await clocks.NowAsync(grant.World);
        if (!ConsentRules.IsActive(consent, now))
        {
            return (null, OAuthFailure.InvalidGrant("The consent has ended: ask the customer again."));
        }

        var (scope, details, failure) = Narrow(grant, consent);
        return failure is not null ? (null, failure)
            : await UseAsync(grant, consent, BusinessCalendar.DateOf(now)) is { } used ? (null, used)
            : (TokensOf(grant, consent, scope!, details), null);
    }

    /// <summary>Uses up the assertion, and notes the first use of the day; whoever needs neither writes nothing.</summary>
    private async Task<OAuthFailure?> UseAsync(Grant grant, ConsentRow consent, DateOnly today) =>
        !ConsentRules.IsFirstUse(consent, today) ? await grant.Client.UseAssertionAsync(engine, grant.Now)
        : await engine.SubmitAsync(
            new UseConsent(grant.World, grant.Now, grant.Client.Assertion, consent.Id, today)
        )
            is Rejected<Done> rejected
            ? OAuthFailure.From(rejected.Refusal)
        : null;

    private async Task<(TokenResponse?, OAuthFailure?)> GrantToAppAsync(Grant grant)
    {
        if (grant.Form["authorization_details"] is not null)
        {
            return (
                null,
                AuthorizationDetails.Refuse("Details are what a customer allows: this grant has none.")
            );
        }

        var (scope, failure) = Narrow(grant, [.. grant.App.Scope.Split(' ').Intersect(Scopes.OfApp)]);
        return scope is null ? (null, failure)
            : await grant.Client.UseAssertionAsync(engine, grant.Now) is { } used ? (null, used)
            : (TokensOf(grant, consent: null, scope, details: null), null);
    }

    /// <summary>What is asked for of a consent, or all of it; of its scopes and details those the client is still registered
    /// for, and of the scopes those that the details need.</summary>
    /// <returns>No details where they are all of the consent's.</returns>
    private static (string? Scope, AuthorizationDetail[]? Details, OAuthFailure? Failure) Narrow(
        Grant grant,
        ConsentRow consent
    )
    {
        var all = AuthorizationDetails.Read(consent.Details);
        var registered = GrantedDetails.Registered(all, grant.Client.App);
        if (registered is [] && all is not [])
        {
            return (
                null,
                null,
                AuthorizationDetails.Refuse(
                    "The app is registered for none of the types that the customer agreed to."
                )
            );
        }

        var (details, detailsFailure) = GrantedDetails.Narrow(
            grant.Form["authorization_details"],
            registered,
            "the consent still has, and this client is registered for"
        );
        if (detailsFailure is not null)
        {
            return (null, null, detailsFailure);
        }

        var granted = DetailScopes.Narrow(ScopeText.Read(consent.Scope), details ?? registered);
        var (scope, failure) = Narrow(
            grant,
            [.. granted.Intersect(grant.Client.App.Scopes)],
            // Its details then say all that is allowed (RFC 9396 §3).
            mayBeEmpty: granted is []
        );
        return (scope, details ?? (registered.Length < all.Length ? registered : null), failure);
    }

    /// <summary>The scope that is asked for, or all that may be had.</summary>
    private static (string? Scope, OAuthFailure? Failure) Narrow(
        Grant grant,
        IReadOnlyCollection<string> most,
        bool mayBeEmpty = false
    )
    {
        var text = grant.Form["scope"];
        var asked = text is null ? [.. most] : ScopeText.Read(text);
        return asked.All(most.Contains) && (asked.Length > 0 || (text is null && mayBeEmpty))
            ? (string.Join(' ', asked), null)
            : (
                null,
                new(
                    400,
                    "invalid_scope",
                    most.Count > 0 ? $"The scope may hold {string.Join(", ", most)}."
                        : mayBeEmpty ? "There is no scope to be had: leave it out."
                        : "The app is registered for none of the scopes that this grant gives."
                )
            );
    }

    private TokenResponse TokensOf(
        Grant grant,
        ConsentRow? consent,
        string scope,
        AuthorizationDetail[]? details
    ) =>
        new()
        {
            AccessToken = tokens.Issue(grant.App, scope, grant.Binding, consent, details),
            TokenType = grant.Binding.TokenType,
            ExpiresIn = (int)AuthorizationServerOptions.AccessTokenLifetime.TotalSeconds,
            Scope = scope is "" ? null : scope,
            AuthorizationDetails = consent is null
                ? null
                : ConsentApi.ShowGranted(consent, id => pairwise.Format(grant.App.PartnerId, id), details),
            ConsentId = consent?.Id.ToString(),
        };

    private static bool IsVerifier(string text) =>
        text is { Length: >= LeastVerifier and <= MostVerifier }
        && !text.AsSpan().ContainsAnyExcept(ofVerifiers);

    private static string? ChallengeOf(string? verifier) =>
        verifier is null
            ? null
            : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private sealed record Grant(
        OAuthForm Form,
        AuthenticatedClient Client,
        TokenBinding Binding,
        DateTimeOffset Now
    )
    {
        public World World => Client.App.World;

        public AppRow App => Client.App.Row;
    }
}

/// <summary>The grants there are.</summary>
public static class Grants
{
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";
    public const string ClientCredentials = "client_credentials";

    public static IReadOnlyList<string> All { get; } = [AuthorizationCode, RefreshToken, ClientCredentials];
}
