using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What the server says of itself (RFC 8414, OpenID Connect Discovery 1.0): one document at both places.</summary>
public static class Discovery
{
    public static AuthorizationServerMetadata Describe(ServerAddress address, bool sandbox) =>
        new()
        {
            Issuer = address.Issuer,
            AuthorizationEndpoint = address.Issuer + "/oauth/authorize",
            TokenEndpoint = address.Issuer + "/oauth/token",
            PushedAuthorizationRequestEndpoint = address.Issuer + "/oauth/par",
            RegistrationEndpoint = sandbox ? address.Issuer + "/oauth/register" : null,
            JwksUri = address.Issuer + "/oauth/jwks",
            RequirePushedAuthorizationRequests = true,
            ResponseTypesSupported = ["code"],
            ResponseModesSupported = ["query"],
            GrantTypesSupported = Grants.All,
            CodeChallengeMethodsSupported = ["S256"],
            TokenEndpointAuthMethodsSupported = [ClientMetadata.AuthenticationMethod],
            TokenEndpointAuthSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            DpopSigningAlgValuesSupported = [PublicKey.Ps256, PublicKey.Es256],
            AuthorizationResponseIssParameterSupported = true,
            AuthorizationDetailsTypesSupported = [.. AuthorizationDetails.Types],
            IdTokenSigningAlgValuesSupported = [PublicKey.Es256],
            SubjectTypesSupported = ["pairwise"],
            ScopesSupported = Scopes.All,
            ClaimsSupported = ["iss", "sub", "aud", "iat", "exp", "nonce"],
            UiLocalesSupported = ["zh-CN", "en"],
        };
}
