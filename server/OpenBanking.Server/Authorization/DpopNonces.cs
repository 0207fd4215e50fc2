using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenBanking.Server.Authorization;

/// <summary>Which side a nonce is for: one cannot pass for the other (RFC 9449 §8, §9).</summary>
public enum NonceRole
{
    AuthorizationServer = 1,
    ResourceServer = 2,
}

/// <summary>Nonces without a store: a keyed digest of the role and of a slot of time. The key lasts as long as what is
/// remembered of proofs: that of one process, or one that the nodes share (<see cref="SharedProofs"/>). So after a crash
/// no proof made before it is accepted again.</summary>
public sealed class DpopNonces(TimeProvider time)
{
    private const int SlotLength = sizeof(long);
    private const int MacLength = 16;
    private byte[] key = RandomNumberGenerator.GetBytes(32);
    private Nonces made = new([], 0, [], []);

    /// <summary>Nonces that were made with another key are no longer good.</summary>
    public void Use(byte[] shared) => Volatile.Write(ref key, shared);

    /// <summary>The nonce of the current slot.</summary>
    public string Current(NonceRole role) => OfNow.Current[(int)role];

    /// <summary>Whether it is of this slot or the one before.</summary>
    public bool IsValid(string nonce, NonceRole role)
    {
        var now = OfNow;
        return Secrets.AreEqual(nonce, now.Current[(int)role])
            || Secrets.AreEqual(nonce, now.Previous[(int)role]);
    }

    /// <summary>Made once a slot, since every request asks.</summary>
    private Nonces OfNow
    {
        get
        {
            var slot =
                time.GetUtcNow().ToUnixTimeSeconds()
                / (long)AuthorizationServerOptions.NonceSlot.TotalSeconds;
            var known = Volatile.Read(ref made);
            var secret = Volatile.Read(ref key);
            if (known.Slot == slot && ReferenceEquals(known.Secret, secret))
            {
                return known;
            }

            var next = new Nonces(secret, slot, MakeAll(secret, slot), MakeAll(secret, slot - 1));
            Volatile.Write(ref made, next);
            return next;
        }
    }

    private static string[] MakeAll(byte[] secret, long slot) =>
        ["", Make(secret, NonceRole.AuthorizationServer, slot), Make(secret, NonceRole.ResourceServer, slot)];

    private static string Make(byte[] secret, NonceRole role, long slot)
    {
        Span<byte> input = stackalloc byte[1 + SlotLength];
        input[0] = (byte)role;
        BinaryPrimitives.WriteInt64BigEndian(input[1..], slot);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(secret, input, mac);
        return Base64Url.EncodeToString(mac[..MacLength]);
    }

    /// <param name="Current">By role.</param>
    private sealed record Nonces(byte[] Secret, long Slot, string[] Current, string[] Previous);
}
