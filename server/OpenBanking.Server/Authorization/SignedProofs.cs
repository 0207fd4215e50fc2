using System.Buffers;
using System.Buffers.Text;
using System.Text;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>A proof with a right signature; what it claims is still to be checked.</summary>
public sealed record SignedProof(PublicKey Key, ProofClaims Claims);

/// <summary>
/// Reads DPoP proofs as far as the signature (RFC 9449 §4.3 nos. 1 to 7). A client sends the same header with every
/// proof: one that held is remembered with its key ready for use, so that from its second proof on a client costs
/// little more than the verification itself. Only headers of proofs with a right signature are remembered.
/// </summary>
public sealed class SignedProofs
{
    private const int MostHeadersInGeneration = 10_000;

    /// <summary>Longer proofs are read the slow way.</summary>
    private const int LongestOnStack = 2_048;

    private readonly RecentlyUsed<PublicKey> headers = new(MostHeadersInGeneration);

    /// <summary>Gives the proof, or why it is none.</summary>
    public (SignedProof? Proof, string? Reason) Read(string text)
    {
        var headerEnd = text.IndexOf('.', StringComparison.Ordinal);
        return
            headerEnd > 0
            && text.Length <= LongestOnStack
            && StrictBase64Url.IsCompact(text)
            && headers.Find(text.AsSpan(0, headerEnd)) is { } key
            && ReadPlain(text, headerEnd, key) is var (claims, signed)
            && claims is not null
            ? signed
                ? (new(key, claims), null)
                : (null, UnsignedReason)
            : ReadWhole(text);
    }

    private const string UnsignedReason = "The proof is not signed by the key in its jwk.";

    /// <summary>No claims: the proof is to be read whole.</summary>
    private static (ProofClaims? Claims, bool Signed) ReadPlain(string text, int headerEnd, PublicKey key)
    {
        var payloadEnd = text.LastIndexOf('.');
        if (payloadEnd <= headerEnd || text.IndexOf('.', headerEnd + 1) != payloadEnd)
        {
            return default;
        }

        Span<byte> buffer = stackalloc byte[LongestOnStack];
        var payload = text.AsSpan(headerEnd + 1, payloadEnd - headerEnd - 1);
        if (
            Base64Url.DecodeFromChars(payload, buffer, out _, out var length) != OperationStatus.Done
            || ProofClaims.ReadPlain(buffer[..length]) is not { } claims
        )
        {
            return default;
        }

        Span<byte> signature = stackalloc byte[LongestOnStack];
        return
            Base64Url.DecodeFromChars(text.AsSpan(payloadEnd + 1), signature, out _, out length)
            == OperationStatus.Done
            ? (
                claims,
                key.Verify(
                    buffer[..Encoding.ASCII.GetBytes(text.AsSpan(0, payloadEnd), buffer)],
                    signature[..length]
                )
            )
            : default;
    }

    private (SignedProof?, string?) ReadWhole(string text)
    {
        if (Jws.TryParse(text) is not { } proof)
        {
            return (null, $"The proof is not {Jws.Expected}.");
        }

        if (proof.Type != "dpop+jwt")
        {
            return (null, "The proof's typ must be dpop+jwt.");
        }

        if (proof.Algorithm is not (PublicKey.Es256 or PublicKey.Ps256))
        {
            return (null, "The proof's alg must be ES256 or PS256.");
        }

        if (!proof.Header.TryGetProperty("jwk", out var jwk) || PublicKey.Read(jwk) is not { } key)
        {
            return (null, $"The proof's jwk must be a public key {PublicKey.Expected}.");
        }

        if (!PublicKey.IsForSignatures(jwk))
        {
            return (
                null,
                "The proof's jwk must be a key for signatures: with the use sig and key_ops that hold verify, or without."
            );
        }

        if (!proof.IsSignedBy(key))
        {
            return (
                null,
                proof.Untaken is { } member ? $"The proof's header must not hold {member}."
                : proof.Misread is { } header ? $"The proof's {header} must be a string."
                : proof.Algorithm != key.Algorithm
                    ? $"The proof's alg must be {key.Algorithm}, as its jwk is."
                : UnsignedReason
            );
        }

        return (new(Remembered(text, key), ProofClaims.From(proof)), null);
    }

    /// <summary>The key that is kept for the header, which another thread may have kept first. For a long proof nothing is looked
    /// up, and nothing is kept: whoever sends ever longer ones would fill the memory.</summary>
    private PublicKey Remembered(string text, PublicKey key)
    {
        if (text.Length > LongestOnStack)
        {
            return key;
        }

        var header = text[..text.IndexOf('.', StringComparison.Ordinal)];
        if (headers.Find(header) is { } known)
        {
            return known;
        }

        headers.Keep(header, key);
        return key;
    }
}
