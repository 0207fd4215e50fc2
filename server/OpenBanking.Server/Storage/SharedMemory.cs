namespace OpenBanking.Server.Storage;

/// <summary>The epoch that what is remembered belongs to, and a secret that lasts as long.</summary>
internal sealed record MemoryEpoch(Guid Id, byte[] Secret);

/// <summary>
/// What all nodes together have seen in the last minutes, written without waiting for the disk. A crash of the database
/// loses all of it, and with it the epoch: whoever asks for an epoch that has ended is told so, and begins another.
/// </summary>
internal interface ISharedMemory
{
    /// <summary>The epoch there is; when there is none, the proposed one begins.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    Task<MemoryEpoch> JoinAsync(MemoryEpoch proposed);

    /// <summary>Remembers what was not seen before, and gives it; null when the epoch has ended.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    Task<IReadOnlySet<Guid>?> RememberAsync(Guid epoch, Guid[] digests, TimeSpan lifetime);

    /// <summary>Forgets what has outlived its use.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    Task ForgetExpiredAsync();
}
