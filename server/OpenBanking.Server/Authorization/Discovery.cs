using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What the server says of itself (RFC 8414, OpenID Connect Discovery 1.0): one document at both places.</summary>
public static class Discovery
{
    public static AuthorizationServerMetadata Describe(
        ServerAddress address,
        bool sandbox,
        string signingAlgorithm
    ) =>
        new()
        {
            Issuer = address.Issuer,
            AuthorizationEndpoint = address.Issuer + "/oauth/authorize",
            TokenEndpoint = address.Issuer + "/oauth/token",
            PushedAuthorizationRequestEndpoint = address.Issuer + "/oauth/par",
            RegistrationEndpoint = sandbox ? address.Issuer + "/oauth/register" : null,
            JwksUri = address.Issuer + "/oauth/jwks",
            RevocationEndpoint = address.Issuer + "/oauth/revoke",
            IntrospectionEndpoint = address.Issuer + "/oauth/introspect",
            UserinfoEndpoint = address.Issuer + "/oauth/userinfo",
            EndSessionEndpoint = address.Issuer + EndSessionEndpoint.Path,
            RequirePushedAuthorizationRequests = true,
            ResponseTypesSupported = ["code"],
            ResponseModesSupported = ["query"],
            GrantTypesSupported = Grants.All,
            CodeChallengeMethodsSupported = ["S256"],
            TokenEndpointAuthMethodsSupported = [ClientMetadata.AuthenticationMethod],
            TokenEndpointAuthSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            RevocationEndpointAuthMethodsSupported = [ClientMetadata.AuthenticationMethod],
            RevocationEndpointAuthSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            IntrospectionEndpointAuthMethodsSupported = [ClientMetadata.AuthenticationMethod],
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
}
