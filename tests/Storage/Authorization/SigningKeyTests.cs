using System.Text;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Authorization;

/// <summary>The signing keys, as two nodes on one store have them.</summary>
public abstract class SigningKeyTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly Vault vault = new(new ServerKeys(new byte[32]));

    [Fact]
    public async Task Two_nodes_that_start_at_once_make_one_key_of_each_purpose()
    {
        var nodes = new[] { NewNode(), NewNode() };

        await Task.WhenAll(nodes.Select(node => node.LoadAsync()));

        Assert.Equal(
            [(KeyPurpose.AccessTokens, 1), (KeyPurpose.IdTokens, 1), (KeyPurpose.Encryption, 1)],
            (await nodes[0].ListAsync()).Select(row => (row.Purpose, row.Generation))
        );
        AssertEachBelievesTheOther(nodes);
    }

    [Fact]
    public async Task Two_nodes_that_rotate_at_once_make_one_key_and_announce_it_before_it_signs()
    {
        var nodes = new[] { NewNode(), NewNode() };
        await Task.WhenAll(nodes.Select(node => node.LoadAsync()));
        var first = (await nodes[0].ListAsync())[0].KeyId;

        Clock.Now += AuthorizationServerOptions.KeyLifetime - AuthorizationServerOptions.KeyAnnounced;
        await Task.WhenAll(nodes.Select(node => node.RefreshAsync()));

        Assert.Equal(6, (await nodes[0].ListAsync()).Count);
        Assert.All(nodes, node => Assert.Equal(4, node.Published.Keys.Count));
        Assert.All(nodes, node => Assert.Equal(first, SignerOf(node)));
        Clock.Now += AuthorizationServerOptions.KeyAnnounced;
        Assert.All(nodes, node => Assert.NotEqual(first, SignerOf(node)));
        AssertEachBelievesTheOther(nodes);
        Clock.Now += AuthorizationServerOptions.KeyRetained;
        Assert.All(nodes, node => Assert.Null(node.Find(KeyPurpose.AccessTokens, first)));
        Assert.All(nodes, node => Assert.Equal(2, node.Published.Keys.Count));
    }

    [Fact]
    public async Task A_key_has_one_purpose()
    {
        var node = NewNode();
        await node.LoadAsync();
        var rows = await node.ListAsync();

        Assert.Null(node.Find(KeyPurpose.IdTokens, rows[0].KeyId));
        Assert.NotNull(node.Find(KeyPurpose.AccessTokens, rows[0].KeyId));
        Assert.Null(node.Find(KeyPurpose.AccessTokens, rows[1].KeyId));
        Assert.Equal(3, rows.Select(row => row.KeyId).Distinct().Count());
        Assert.Null(node.FindEncryption(rows[0].KeyId));
        Assert.NotNull(node.FindEncryption(rows[2].KeyId));
        Assert.Null(node.Find(KeyPurpose.AccessTokens, rows[2].KeyId));
        Assert.DoesNotContain(node.Published.Keys, key => key.Kid == rows[2].KeyId);
        Assert.Equal(rows[2].KeyId, Assert.Single(node.PublishedForEncryption.Keys).Kid);
    }

    [Fact]
    public async Task A_compromised_key_is_believed_until_the_next_one_signs_and_no_longer()
    {
        var node = NewNode();
        await node.LoadAsync();
        var stolen = SignerOf(node);

        await node.RotateAsync(compromised: true);
        await node.RefreshAsync();

        Assert.Equal(stolen, SignerOf(node));
        Clock.Now += AuthorizationServerOptions.KeySpread;
        Assert.NotEqual(stolen, SignerOf(node));
        Assert.Null(node.Find(KeyPurpose.AccessTokens, stolen));
        Assert.DoesNotContain(stolen, node.Published.Keys.Select(key => key.Kid));
    }

    [Fact]
    public async Task The_key_of_an_earlier_server_goes_first_in_line()
    {
        var (key, privateKey) = SigningKey.Create(PublicKey.Es256);
        using (var session = Store.OpenWriteSession())
        {
            session.Insert(
                World.Live,
                AuthorizationTables.SigningKeys,
                new SigningKeyRow
                {
                    KeyId = key.KeyId,
                    Algorithm = PublicKey.Es256,
                    PrivateKey = vault.Seal(privateKey, RowIdOf(key.KeyId)),
                    CreatedAt = Rows.Noon,
                }
            );
        }

        var node = NewNode();
        await node.LoadAsync();

        Assert.Equal(key.KeyId, SignerOf(node));
    }

    [Theory]
    [InlineData(PublicKey.Es256)]
    [InlineData(PublicKey.Ps256)]
    public async Task Keys_sign_by_the_algorithm_that_is_set_and_are_kept_sealed(string algorithm)
    {
        var node = NewNode(algorithm);
        await node.LoadAsync();

        var signed = Jws.TryParse(node.Sign(KeyPurpose.IdTokens, "JWT", "{}"u8))!;
        var row = (await node.ListAsync()).Single(row => row.KeyId == signed.KeyId);

        Assert.Equal(algorithm, signed.Algorithm);
        Assert.True(signed.IsSignedBy(node.Find(KeyPurpose.IdTokens, signed.KeyId)!));
        Assert.NotNull(SigningKey.Open(algorithm, vault.Open(row.PrivateKey, RowIdOf(row.KeyId))));
        Assert.ThrowsAny<Exception>(() => SigningKey.Open(algorithm, row.PrivateKey));
        Assert.All(node.Published.Keys, published => Assert.Equal(algorithm, published.Alg));
    }

    [Fact]
    public async Task Compromised_keys_go_though_another_algorithm_is_in_force_since()
    {
        var before = NewNode();
        await before.LoadAsync();
        var old = SignerOf(before);
        var after = NewNode(PublicKey.Ps256);
        await after.LoadAsync();
        Assert.NotNull(after.Find(KeyPurpose.AccessTokens, old));

        await after.RotateAsync(compromised: true);
        await after.RefreshAsync();
        Clock.Now += AuthorizationServerOptions.KeySpread;

        Assert.Null(after.Find(KeyPurpose.AccessTokens, old));
        Assert.Equal(2, after.Published.Keys.Count);
        var again = NewNode();
        await again.LoadAsync();
        Assert.NotEqual(old, SignerOf(again));
        Assert.NotNull(again.Find(KeyPurpose.AccessTokens, SignerOf(after)));
    }

    [Fact]
    public async Task Keys_of_an_algorithm_that_is_set_no_longer_are_published_for_fourteen_days()
    {
        var before = NewNode();
        await before.LoadAsync();
        var old = SignerOf(before);
        Clock.Now += TimeSpan.FromDays(1);
        var after = NewNode(PublicKey.Ps256);
        await after.LoadAsync();
        AssertEachBelievesTheOther([after, await RefreshedAsync(before)]);

        // Nodes of both run side by side while they are replaced one by one.
        Clock.Now += AuthorizationServerOptions.KeyRetained - TimeSpan.FromSeconds(1);
        AssertEachBelievesTheOther([await RefreshedAsync(after), await RefreshedAsync(before)]);
        Assert.Equal(4, after.Published.Keys.Count);
        Assert.Equal(old, SignerOf(before));
        Assert.Equal(5, (await after.ListAsync()).Count);

        Clock.Now += TimeSpan.FromSeconds(1);
        await after.RefreshAsync();

        Assert.Equal([PublicKey.Ps256, PublicKey.Ps256], after.Published.Keys.Select(key => key.Alg));
        Assert.Null(after.Find(KeyPurpose.AccessTokens, old));
    }

    [Fact]
    public async Task An_announced_key_of_an_algorithm_that_is_set_no_longer_goes_too()
    {
        var before = NewNode();
        await before.LoadAsync();
        Clock.Now += AuthorizationServerOptions.KeyLifetime - TimeSpan.FromDays(10);
        await before.RefreshAsync();
        var after = NewNode(PublicKey.Ps256);
        await after.LoadAsync();
        Assert.Equal(6, after.Published.Keys.Count);

        Clock.Now += AuthorizationServerOptions.KeyRetained * 2;
        await after.RefreshAsync();

        Assert.All(after.Published.Keys, key => Assert.Equal(PublicKey.Ps256, key.Alg));
    }

    [Fact]
    public async Task A_switch_there_and_back_ends_in_one_line()
    {
        var first = NewNode();
        await first.LoadAsync();
        var old = SignerOf(first);
        Clock.Now += TimeSpan.FromDays(1);
        var there = NewNode(PublicKey.Ps256);
        await there.LoadAsync();
        Clock.Now += TimeSpan.FromDays(1);
        SigningKeys[] back = [NewNode(), NewNode()];
        await Task.WhenAll(back.Select(node => node.LoadAsync()));
        Assert.All(back, node => Assert.Equal(old, SignerOf(node)));
        Clock.Now += AuthorizationServerOptions.KeySpread;
        Assert.All(back, node => Assert.NotEqual(old, SignerOf(node)));
        AssertEachBelievesTheOther([.. back, await RefreshedAsync(there)]);

        Clock.Now += AuthorizationServerOptions.KeyRetained;
        await back[0].RefreshAsync();

        Assert.Equal([PublicKey.Es256, PublicKey.Es256], back[0].Published.Keys.Select(key => key.Alg));
        // Whoever goes there once more finds a key in use, however long its own has been there.
        var again = NewNode(PublicKey.Ps256);
        await again.LoadAsync();
        AssertEachBelievesTheOther([back[0], again, await RefreshedAsync(back[0])]);
    }

    /// <summary>It was made long ago, and signed for a day: what signed since is not over.</summary>
    [Fact]
    public async Task A_key_that_was_left_aside_ends_none_that_signs_when_it_is_taken_up()
    {
        var stayed = NewNode();
        await stayed.LoadAsync();
        Clock.Now += TimeSpan.FromDays(1);
        var one = NewNode(PublicKey.Ps256);
        await one.LoadAsync();
        Clock.Now += TimeSpan.FromDays(1);
        var back = NewNode();
        await back.LoadAsync();
        Clock.Now += TimeSpan.FromDays(13) + AuthorizationServerOptions.KeySpread;
        var again = NewNode(PublicKey.Ps256);
        await again.LoadAsync();
        await again.RefreshAsync();

        AssertEachBelievesTheOther([again, await RefreshedAsync(back)]);
    }

    private static async Task<SigningKeys> RefreshedAsync(SigningKeys node)
    {
        await node.RefreshAsync();
        return node;
    }

    private SigningKeys NewNode(string algorithm = PublicKey.Es256) =>
        new(Store, Engine, vault, Clock, new SigningOptions { SigningAlgorithm = algorithm });

    private static string SignerOf(SigningKeys node) =>
        Jws.TryParse(node.Sign(KeyPurpose.AccessTokens, "at+jwt", "{}"u8))!.KeyId!;

    private static void AssertEachBelievesTheOther(SigningKeys[] nodes)
    {
        foreach (var node in nodes)
        {
            Assert.All(nodes, other => Assert.NotNull(other.Find(KeyPurpose.AccessTokens, SignerOf(node))));
        }
    }

    private static Guid RowIdOf(string keyId) =>
        new(
            System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(keyId)).AsSpan(0, 16),
            bigEndian: true
        );
}
