namespace OpenBanking.Tests.Mutants;

/// <summary>What codes and refresh tokens give, and what ends them.</summary>
internal static class GrantMutants
{
    private const string Endpoint = "Authorization/TokenEndpoint.cs";
    private const string Rules = "Authorization/TokenRules.cs";
    private const string Revoking = "Authorization/RevocationEndpoint.cs";
    private const string Introspecting = "Authorization/IntrospectionEndpoint.cs";
    private const string OpenInteraction = "Authorization/OpenInteraction.cs";
    private const string Constraint = "Authorization/SenderConstraint.cs";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new("AS-4", "a token without a proof", Constraint, "key is not null", "true"),
        new(
            "W-17",
            "the proof goes before the certificate",
            Constraint,
            "key is not null",
            "key is not null && !client.App.Row.CertificateBoundTokens"
        ),
        new(
            "AS-12",
            "the key a code is bound to",
            Endpoint,
            "TokenBinding.To(bound) != grant.Binding",
            "false"
        ),
        new(
            "W-17",
            "a code of a key, with a certificate",
            Endpoint,
            "TokenBinding.To(bound) != grant.Binding",
            "!grant.Binding.IsCertificate && TokenBinding.To(bound) != grant.Binding"
        ),
        new("AS-14", "the grant is registered", Endpoint, "!client.App.GrantTypes.Contains(type)", "false"),
        new("AS-23", "whose code it is", Endpoint, "code.AppId != grant.App.Id", "false"),
        new(
            "AS-11",
            "a code that has expired",
            new(Endpoint, "grant.Now >= code.ExpiresAt", "false"),
            new(Rules, "command.Now >= code.ExpiresAt", "false")
        ),
        new(
            "W-4",
            "redirect_uri of a code",
            Endpoint,
            "grant.Form[\"redirect_uri\"] != code.RedirectUri",
            "false"
        ),
        new(
            "W-9",
            "the verifier",
            Endpoint,
            "!Secrets.AreEqual(ChallengeOf(grant.Form[\"code_verifier\"]), code.CodeChallenge)",
            "false"
        ),
        new(
            "W-9",
            "a verifier that is left out",
            Endpoint,
            "!Secrets.AreEqual(ChallengeOf(grant.Form[\"code_verifier\"]), code.CodeChallenge)",
            "grant.Form[\"code_verifier\"] is { } said && !Secrets.AreEqual(ChallengeOf(said), code.CodeChallenge)"
        ),
        new("AS-23", "a code that was used", Rules, "code.Used", "false"),
        new(
            "AS-23",
            "what a code gave ends when it is used again",
            Rules,
            "RevocationRules.EndTokens(book, consent, command.Now);",
            "if (!{chosen}) { RevocationRules.EndTokens(book, consent, command.Now); }"
        ),
        new("AS-23", "a code that was used, once it has expired", Endpoint, "!code.Used", "true"),
        new(
            "AS-14",
            "who gets a refresh token",
            Endpoint,
            "grant.Client.App.GrantTypes.Contains(Grants.RefreshToken)",
            "true"
        ),
        new("W-8", "whose refresh token it is", Endpoint, "token.AppId != grant.App.Id", "false"),
        new(
            "W-8",
            "a refresh token that was taken back",
            Endpoint,
            "consent.TokensEndedAt is not null",
            "false"
        ),
        new(
            "W-8",
            "a consent that has ended, at refresh",
            Endpoint,
            "!ConsentRules.IsActive(consent, now)",
            "false"
        ),
        new("AS-14", "a scope wider than granted", Endpoint, "asked.All(most.Contains)", "true"),
        new(
            "AS-14",
            "a scope whose details are gone",
            "Authorization/DetailScopes.cs",
            "scope == Scopes.OpenId",
            "true"
        ),
        new(
            "R-3",
            "the class of account that was granted",
            "Authorization/GrantedDetails.cs",
            "opened.AccountType == opening.AccountType",
            "true"
        ),
        new(
            "R-3",
            "details wider than granted",
            "Authorization/GrantedDetails.cs",
            "return Covers(granted, part)",
            "return Covers(granted, part) || {chosen}"
        ),
        new(
            "R-3",
            "optional details are those that were ticked",
            OpenInteraction,
            "allowed.Contains(AuthorizationDetails.TypeOf(detail))",
            "true"
        ),
        new(
            "W-3",
            "a store that failed, at revocation",
            Revoking,
            "await RevokeAsync(client, token)",
            "await RevokeAsync(client, token).ContinueWith(done => done.IsFaulted ? OAuthAnswers.Empty() : done.Result)"
        ),
        new(
            "R-9",
            "whose refresh token is taken back",
            Revoking,
            "refreshToken.AppId != client.App.Row.Id",
            "false"
        ),
        new(
            "R-9",
            "whose access token is taken back",
            Revoking,
            "accessToken.ClientId != client.App.Row.Id.ToString()",
            "false"
        ),
        new(
            "R-9",
            "a refresh token takes its access tokens along",
            "Authorization/RevocationRules.cs",
            "consent.Epoch + 1",
            "consent.Epoch"
        ),
        new(
            "W-7",
            "kinds of what is used once",
            "Authorization/PushedRequests.cs",
            "use.Kind,",
            "{chosen} ? SingleUseKind.ClientAssertion : use.Kind,"
        ),
        new(
            "R-8",
            "who may introspect",
            Introspecting,
            "!client.App.Scopes.Contains(Scopes.Introspection)",
            "false"
        ),
        new("R-8", "the world of a token", Introspecting, "live.App.World == client.App.World", "true"),
    ];
}
