using System.Collections.Concurrent;
using System.Security.Cryptography;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>A private key of an app. It signs ES256 (P-256) or PS256 (RSA of at least 2048 bits), and never
/// leaves the app's server.</summary>
/// <remarks>Safe to use from many threads. Create it once, keep <see cref="ToPem"/> in a secret store and
/// register <see cref="PublicJwk"/> at the bank.</remarks>
public sealed class ClientKey
{
    private const int LeastRsaBits = 2048;

    private readonly byte[] privateKey;

    // .NET promises no thread safety for one algorithm object, so every signer takes one of its own.
    private readonly ConcurrentBag<AsymmetricAlgorithm> idle = [];

    private ClientKey(AsymmetricAlgorithm algorithm)
    {
        privateKey = algorithm.ExportPkcs8PrivateKey();
        PublicJwk = algorithm is ECDsa ec ? PublicKeys.Describe(ec) : PublicKeys.Describe((RSA)algorithm);
        idle.Add(algorithm);
    }

    /// <summary>The public half (RFC 7517), which the bank may know. Its <c>kid</c> is the key's thumbprint
    /// (RFC 7638), so one key always has one name.</summary>
    public JsonWebKeyDocument PublicJwk { get; }

    internal string Thumbprint => PublicJwk.Kid!;

    internal string Algorithm => PublicJwk.Alg!;

    /// <summary>A new P-256 key for ES256.</summary>
    /// <returns>A key that is nowhere else: keep its <see cref="ToPem"/> in a secret store, and register its
    /// <see cref="PublicJwk"/>.</returns>
    public static ClientKey CreateEs256() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads an unencrypted private key in PEM: <c>PRIVATE KEY</c> (PKCS #8), <c>EC PRIVATE KEY</c>
    /// or <c>RSA PRIVATE KEY</c>.</summary>
    /// <param name="pem">The PEM text, with one key in it.</param>
    /// <returns>The key, with its private part.</returns>
    /// <exception cref="ArgumentException">It holds no private key, an encrypted one, or one of another kind
    /// than P-256 or RSA of at least 2048 bits.</exception>
    public static ClientKey FromPem(string pem)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pem);
        return (Read(ECDsa.Create(), pem) ?? Read(RSA.Create(), pem)) switch
        {
            ECDsa ec when PublicKeys.IsP256(ec) => new ClientKey(ec),
            RSA { KeySize: >= LeastRsaBits } rsa => new ClientKey(rsa),
            null => throw new ArgumentException(
                "The PEM holds no private key that can be read: pass one unencrypted PRIVATE KEY block.",
                nameof(pem)
            ),
            _ => throw new ArgumentException(
                "The key is of a kind the bank refuses: use P-256, or RSA of at least 2048 bits.",
                nameof(pem)
            ),
        };
    }

    /// <summary>The private key as PEM (PKCS #8, unencrypted). Treat it like a password.</summary>
    /// <returns>The private key as PKCS #8 in PEM: a secret.</returns>
    public string ToPem() => PemEncoding.WriteString("PRIVATE KEY", privateKey);

    /// <summary>The key's algorithm and name; nothing secret.</summary>
    public override string ToString() => $"{Algorithm} key {Thumbprint}";

    internal byte[] Sign(ReadOnlySpan<byte> data)
    {
        var algorithm = idle.TryTake(out var taken) ? taken : Import();
        try
        {
            return algorithm is ECDsa ec
                ? ec.SignData(
                    data,
                    HashAlgorithmName.SHA256,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation
                )
                : ((RSA)algorithm).SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        }
        finally
        {
            idle.Add(algorithm);
        }
    }

    private AsymmetricAlgorithm Import()
    {
        AsymmetricAlgorithm algorithm = PublicJwk.Kty == PublicKeys.Ec ? ECDsa.Create() : RSA.Create();
        algorithm.ImportPkcs8PrivateKey(privateKey, out _);
        return algorithm;
    }

    /// <summary>The algorithm with the PEM's key; null for a key of another kind, a public one, or
    /// none.</summary>
    private static AsymmetricAlgorithm? Read(AsymmetricAlgorithm algorithm, string pem)
    {
        try
        {
            algorithm.ImportFromPem(pem);
            _ = algorithm.ExportPkcs8PrivateKey();
            return algorithm;
        }
        catch (Exception refused) when (refused is ArgumentException or CryptographicException)
        {
            algorithm.Dispose();
            return null;
        }
    }
}
