using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>What a challenge is for: one cannot pass for the other.</summary>
public enum ChallengeUse
{
    SignIn = 1,

    /// <summary>Only given after the PIN.</summary>
    Add = 2,
}

/// <summary>Challenges without a store: each proves itself by a keyed digest of what it is for, its world and the browser
/// it was made for. So nothing is kept of who only looks at a page, and no browser answers another's.</summary>
public sealed class PasskeyChallenges(ServerKeys keys)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int TimeLength = sizeof(long);
    private const int ChanceLength = 16;
    private const int HeadLength = TimeLength + ChanceLength;
    private const int Length = HeadLength + HMACSHA256.HashSizeInBytes;

    private readonly byte[] key = keys.For("passkey challenge");

    /// <param name="browser">What is known of this browser alone.</param>
    public byte[] New(ChallengeUse use, World world, string browser, DateTimeOffset now)
    {
        var challenge = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(challenge, (now + Lifetime).ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(challenge.AsSpan(TimeLength, ChanceLength));
        MacOf(challenge.AsSpan(0, HeadLength), use, world, browser).CopyTo(challenge, HeadLength);
        return challenge;
    }

    /// <summary>The challenge as one that was answered; null when it is not of ours, not for this, or too old.</summary>
    public AnsweredChallenge? Find(
        byte[] challenge,
        ChallengeUse use,
        World world,
        string browser,
        DateTimeOffset now
    )
    {
        if (
            challenge.Length != Length
            || !CryptographicOperations.FixedTimeEquals(
                MacOf(challenge.AsSpan(0, HeadLength), use, world, browser),
                challenge.AsSpan(HeadLength)
            )
        )
        {
            return null;
        }

        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(
            BinaryPrimitives.ReadInt64BigEndian(challenge)
        );
        return now < expiresAt ? new(Convert.ToHexStringLower(SHA256.HashData(challenge)), expiresAt) : null;
    }

    private byte[] MacOf(ReadOnlySpan<byte> head, ChallengeUse use, World world, string browser) =>
        HMACSHA256.HashData(
            key,
            (byte[])[(byte)use, .. head, .. Encoding.UTF8.GetBytes($"{world}.{browser}")]
        );
}
