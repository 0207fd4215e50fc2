using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// The <c>jti</c>s of proofs seen in the last minutes, in memory: each proof is good once. Nothing is forgotten
/// before it has expired; when the memory is full, proofs are refused.
/// </summary>
/// <param name="mostInSlot">The most proofs remembered in one slot: about 40 bytes each.</param>
public sealed class SeenProofs(TimeProvider time, int mostInSlot = 2_000_000)
{
    /// <summary>A thumbprint, and the longest jti in UTF-8.</summary>
    private const int LongestName = 1_024;

    private static readonly TimeSpan slotLength =
        AuthorizationServerOptions.ProofAge + AuthorizationServerOptions.ClockSkew;

    private readonly Lock swapping = new();
    private HashSet<Guid> current = [];
    private HashSet<Guid> previous = [];
    private long currentSlot;

    /// <summary>Remembers a proof; false when it was seen before.</summary>
    public bool TryAdd(string keyThumbprint, string proofId, out Guid digest)
    {
        digest = DigestOf(keyThumbprint, proofId);
        var slot = time.GetUtcNow().Ticks / slotLength.Ticks;
        lock (swapping)
        {
            if (slot != currentSlot)
            {
                previous = slot == currentSlot + 1 ? current : [];
                current = [];
                currentSlot = slot;
            }

            return current.Count < mostInSlot && !previous.Contains(digest) && current.Add(digest);
        }
    }

    private static Guid DigestOf(string keyThumbprint, string proofId)
    {
        Span<byte> name = stackalloc byte[LongestName];
        var length = Encoding.UTF8.GetBytes(keyThumbprint, name);
        name[length++] = 0;
        length += Encoding.UTF8.GetBytes(proofId, name[length..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name[..length], digest);
        return new(digest[..16]);
    }
}
