using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Internal;

/// <summary>Who a proof is for: authorization server and API keep nonces of their own (RFC 9449 §8,
/// §9).</summary>
internal enum ServerRole
{
    Authorization,
    Api,
}

/// <summary>Makes DPoP proofs (RFC 9449 §4.2) and keeps the newest nonce of either server.</summary>
internal sealed class Dpop(ClientKey key, TimeProvider clock) : SenderBinding
{
    /// <summary>The authorization scheme, the token type and the header.</summary>
    public const string Name = "DPoP";

    // The same for every proof of a key, and hardly ever another for the next.
    private readonly string header = Jws.Encode(writer =>
    {
        writer.WriteString("alg", key.Algorithm);
        writer.WriteString("typ", "dpop+jwt");
        writer.WritePropertyName("jwk");
        PublicKeys.WriteRequiredMembers(writer, key.PublicJwk);
    });

    private volatile string? authorizationNonce;
    private volatile string? apiNonce;

    public override string Scheme => Name;

    /// <summary>The key's thumbprint: <c>dpop_jkt</c> and <c>cnf.jkt</c>.</summary>
    public override string Thumbprint => key.Thumbprint;

    public override string KeyThumbprint => key.Thumbprint;

    public override void Prove(HttpRequestMessage request, ServerRole role, string? accessToken) =>
        request.Headers.TryAddWithoutValidation(
            Name,
            Prove(role, request.Method, request.RequestUri!, accessToken)
        );

    /// <summary>A new proof for one request; never send it twice.</summary>
    /// <param name="role">Whose nonce it carries, when one is known.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="address">The request's address; its query is left out.</param>
    /// <param name="accessToken">The access token it goes with, if any.</param>
    public string Prove(ServerRole role, HttpMethod method, Uri address, string? accessToken)
    {
        var nonce = role == ServerRole.Api ? apiNonce : authorizationNonce;
        return Jws.Sign(
            key,
            header,
            payload =>
            {
                payload.WriteString("jti", Randomness.Id());
                payload.WriteString("htm", method.Method);
                payload.WriteString("htu", address.GetLeftPart(UriPartial.Path));
                payload.WriteNumber("iat", clock.GetUtcNow().ToUnixTimeSeconds());
                if (accessToken is not null)
                {
                    payload.WriteString("ath", Present(accessToken).Hash);
                }

                if (nonce is not null)
                {
                    payload.WriteString("nonce", nonce);
                }
            }
        );
    }

    /// <summary>Keeps the nonce of an answer, a success or not.</summary>
    public override void Note(ServerRole role, Attempt attempt)
    {
        if (attempt.Answer?.DpopNonce is not { Length: > 0 } nonce)
        {
            return;
        }

        if (role == ServerRole.Api)
        {
            apiNonce = nonce;
        }
        else
        {
            authorizationNonce = nonce;
        }
    }

    /// <summary>The digest of an access token, <c>ath</c>.</summary>
    public static string Hash(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
}
