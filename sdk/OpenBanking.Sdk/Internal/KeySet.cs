using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenBanking.Internal;

/// <summary>The authorization server's public keys (RFC 7517), read again when old or when a key is
/// missing.</summary>
internal sealed class KeySet(MetadataSource metadata, Caller caller)
{
    private const int LeastRsaBits = 2048;
    private const int Es256SignatureBytes = 64;
    private static readonly TimeSpan oldest = TimeSpan.FromHours(1);
    private static readonly TimeSpan leastPause = TimeSpan.FromMinutes(1);
    private static readonly Call call = new(HttpMethod.Get, "/jwks", Repeatable: true);

    private readonly SingleFlight<Known> flight = new();
    private volatile Known? known;

    /// <summary>The keys a signature of this header may come from: normally one.</summary>
    public async Task<IReadOnlyList<JsonWebKeyDocument>> FindAsync(
        string keyId,
        string algorithm,
        CancellationToken cancellationToken
    )
    {
        if (known is not { } before || Age(before) > oldest)
        {
            before = await flight.JoinAsync("keys", ReadAsync, cancellationToken).ConfigureAwait(false);
        }

        var found = Matching(before, keyId, algorithm);
        if (found.Count == 0 && Age(before) > leastPause)
        {
            before = await flight.JoinAsync("keys", ReadAsync, cancellationToken).ConfigureAwait(false);
            found = Matching(before, keyId, algorithm);
        }

        return found;
    }

    /// <summary>Whether the key made the signature. A malformed key made none.</summary>
    public static bool Verifies(JsonWebKeyDocument key, byte[] signed, byte[] signature)
    {
        try
        {
            return key.Kty == PublicKeys.Ec
                ? VerifiesEs256(key, signed, signature)
                : VerifiesPs256(key, signed, signature);
        }
        catch (Exception malformed) when (malformed is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private static bool VerifiesEs256(JsonWebKeyDocument key, byte[] signed, byte[] signature)
    {
        if (signature.Length != Es256SignatureBytes)
        {
            return false;
        }

        using var ec = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = Base64Url.DecodeFromChars(key.X),
                    Y = Base64Url.DecodeFromChars(key.Y),
                },
            }
        );
        return ec.VerifyData(
            signed,
            signature,
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        );
    }

    private static bool VerifiesPs256(JsonWebKeyDocument key, byte[] signed, byte[] signature)
    {
        // The framework fails on numbers without digits otherwise than on those that are no key.
        if (string.IsNullOrEmpty(key.N) || string.IsNullOrEmpty(key.E))
        {
            return false;
        }

        using var rsa = RSA.Create(
            new RSAParameters
            {
                Modulus = Base64Url.DecodeFromChars(key.N),
                Exponent = Base64Url.DecodeFromChars(key.E),
            }
        );
        return rsa.KeySize >= LeastRsaBits
            && rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    }

    // A set may hold one kid twice (FAPI 2.0 §5.4): kty, use, alg and crv narrow it down.
    private static List<JsonWebKeyDocument> Matching(Known set, string keyId, string algorithm) =>
        [
            .. set.Keys.Where(key =>
                key.Kid == keyId
                && key.Use is null or "sig"
                && (key.Alg is null || key.Alg == algorithm)
                && (
                    algorithm == PublicKeys.Es256
                        ? key is { Kty: PublicKeys.Ec, Crv: PublicKeys.P256 }
                        : key.Kty == PublicKeys.Rsa
                )
            ),
        ];

    private TimeSpan Age(Known set) => caller.Settings.Clock.GetElapsedTime(set.ReadAt);

    private async Task<Known> ReadAsync()
    {
        var address = (await metadata.GetAsync(CancellationToken.None).ConfigureAwait(false)).JwksUri;
        var answer = await caller
            .CallAsync(call, new CallProgress(), token => SendAsync(address, token), CancellationToken.None)
            .ConfigureAwait(false);
        var set =
            answer.TryParse(ResponseJson.Default.JsonWebKeySetDocument)
            ?? throw new OpenBankingException("The bank's public keys cannot be read.")
            {
                Status = answer.Status,
            };
        return known = new Known(set.Keys, caller.Settings.Clock.GetTimestamp());
    }

    private ValueTask<Attempt> SendAsync(string address, CancellationToken cancellationToken) =>
        caller.Transport.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), cancellationToken);

    private sealed record Known(IReadOnlyList<JsonWebKeyDocument> Keys, long ReadAt);
}
