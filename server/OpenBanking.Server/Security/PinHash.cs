using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Security;

/// <summary>The payment PIN as it is kept: a slow salted hash, then keyed by a secret of the server, so that
/// neither the database nor the key alone lets anyone try all million PINs.</summary>
/// <param name="iterations">How slow it is; fewer are for tests alone.</param>
public sealed class PinHash(ServerKeys keys, int iterations = PinHash.Iterations)
{
    /// <summary>About a tenth of a second on one core.</summary>
    private const int Iterations = 210_000;

    private readonly byte[] pepper = keys.For("payment PIN");

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(16);

    public byte[] Compute(string pin, byte[] salt) =>
        HMACSHA256.HashData(
            pepper,
            Rfc2898DeriveBytes.Pbkdf2(
                Encoding.UTF8.GetBytes(pin),
                salt,
                iterations,
                HashAlgorithmName.SHA256,
                32
            )
        );
}
