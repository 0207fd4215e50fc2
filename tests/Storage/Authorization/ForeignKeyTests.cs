using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Audit;

namespace OpenBanking.Tests.Storage.Authorization;

/// <summary>Signing keys that a server with another master key has sealed.</summary>
public abstract class ForeignKeyTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly Vault own = new(ServerKeys);
    private readonly Vault foreign = new(new ServerKeys([9, .. new byte[31]]));

    [Fact]
    public async Task A_node_with_another_master_key_makes_no_key()
    {
        await NewNode(own).LoadAsync();
        Clock.Now += AuthorizationServerOptions.KeyLifetime;

        await Assert.ThrowsAsync<WrongSettingException>(NewNode(foreign).LoadAsync);
        await Assert.ThrowsAsync<WrongSettingException>(() =>
            NewNode(foreign).RotateAsync(compromised: true)
        );

        Assert.Equal("3", Count("rotating_key"));
    }

    [Fact]
    public async Task A_key_that_does_not_open_is_left_out_and_the_others_are_loaded()
    {
        var running = NewNode(own);
        await running.LoadAsync();
        var signer = SignerOf(running);
        AddForeignKey(generation: 2);

        await running.RefreshAsync();
        var starting = NewNode(own);
        await starting.LoadAsync();

        Assert.All(
            [running, starting],
            node =>
            {
                Assert.Equal(signer, SignerOf(node));
                Assert.Equal(2, node.Published.Keys.Count);
            }
        );
    }

    /// <summary>As <c>keys rotate --compromised</c> under another master key has left a store.</summary>
    [Fact]
    public async Task Keys_that_a_foreign_one_has_ended_go_and_new_ones_sign()
    {
        var node = NewNode(own);
        await node.LoadAsync();
        var ended = SignerOf(node);
        AddForeignKey(generation: 2);
        var goesAt = Clock.Now + AuthorizationServerOptions.KeySpread;
        Database.Execute(
            $"UPDATE rotating_key SET goes_at = {Database.Literal(goesAt)} WHERE generation = 1"
        );
        Clock.Now = goesAt;

        await node.RefreshAsync();
        var starting = NewNode(own);
        await starting.LoadAsync();

        Assert.NotEqual(ended, SignerOf(node));
        Assert.Equal(SignerOf(node), SignerOf(starting));
        Assert.Null(node.Find(KeyPurpose.AccessTokens, ended));
    }

    [Fact]
    public void Keys_of_forms_that_do_not_open_are_left_out()
    {
        NewPageKeys(own).StoreElement(new("own"), "own");
        NewPageKeys(foreign).StoreElement(new("foreign"), "foreign");

        Assert.Equal("own", Assert.Single(NewPageKeys(own).GetAllElements()).Name);
    }

    /// <summary>A newer wrapping key opens what it has wrapped under any master key.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_all_is_rewrapped_the_indexes_tell_the_master_key(bool fits)
    {
        await Engine.SubmitAsync(new UseWrappingKey(Clock.Now, 2));
        PutCustomer(Rewrapped(ServerKeys));
        var vault = Rewrapped(fits ? ServerKeys : new([9, .. new byte[31]]));

        if (fits)
        {
            await MasterKeyFit.RequireAsync(Store, vault);
        }
        else
        {
            await Assert.ThrowsAsync<WrongSettingException>(() => MasterKeyFit.RequireAsync(Store, vault));
        }
    }

    [Fact]
    public async Task Where_all_is_rewrapped_another_wrapping_key_is_told_from_another_master_key()
    {
        await Engine.SubmitAsync(new UseWrappingKey(Clock.Now, 2));
        PutCustomer(Rewrapped(ServerKeys));

        var refusal = await Assert.ThrowsAsync<WrongSettingException>(() =>
            MasterKeyFit.RequireAsync(Store, Rewrapped(ServerKeys, secret: 3))
        );

        Assert.StartsWith("Server:WrappingKeys:2 is not that of this store", refusal.Message);
        Assert.DoesNotContain("master", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>As while the nodes rewrap: what the first key has wrapped opens, and the rest would fail one by one.</summary>
    [Fact]
    public async Task Where_a_part_is_rewrapped_another_wrapping_key_is_told()
    {
        await NewNode(own).LoadAsync();
        await Engine.SubmitAsync(new UseWrappingKey(Clock.Now, 2));
        PutCustomer(Rewrapped(ServerKeys));

        var refusal = await Assert.ThrowsAsync<WrongSettingException>(() =>
            MasterKeyFit.RequireAsync(Store, Rewrapped(ServerKeys, secret: 3))
        );

        Assert.StartsWith("Server:WrappingKeys:2 is not that of this store", refusal.Message);
        await MasterKeyFit.RequireAsync(Store, Rewrapped(ServerKeys));
    }

    /// <summary>Nobody's ID number opens, to compare an index with.</summary>
    [Fact]
    public async Task Where_a_part_is_rewrapped_another_master_key_is_told()
    {
        PutCustomer(own);
        await Engine.SubmitAsync(new UseWrappingKey(Clock.Now, 2));
        await NewNode(Rewrapped(ServerKeys)).LoadAsync();

        var refusal = await Assert.ThrowsAsync<WrongSettingException>(() =>
            MasterKeyFit.RequireAsync(Store, Rewrapped(new([9, .. new byte[31]])))
        );

        Assert.Equal(MasterKeyFit.Refusal, refusal.Message);
        await MasterKeyFit.RequireAsync(Store, Rewrapped(ServerKeys));
    }

    private Vault Rewrapped(ServerKeys keys, byte secret = 2) =>
        new(
            keys,
            new(
                keys,
                new Dictionary<int, string> { [2] = Convert.ToBase64String([secret, .. new byte[31]]) },
                Store,
                Clock
            )
        );

    private void PutCustomer(Vault vault)
    {
        var profile = new CustomerProfile("王小明", "110101199003070038", "13800138000");
        using var session = Store.OpenWriteSession();
        session.Insert(
            Rows.World,
            CustomerTables.Customers,
            Rows.Customer with
            {
                Profile = vault.SealJson(profile, Rows.Customer.Id.Value),
            }
        );
        session.Insert(
            Rows.World,
            CustomerTables.Identities,
            new CustomerIdentityRow
            {
                IdNumberIndex = vault.BlindIndex("id number", profile.IdNumber),
                CustomerId = Rows.Customer.Id,
            }
        );
    }

    private SigningKeys NewNode(Vault vault) => new(Store, Engine, vault, Clock, new());

    private PageKeys NewPageKeys(Vault vault) =>
        new(Store, Engine, new(vault), Clock, NullLogger<PageKeys>.Instance);

    private void AddForeignKey(int generation)
    {
        var (key, privateKey) = SigningKey.Create(PublicKey.Es256);
        using var session = Store.OpenWriteSession();
        session.Insert(
            World.Live,
            KeyTables.RotatingKeys,
            new RotatingKeyRow
            {
                Purpose = KeyPurpose.AccessTokens,
                Algorithm = PublicKey.Es256,
                Generation = generation,
                KeyId = key.KeyId,
                PrivateKey = foreign.Seal(privateKey, SigningKeys.RowIdOf(key.KeyId)),
                CreatedAt = Clock.Now,
                SignsFrom = Clock.Now,
            }
        );
    }

    private static string SignerOf(SigningKeys node) =>
        Jws.TryParse(node.Sign(KeyPurpose.AccessTokens, "at+jwt", "{}"u8))!.KeyId!;
}
