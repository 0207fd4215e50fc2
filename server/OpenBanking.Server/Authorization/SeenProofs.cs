using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// The <c>jti</c>s of proofs seen in the last minutes, in memory: each proof is good once. Nothing is forgotten
/// before it has expired, by the time that passes and not by the clock, which may be set; and what was forgotten stays
/// refused when the clock is set back to when it was good. When the memory is full, proofs are refused.
/// </summary>
/// <param name="mostInSlot">The most proofs remembered in one slot: about 40 bytes each.</param>
public sealed class SeenProofs(TimeProvider time, int mostInSlot = 2_000_000)
{
    /// <summary>A thumbprint, and the longest jti in UTF-8.</summary>
    private const int LongestName = 1_024;

    private static readonly TimeSpan slotLength =
        AuthorizationServerOptions.ProofAge + AuthorizationServerOptions.ClockSkew;

    private readonly Lock swapping = new();
    private readonly long begun = time.GetTimestamp();
    private Slot current = new();
    private Slot previous = new();
    private long currentSlot;
    private DateTimeOffset newestForgotten = DateTimeOffset.MinValue;

    /// <summary>Remembers a proof; false when it was, or may have been, seen before.</summary>
    public bool TryAdd(string keyThumbprint, string proofId, DateTimeOffset issuedAt, out Guid digest)
    {
        digest = DigestOf(keyThumbprint, proofId);
        var slot = time.GetElapsedTime(begun).Ticks / slotLength.Ticks;
        lock (swapping)
        {
            if (slot != currentSlot)
            {
                Forget(previous);
                if (slot > currentSlot + 1)
                {
                    Forget(current);
                }

                previous = slot == currentSlot + 1 ? current : new();
                current = new();
                currentSlot = slot;
            }

            if (
                issuedAt <= newestForgotten
                || current.Proofs.Count >= mostInSlot
                || previous.Proofs.Contains(digest)
                || !current.Proofs.Add(digest)
            )
            {
                return false;
            }

            current.Newest = issuedAt > current.Newest ? issuedAt : current.Newest;
            return true;
        }
    }

    private void Forget(Slot slot) =>
        newestForgotten = slot.Newest > newestForgotten ? slot.Newest : newestForgotten;

    /// <summary>The proofs that were seen in one length of time, and when the newest of them says that it was made.</summary>
    private sealed class Slot
    {
        public HashSet<Guid> Proofs { get; } = [];

        public DateTimeOffset Newest { get; set; } = DateTimeOffset.MinValue;
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
