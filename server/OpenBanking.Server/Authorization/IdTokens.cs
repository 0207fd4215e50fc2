using System.Text.Json;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>Issues id tokens (OpenID Connect Core §2): who the customer is to a partner, and when they signed in.</summary>
public sealed class IdTokens(ServerAddress address, SigningKeys signingKeys, PairwiseIds pairwise)
{
    /// <summary>Not that of an access token: neither can pass for the other (RFC 8725 §3.11).</summary>
    public const string Type = "JWT";

    /// <summary>Null when the consent does not hold <c>openid</c>.</summary>
    public string? Issue(AppRow app, ConsentRow consent, AuthorizationCodeRow code, DateTimeOffset now)
    {
        if (!consent.Scope.Split(' ').Contains(Scopes.OpenId))
        {
            return null;
        }

        var claims = new Dictionary<string, object>
        {
            ["iss"] = address.Issuer,
            ["sub"] = pairwise.Format(app.PartnerId, consent.CustomerId),
            ["aud"] = app.Id.ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + AuthorizationServerOptions.IdTokenLifetime).ToUnixTimeSeconds(),
        };
        if (code.Nonce is { } nonce)
        {
            claims["nonce"] = nonce;
        }

        if (code.SignedInAt is { } signedInAt)
        {
            claims["auth_time"] = signedInAt.ToUnixTimeSeconds();
        }

        return signingKeys.Sign(KeyPurpose.IdTokens, Type, JsonSerializer.SerializeToUtf8Bytes(claims));
    }
}
