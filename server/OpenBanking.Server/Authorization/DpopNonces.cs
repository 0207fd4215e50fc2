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

/// <summary>Nonces without a store: a keyed digest of the role and of a slot of time. The key is of this process, so
/// that after a crash no proof made before it is accepted again.</summary>
public sealed class DpopNonces(TimeProvider time)
{
    private const int SlotLength = sizeof(long);
    private const int MacLength = 16;
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private Nonces made = new(0, [], []);

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
            if (known.Slot == slot)
            {
                return known;
            }

            var next = new Nonces(slot, MakeAll(slot), MakeAll(slot - 1));
            Volatile.Write(ref made, next);
            return next;
        }
    }

    private string[] MakeAll(long slot) =>
        ["", Make(NonceRole.AuthorizationServer, slot), Make(NonceRole.ResourceServer, slot)];

    private string Make(NonceRole role, long slot)
    {
        Span<byte> input = stackalloc byte[1 + SlotLength];
        input[0] = (byte)role;
        BinaryPrimitives.WriteInt64BigEndian(input[1..], slot);
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(key, input, mac);
        return Base64Url.EncodeToString(mac[..MacLength]);
    }

    /// <param name="Current">By role.</param>
    private sealed record Nonces(long Slot, string[] Current, string[] Previous);
}
