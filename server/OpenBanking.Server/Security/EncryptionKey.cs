using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Security;

/// <summary>A P-256 key that content was encrypted to, ready to read with (RFC 7518 §4.6).</summary>
/// <param name="privateKey">PKCS #8.</param>
public sealed class EncryptionKey(byte[] privateKey)
{
    /// <summary>The public part, as it is published.</summary>
    public static JsonWebKeyDocument Describe(SigningKey key) =>
        key.Document with
        {
            Use = "enc",
            Alg = Jwe.Algorithm,
        };

    /// <summary>The key that the content's key is wrapped with: agreed with the sender's, and derived (RFC 7518
    /// §4.6.2).</summary>
    /// <exception cref="CryptographicException">The sender's key is no point of the curve.</exception>
    public byte[] Agree(ECPoint sender, byte[] apu, byte[] apv)
    {
        using var own = ECDiffieHellman.Create();
        own.ImportPkcs8PrivateKey(privateKey, out _);
        using var other = ECDiffieHellman.Create(
            new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = sender }
        );
        var secret = own.DeriveRawSecretAgreement(other.PublicKey);
        var key = Derive(secret, Jwe.Algorithm, apu, apv);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    /// <summary>One round of the Concat KDF, for 256 bits.</summary>
    internal static byte[] Derive(byte[] secret, string algorithm, byte[] apu, byte[] apv, int bits = 256)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0, 0, 0, 1]);
        hash.AppendData(secret);
        foreach (var part in (byte[][])[Encoding.ASCII.GetBytes(algorithm), apu, apv])
        {
            hash.AppendData(BigEndian(part.Length));
            hash.AppendData(part);
        }

        hash.AppendData(BigEndian(bits));
        return hash.GetHashAndReset()[..(bits / 8)];
    }

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
