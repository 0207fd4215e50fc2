using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Authorization;

/// <summary>A DPoP proof that some node has seen, by the digest of its key and <c>jti</c>. Kept in the live world, and
/// written past the engine (<see cref="ISharedMemory"/>).</summary>
public sealed record SeenProofRow
{
    public required Guid Digest { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>The secret that all nodes make DPoP nonces with, sealed. It ends with what is remembered of proofs.</summary>
public sealed record ProofEpochRow
{
    /// <summary>Always 1: there is one.</summary>
    public required int Number { get; init; }

    public required Guid Id { get; init; }

    public required byte[] Secret { get; init; }
}

public readonly record struct SeenProofKey(Guid Digest);

public readonly record struct ProofEpochKey(int Number);

public static class ProofTables
{
    public static Table<SeenProofKey, SeenProofRow> SeenProofs { get; } = new("seen_proof");

    public static Table<ProofEpochKey, ProofEpochRow> Epochs { get; } = new("proof_epoch");
}
