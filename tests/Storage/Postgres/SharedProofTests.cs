using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Two nodes on one database, and what each knows of proofs that the other has seen.</summary>
public sealed class SharedProofTests : IAsyncDisposable
{
    private readonly PostgresCluster cluster = new(durable: true);
    private readonly string database;
    private readonly List<IAsyncDisposable> opened = [];

    public SharedProofTests()
    {
        database = cluster.NewDatabase();
        using var store = NewStore();
        Migrator.Apply(store, TimeProvider.System);
    }

    [Fact]
    public async Task A_proof_that_one_node_has_seen_is_refused_by_the_other_and_after_a_restart()
    {
        var (one, other) = (await NewNodeAsync(), await NewNodeAsync());
        var proof = Guid.NewGuid();

        Assert.Equal(ProofFreshness.New, await one.Proofs.RememberAsync(proof));
        Assert.Equal(ProofFreshness.Seen, await other.Proofs.RememberAsync(proof));
        await one.Proofs.DisposeAsync();
        Assert.Equal(ProofFreshness.Seen, await (await NewNodeAsync()).Proofs.RememberAsync(proof));
    }

    [Fact]
    public async Task A_nonce_of_one_node_is_good_at_the_other()
    {
        var (one, other) = (await NewNodeAsync(), await NewNodeAsync());

        Assert.True(
            other.Nonces.IsValid(one.Nonces.Current(NonceRole.ResourceServer), NonceRole.ResourceServer)
        );
        Assert.False(
            other.Nonces.IsValid(one.Nonces.Current(NonceRole.ResourceServer), NonceRole.AuthorizationServer)
        );
    }

    [Fact]
    public async Task Of_proofs_that_come_to_all_nodes_at_once_each_is_new_to_one()
    {
        var nodes = new[] { await NewNodeAsync(), await NewNodeAsync(), await NewNodeAsync() };
        var proofs = Enumerable.Range(0, 500).Select(_ => Guid.NewGuid()).ToArray();

        var ends = await Task.WhenAll(
            nodes.SelectMany(node => proofs.Select(proof => node.Proofs.RememberAsync(proof).AsTask()))
        );

        Assert.Equal(proofs.Length, ends.Count(end => end == ProofFreshness.New));
        Assert.Equal(proofs.Length * 2, ends.Count(end => end == ProofFreshness.Seen));
    }

    [Fact]
    public async Task A_crash_of_the_database_ends_every_older_nonce_on_every_node()
    {
        var (one, other) = (await NewNodeAsync(), await NewNodeAsync());
        var old = one.Nonces.Current(NonceRole.ResourceServer);
        var proof = Guid.NewGuid();
        await one.Proofs.RememberAsync(proof);

        cluster.Kill();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => one.Proofs.RememberAsync(proof).AsTask());
        cluster.Start();

        // The other node has noticed nothing yet: it is told that its epoch has ended.
        Assert.Equal(ProofFreshness.Unknown, await RetriedAsync(other, proof));
        Assert.Equal(ProofFreshness.Unknown, await RetriedAsync(one, proof));
        foreach (var node in new[] { one, other })
        {
            Assert.False(node.Nonces.IsValid(old, NonceRole.ResourceServer));
        }

        Assert.True(
            other.Nonces.IsValid(one.Nonces.Current(NonceRole.ResourceServer), NonceRole.ResourceServer)
        );
        Assert.Equal(ProofFreshness.New, await one.Proofs.RememberAsync(Guid.NewGuid()));
    }

    /// <summary>Nothing is lost then: who has made a proof with the nonce there is need not make another.</summary>
    [Fact]
    public async Task Connections_that_break_end_no_nonce()
    {
        var (node, seen) = (await NewNodeAsync(), Guid.NewGuid());
        await node.Proofs.RememberAsync(seen);
        var nonce = node.Nonces.Current(NonceRole.ResourceServer);

        cluster.Execute(
            "postgres",
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        );
        await Assert.ThrowsAsync<StoreUnavailableException>(() =>
            node.Proofs.RememberAsync(Guid.NewGuid()).AsTask()
        );

        Assert.Equal(ProofFreshness.New, await node.Proofs.RememberAsync(Guid.NewGuid()));
        Assert.Equal(ProofFreshness.Seen, await node.Proofs.RememberAsync(seen));
        Assert.Equal(nonce, node.Nonces.Current(NonceRole.ResourceServer));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in opened)
        {
            await node.DisposeAsync();
        }

        cluster.Dispose();
    }

    /// <summary>A connection from before the crash fails once.</summary>
    private static async Task<ProofFreshness> RetriedAsync(Node node, Guid proof)
    {
        while (true)
        {
            try
            {
                return await node.Proofs.RememberAsync(proof);
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(50);
            }
        }
    }

    private PostgresStore NewStore() => new(cluster.ConnectionStringOf(database));

    private async Task<Node> NewNodeAsync()
    {
        var store = NewStore();
        var nonces = new DpopNonces(TimeProvider.System);
        var proofs = new SharedProofs(
            store,
            nonces,
            new Vault(new ServerKeys(new byte[32])),
            new Ids(TimeProvider.System),
            TimeProvider.System
        );
        var node = new Node(store, nonces, proofs);
        opened.Add(node);
        await proofs.JoinAsync();
        return node;
    }

    private sealed record Node(Store Store, DpopNonces Nonces, SharedProofs Proofs) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Proofs.DisposeAsync();
            Store.Dispose();
        }
    }
}
