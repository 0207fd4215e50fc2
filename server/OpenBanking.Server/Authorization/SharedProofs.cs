using System.Security.Cryptography;
using System.Threading.Channels;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Authorization;

/// <summary>What the nodes together know of a proof.</summary>
public enum ProofFreshness
{
    New = 1,
    Seen,

    /// <summary>What was seen before may be lost: the proof cannot be told from an old one.</summary>
    Unknown,
}

/// <summary>
/// Tells the other nodes of each proof, and refuses those that they have seen. Proofs that come while a batch is on its
/// way share the next one. On a store of one process there are no others to tell. Without the store nothing is let in.
/// </summary>
public sealed class SharedProofs : IAsyncDisposable
{
    private const int MostWaiting = 10_000;
    private const int MostInBatch = 1_000;

    /// <summary>As long as a proof may be good on the slowest node's clock.</summary>
    private static readonly TimeSpan lifetime =
        AuthorizationServerOptions.ProofAge
        + AuthorizationServerOptions.ClockSkew
        + AuthorizationServerOptions.NodeClockSkew;

    private static readonly TimeSpan forgetInterval = TimeSpan.FromSeconds(30);

    private readonly ISharedMemory? memory;
    private readonly DpopNonces nonces;
    private readonly Vault vault;
    private readonly Ids ids;
    private readonly TimeProvider time;
    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true }
    );
    private readonly Task running;
    private Guid? epoch;
    private long lastForgotten;

    public SharedProofs(Store store, DpopNonces nonces, Vault vault, Ids ids, TimeProvider time)
    {
        memory = store.OpenSharedMemory();
        (this.nonces, this.vault, this.ids, this.time) = (nonces, vault, ids, time);
        lastForgotten = time.GetTimestamp();
        running = memory is null ? Task.CompletedTask : Task.Run(() => RunAsync(memory));
    }

    /// <summary>Takes over the nodes' common nonces. Called once, before requests are served.</summary>
    public Task JoinAsync() => memory is null ? Task.CompletedTask : JoinAsync(memory);

    /// <exception cref="EngineBusyException">Too many proofs wait.</exception>
    /// <exception cref="StoreUnavailableException">Nobody can be asked.</exception>
    public ValueTask<ProofFreshness> RememberAsync(Guid digest)
    {
        if (memory is null)
        {
            return ValueTask.FromResult(ProofFreshness.New);
        }

        var waiting = new Waiting(digest);
        return queue.Writer.TryWrite(waiting) ? new(waiting.Task) : throw new EngineBusyException();
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await running;
    }

    private async Task RunAsync(ISharedMemory shared)
    {
        var batch = new List<Waiting>(MostInBatch);
        while (await queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MostInBatch && queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await RunAsync(shared, batch);
            batch.Clear();
        }
    }

    private async Task RunAsync(ISharedMemory shared, List<Waiting> batch)
    {
        try
        {
            var asked = epoch;
            var fresh = asked is { } id
                ? await shared.RememberAsync(id, [.. batch.Select(waiting => waiting.Digest)], lifetime)
                : null;
            if (fresh is null)
            {
                await JoinAsync(shared);
            }

            foreach (var waiting in batch)
            {
                waiting.Complete(
                    fresh is null ? ProofFreshness.Unknown
                    : fresh.Contains(waiting.Digest) ? ProofFreshness.New
                    : ProofFreshness.Seen
                );
            }

            await ForgetAsync(shared);
        }
        catch (Exception failure)
        {
            // Should the store come back without what it had, the epoch that is named next is not there.
            batch.ForEach(waiting => waiting.Fail(failure));
        }
    }

    private async Task JoinAsync(ISharedMemory shared)
    {
        var id = ids.NewGuid();
        var joined = await shared.JoinAsync(new(id, vault.Seal(RandomNumberGenerator.GetBytes(32), id)));
        nonces.Use(vault.Open(joined.Secret, joined.Id));
        epoch = joined.Id;
    }

    private async Task ForgetAsync(ISharedMemory shared)
    {
        if (time.GetElapsedTime(lastForgotten) >= forgetInterval)
        {
            lastForgotten = time.GetTimestamp();
            await shared.ForgetExpiredAsync();
        }
    }

    private sealed class Waiting(Guid digest)
        : TaskCompletionSource<ProofFreshness>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Guid Digest { get; } = digest;

        /// <summary>Does nothing for one that has its answer.</summary>
        public void Complete(ProofFreshness freshness) => TrySetResult(freshness);

        public void Fail(Exception failure) => TrySetException(failure);
    }
}
