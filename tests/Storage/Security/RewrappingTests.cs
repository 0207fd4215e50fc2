using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server;
using OpenBanking.Server.Audit;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Audit;

namespace OpenBanking.Tests.Storage.Security;

/// <summary>Values are rewrapped with a newer key while others read and change the rows they are in.</summary>
public abstract class RewrappingTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const int Customers = (2 * Rewrapping.PartSize) + 7;

    private static readonly Dictionary<int, string> newer = new()
    {
        [2] = Convert.ToBase64String([2, .. new byte[31]]),
    };

    [Fact]
    public async Task Everything_is_rewrapped_under_reads_and_writes_and_the_old_key_is_then_retired()
    {
        PutCustomers(new Vault(ServerKeys));
        var node = NewNode();
        Assert.Equal([0, 1], [node.Run(KeyCommands.RewrapAsync), node.Run(Retire)]);
        Assert.Contains("Nodes may wrap with it until", node.Lines[^1]);

        // A node that has not looked yet goes on with the old key.
        var lagging = new Vault(ServerKeys);
        PutCustomers(lagging, Customers + 1, 3);
        Clock.Now += WrappingKeys.Spread;
        Assert.Equal(1, node.Run(Retire));
        Assert.Contains("needed: 3 of customer.profile", node.Lines[^1]);

        await Task.WhenAll(
            Task.Run(() => RewrapAllAsync(node)),
            Task.Run(() => ChangeAsync(node)),
            Task.Run(() => ReadAsync(node))
        );

        Assert.Equal([2], (await node.Rewrapping.CountAsync()).Select(count => count.Key));
        Assert.Equal([.. Enumerable.Repeat(2L, Customers + 3)], PinFailures());
        Assert.Equal(0, node.Run(Retire));
        Assert.Equal(1, node.Run(Retire));
        await node.Keys.RefreshAsync();
        Assert.Null(node.Keys.Find(1));
        await ReadAsync(node);
        // Nobody needs the old secret; nobody starts without the new one.
        Assert.Contains(
            "Server:WrappingKeys:2",
            Assert.Throws<WrongSettingException>(() => NewNode([])).Message
        );
    }

    [Fact]
    public async Task Another_process_goes_on_where_one_stopped()
    {
        PutCustomers(new Vault(ServerKeys));
        var first = NewNode();
        await Engine.SubmitAsync(new UseWrappingKey(Clock.Now, 2));
        await first.Keys.RefreshAsync();
        while ((await first.Rewrapping.CountAsync()).Single(count => count.Key == 1).Values == Customers)
        {
            Assert.True(await first.Rewrapping.RewrapPartAsync());
        }

        var second = NewNode();
        Assert.False(await second.Rewrapping.RewrapPartAsync());
        Clock.Now += TimeSpan.FromMinutes(1);
        Assert.True(await second.Rewrapping.RewrapPartAsync());
        Assert.False(await first.Rewrapping.RewrapPartAsync());

        var counts = (await second.Rewrapping.CountAsync()).ToDictionary(
            count => count.Key,
            count => count.Values
        );
        Assert.Equal(
            (Customers - (2 * Rewrapping.PartSize), 2L * Rewrapping.PartSize),
            (counts[1], counts[2])
        );
    }

    [Fact]
    public async Task A_value_that_does_not_open_keeps_its_key_and_stops_nobody()
    {
        PutCustomers(new Vault(new ServerKeys([9, .. new byte[31]])), 1, 1);
        PutCustomers(new Vault(ServerKeys), 2, 1);
        var node = NewNode();
        node.Run(KeyCommands.RewrapAsync);
        Clock.Now += WrappingKeys.Spread;
        await RewrapAllAsync(node);

        Assert.Equal(1, node.Run(Retire));
        Assert.Contains("needed: 1 of customer.profile", node.Lines[^1]);
    }

    [Fact]
    public void Every_column_of_sealed_values_can_be_rewrapped()
    {
        using var session = Store.OpenWriteSession();
        var row = Guid.NewGuid();
        var vault = NewNode().Vault;
        foreach (var column in SealedColumns.All)
        {
            object[] key = [.. column.Table.KeyColumns.Select(name => KeyOf(column.Table.KindOf(name)))];
            byte[] value = [1];
            Assert.Equal(
                0,
                session.Replace(column.Table, column.Column, [new(Rows.World, key, value, value)])
            );
            Assert.Equal(ColumnKind.Blob, column.Table.KindOf(column.Column));
            column.RowId(KeyOf(column.Table.KindOf(column.TiedTo)));
        }

        static object KeyOf(ColumnKind kind) =>
            kind switch
            {
                ColumnKind.Uuid => Guid.Empty,
                ColumnKind.Text => "",
                _ => 1L,
            };
    }

    private static Task<int> Retire(IServiceProvider services, Action<string> write) =>
        services.RetireAsync(1, write);

    private async Task RewrapAllAsync(Node node)
    {
        var tries = 0;
        do
        {
            Clock.Now += TimeSpan.FromSeconds(1);
            while (await node.Rewrapping.RewrapPartAsync()) { }

            Assert.True(++tries < 10);
        } while ((await node.Keys.ListAsync())[^1].FinishedAt is null);
    }

    /// <summary>Changes another column of every row, twice.</summary>
    private async Task ChangeAsync(Node node)
    {
        for (var number = 0; number < 2 * (Customers + 3); number++)
        {
            var id = Rows.Id<CustomerRow>(1 + (number / 2));
            await Engine.SubmitAsync(
                new Engine.Probe(
                    Rows.World,
                    book =>
                    {
                        var row = book.Get(CustomerTables.Customers, id);
                        book.Update(CustomerTables.Customers, row with { PinFailures = row.PinFailures + 1 });
                        return Decision.Accept(0);
                    },
                    keys => keys.Want(CustomerTables.Customers, id)
                ).In(id.Value)
            );
        }
    }

    private async Task ReadAsync(Node node)
    {
        foreach (var row in await Store.ListAsync(CustomerTables.Customers, Rows.World, $"ORDER BY id"))
        {
            Assert.Equal($"{row.Id}", node.Vault.OpenText(row.Profile, row.Id.Value));
        }
    }

    private IEnumerable<long> PinFailures() =>
        Store.List(CustomerTables.Customers, Rows.World, $"ORDER BY id").Select(row => (long)row.PinFailures);

    private void PutCustomers(Vault vault, int first = 1, int count = Customers)
    {
        using var session = Store.OpenWriteSession();
        session.Insert(
            Rows.World,
            CustomerTables.Customers,
            [
                .. Enumerable
                    .Range(first, count)
                    .Select(Rows.Id<CustomerRow>)
                    .Select(id =>
                        Rows.Customer with
                        {
                            Id = id,
                            Profile = vault.SealText($"{id}", id.Value),
                        }
                    ),
            ]
        );
    }

    /// <summary>A node that was given the newer key.</summary>
    private Node NewNode(Dictionary<int, string>? keys = null) =>
        new(Store, Engine, new(ServerKeys, keys ?? newer, Store, Clock), Clock);

    private sealed class Node
    {
        private readonly ServiceProvider services;

        public Node(Store store, Server.Engine.Engine engine, WrappingKeys keys, TimeProvider clock)
        {
            (Keys, Vault) = (keys, new(ServerKeys, keys));
            Rewrapping = new(
                store,
                engine,
                Vault,
                keys,
                new Ids(clock),
                clock,
                NullLogger<Rewrapping>.Instance
            );
            services = new ServiceCollection()
                .AddSingleton(store)
                .AddSingleton(engine)
                .AddSingleton(keys)
                .AddSingleton(Rewrapping)
                .AddSingleton(clock)
                .BuildServiceProvider();
        }

        public WrappingKeys Keys { get; }

        public Vault Vault { get; }

        public Rewrapping Rewrapping { get; }

        public List<string> Lines { get; } = [];

        public int Run(Func<IServiceProvider, Action<string>, Task<int>> command) =>
            command(services, Lines.Add).GetAwaiter().GetResult();
    }
}
