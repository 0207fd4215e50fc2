using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Internal;

/// <summary>What the client's access tokens are bound to, so that nobody else can use them: a key, of which every request
/// brings a proof, or the certificate of the connection.</summary>
internal abstract class SenderBinding
{
    private volatile PresentedToken? presented;

    /// <summary>The authorization scheme and the token type.</summary>
    public abstract string Scheme { get; }

    /// <summary>Names the key or the certificate: <c>cnf.jkt</c> or <c>cnf.x5t#S256</c>.</summary>
    public abstract string Thumbprint { get; }

    /// <summary>The key that an authorization request names; null when there is none.</summary>
    public virtual string? KeyThumbprint => null;

    /// <summary>Adds what proves the request to be this client's.</summary>
    /// <param name="request">The request, with its method and address.</param>
    /// <param name="role">Who it is for.</param>
    /// <param name="accessToken">The access token it brings, if any.</param>
    public abstract void Prove(HttpRequestMessage request, ServerRole role, string? accessToken);

    /// <summary>Keeps what an answer says for the next proof, a success or not.</summary>
    public virtual void Note(ServerRole role, Attempt attempt) { }

    /// <summary>An access token as requests and proofs carry it: hardly ever another for the next.</summary>
    public PresentedToken Present(string accessToken)
    {
        if (presented is { } last && last.Token == accessToken)
        {
            return last;
        }

        var next = new PresentedToken(accessToken, $"{Scheme} {accessToken}");
        presented = next;
        return next;
    }
}

/// <summary>An access token, and the header it is sent in.</summary>
internal sealed class PresentedToken(string token, string authorization)
{
    public string Token => token;

    public string Authorization => authorization;

    /// <summary>The token's digest, <c>ath</c> in proofs.</summary>
    public string Hash { get; } = Dpop.Hash(token);
}

/// <summary>Tokens bound to the certificate that the connection is made with (RFC 8705 §3).</summary>
/// <param name="current">Gives the certificate of now.</param>
internal sealed class CertificateBinding(Func<X509Certificate2> current) : SenderBinding
{
    private volatile Named? named;

    public override string Scheme => "Bearer";

    public override string Thumbprint
    {
        get
        {
            var certificate = current();
            if (named is { } known && ReferenceEquals(known.Certificate, certificate))
            {
                return known.Thumbprint;
            }

            var thumbprint = Base64Url.EncodeToString(SHA256.HashData(certificate.RawDataMemory.Span));
            named = new(certificate, thumbprint);
            return thumbprint;
        }
    }

    /// <summary>The connection has proved it.</summary>
    public override void Prove(HttpRequestMessage request, ServerRole role, string? accessToken) { }

    private sealed record Named(X509Certificate2 Certificate, string Thumbprint);
}
