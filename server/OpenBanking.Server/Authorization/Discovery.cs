using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What the server says of itself (RFC 8414, OpenID Connect Discovery 1.0): one document at both places.</summary>
public static class Discovery
{
    public static AuthorizationServerMetadata Describe(
        ServerAddress address,
        bool sandbox,
        string signingAlgorithm,
        IReadOnlyList<string> authenticationMethods
    ) =>
        new()
        {
            Issuer = address.Issuer,
            AuthorizationEndpoint = address.Issuer + AuthorizeEndpoint.Path,
            TokenEndpoint = address.Issuer + "/oauth/token",
            PushedAuthorizationRequestEndpoint = address.Issuer + "/oauth/par",
            RegistrationEndpoint = sandbox ? address.Issuer + "/oauth/register" : null,
            JwksUri = address.Issuer + "/oauth/jwks",
            RevocationEndpoint = address.Issuer + "/oauth/revoke",
            IntrospectionEndpoint = address.Issuer + "/oauth/introspect",
            UserinfoEndpoint = address.Issuer + "/oauth/userinfo",
            EndSessionEndpoint = address.Issuer + EndSessionEndpoint.Path,
            MtlsEndpointAliases = address.MutualTlsOrigin is null ? null : Aliases(address.MutualTlsBase),
            TlsClientCertificateBoundAccessTokens = address.MutualTlsOrigin is null ? null : true,
            RequirePushedAuthorizationRequests = true,
            ResponseTypesSupported = ["code"],
            ResponseModesSupported = ["query"],
            GrantTypesSupported = Grants.All,
            CodeChallengeMethodsSupported = ["S256"],
            TokenEndpointAuthMethodsSupported = authenticationMethods,
            TokenEndpointAuthSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            RevocationEndpointAuthMethodsSupported = authenticationMethods,
            RevocationEndpointAuthSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            IntrospectionEndpointAuthMethodsSupported = authenticationMethods,
            IntrospectionEndpointAuthSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            DpopSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            AuthorizationResponseIssParameterSupported = true,
            AuthorizationDetailsTypesSupported = [.. AuthorizationDetails.Types],
            IdTokenSigningAlgValuesSupported = [signingAlgorithm],
            SubjectTypesSupported = ["pairwise"],
            ScopesSupported = Scopes.All,
            ClaimsSupported = ["iss", "sub", "aud", "iat", "exp", "auth_time", "nonce"],
            UiLocalesSupported = ["zh-CN", "en"],
            PromptValuesSupported = RequestPrompts.Honoured,
        };

    /// <summary>Where clients go with their certificates (RFC 8705 §5): all that they call by themselves.</summary>
    private static MtlsEndpointAliases Aliases(string start) =>
        new()
        {
            TokenEndpoint = start + "/oauth/token",
            PushedAuthorizationRequestEndpoint = start + "/oauth/par",
            RevocationEndpoint = start + "/oauth/revoke",
            IntrospectionEndpoint = start + "/oauth/introspect",
            UserinfoEndpoint = start + "/oauth/userinfo",
        };
}
