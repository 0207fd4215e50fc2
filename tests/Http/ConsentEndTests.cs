using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Whatever ends a consent or a token ends it everywhere, at once.</summary>
public sealed class ConsentEndTests(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public async Task A_consent_that_has_run_out_ends_its_tokens_and_its_app_is_told_once()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var tokens = await client.TokensAsync();
        Assert.True(Id<ConsentRow>.TryParse(tokens["consent_id"]!.GetValue<string>(), out var consentId));
        Assert.Equal(ConsentState.Authorized, await StateAsync(server, client, consentId));

        clock.Ahead = TimeSpan.FromDays(365) + TimeSpan.FromSeconds(1);
        await server.Get<ConsentExpiry>().RunOnceAsync();
        await server.Get<ConsentExpiry>().RunOnceAsync();

        Assert.Equal(ConsentState.Expired, await StateAsync(server, client, consentId));
        // Brings the nonce of now.
        await client.PostFormAsync("/oauth/token", [], withProof: false);
        var ahead = DateTimeOffset.UtcNow + clock.Ahead;
        var refreshed = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]!.GetValue<string>())],
            assertion: (_, claims) => claims["exp"] = ahead.ToUnixTimeSeconds() + 20,
            proof: (_, claims) => claims["iat"] = ahead.ToUnixTimeSeconds()
        );
        Assert.Equal((400, "invalid_grant"), (refreshed.Status, refreshed.Code));
        Assert.Equal(1, await EventsAsync(server, client, EventTypes.ConsentExpired));
    }

    /// <summary>On PostgreSQL two nodes at once; on SQLite, which has one, the next process on the same data.</summary>
    [Fact]
    public async Task What_one_node_ends_has_ended_on_every_other()
    {
        await using var folder = new SharedFolder();
        var first = await TestServer.StartAsync(dataFolder: folder.Path);
        using var client = new RawClient(await TestPartner.NewAsync(first.Address), first.Address);
        var (revoked, narrowed, single) = (
            await client.TokensAsync(),
            await TokensOfAsync(client, person: 1),
            await TokensOfAsync(client, person: 2)
        );
        var second = await SecondAsync(
            first,
            folder.Path,
            beforeIt: () => EndAllAsync(client, revoked, narrowed, single)
        );
        try
        {
            using var other = new RawClient(client.Identity, second.Listens) { DpopKey = client.DpopKey };
            foreach (var dead in new[] { revoked, narrowed, single })
            {
                var answer = await CallAsync(other, first.Address, dead);
                Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
            }
        }
        finally
        {
            await second.Server.DisposeAsync();
            await first.DisposeAsync();
        }
    }

    private static async Task<(TestServer Server, Uri Listens)> SecondAsync(
        TestServer first,
        string folder,
        Func<Task> beforeIt
    )
    {
        var listens = new Uri($"http://localhost:{Ports.Free()}");
        string[] settings = [$"Server:PublicAddress={first.Address}", $"urls={listens}"];
        if (TestServer.MayHaveManyNodes)
        {
            var node = await TestServer.StartAsync(dataFolder: folder, settings: settings);
            await beforeIt();
            return (node, listens);
        }

        await beforeIt();
        await first.DisposeAsync();
        return (await TestServer.StartAsync(dataFolder: folder, settings: settings), listens);
    }

    private static async Task EndAllAsync(
        RawClient client,
        System.Text.Json.Nodes.JsonNode revoked,
        System.Text.Json.Nodes.JsonNode narrowed,
        System.Text.Json.Nodes.JsonNode single
    )
    {
        var consents = client.Partner.Client.Consents;
        await consents.RevokeAsync(revoked["consent_id"]!.GetValue<string>());
        await consents.NarrowAsync(narrowed["consent_id"]!.GetValue<string>(), [new AccountInformation()]);
        await client.RevokeAsync(single["access_token"]!.GetValue<string>());
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> TokensOfAsync(RawClient client, int person)
    {
        var pushed = await client.PushAsync();
        var address = client.AuthorizationUrl(pushed.Json["request_uri"]!.GetValue<string>());
        using var customer = new OpenBanking.Testing.BankCustomer(
            (await client.Partner.PersonsAsync())[person],
            client.Partner.MessagesUrl,
            TestPartner.Pin
        );
        var back = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(
            (await customer.AgreeAsync(address, TestPartner.RedirectUri)).Query
        );
        var answer = await client.RedeemAsync(back["code"].ToString(), TestPartner.RedirectUri.ToString());
        return answer.Json;
    }

    /// <summary>A call of a node that is known by another's address, as behind one load balancer.</summary>
    private static Task<RawAnswer> CallAsync(
        RawClient node,
        Uri publicAddress,
        System.Text.Json.Nodes.JsonNode tokens
    ) =>
        node.CallAsync(
            HttpMethod.Get,
            "/v1/accounts",
            tokens["access_token"]!.GetValue<string>(),
            proof: (_, claims) => claims["htu"] = new Uri(publicAddress, "/v1/accounts").ToString()
        );

    private static async Task<ConsentState> StateAsync(
        TestServer server,
        RawClient client,
        Id<ConsentRow> id
    ) =>
        (
            await server.Get<Store>().FindAsync(ConsentTables.Consents, new(client.Partner.SandboxNumber), id)
        )!.State;

    private static async Task<int> EventsAsync(TestServer server, RawClient client, string type)
    {
        var journals = await server
            .Get<Store>()
            .ListAsync(EngineTables.Journal, new(client.Partner.SandboxNumber), $"1 = {1}");
        return journals
            .SelectMany(journal =>
                System.Text.Json.JsonSerializer.Deserialize<IReadOnlyList<Event>>(journal.Events)!
            )
            .Count(happened => happened.Type == type);
    }

    /// <summary>A folder that several servers use, one after the other or at once.</summary>
    private sealed class SharedFolder : IAsyncDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("openbanking-test-").FullName;

        public ValueTask DisposeAsync()
        {
            Directory.Delete(Path, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
