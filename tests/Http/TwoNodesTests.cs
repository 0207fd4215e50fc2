using System.Text;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Two nodes behind one address, on one PostgreSQL.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    private const string Route = "/v1/coupon-stocks";
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-test-").FullName;
    private readonly Uri otherAddress = new($"http://localhost:{Ports.Free()}");
    private TestServer one = null!;
    private TestServer other = null!;
    private RawClient client = null!;

    public async ValueTask InitializeAsync()
    {
        var cluster = PostgresCluster.Shared;
        string[] store =
        [
            "Storage:Provider=Postgres",
            $"Storage:ConnectionString={cluster.ConnectionStringOf(cluster.NewDatabase())}",
        ];
        one = await TestServer.StartAsync(dataFolder: folder, settings: store);
        other = await TestServer.StartAsync(
            dataFolder: folder,
            settings: [.. store, $"Server:PublicAddress={one.Address}", $"urls={otherAddress}"]
        );
        client = new(await TestPartner.NewAsync(one.Address), one.Address);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await other.DisposeAsync();
        await one.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_proof_that_one_node_took_is_refused_by_the_other()
    {
        var token = await client.AppTokenAsync();
        var proof = "";
        var taken = await client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => proof = request.Headers.GetValues("DPoP").Single()
        );

        var replayed = await SendToOtherAsync(token, proof);
        var renewed = await SendToOtherAsync(
            token,
            client.NewProof(HttpMethod.Get, new Uri(one.Address, Route), token)
        );

        Assert.Equal(200, taken.Status);
        Assert.Equal((401, ProblemCodes.ProofReused), (replayed.Status, replayed.Code));
        Assert.Equal(200, renewed.Status);
    }

    [Fact]
    public async Task A_proof_that_comes_to_both_nodes_at_once_is_taken_by_one()
    {
        var token = await client.AppTokenAsync();
        await client.CallAsync(HttpMethod.Get, Route, token);
        for (var i = 0; i < 20; i++)
        {
            var proof = client.NewProof(HttpMethod.Get, new Uri(one.Address, Route), token);
            var answers = await Task.WhenAll(
                SendAsync(one.Address, token, proof),
                SendAsync(otherAddress, token, proof)
            );
            Assert.Equal([200, 401], answers.Select(answer => answer.Status).Order());
        }
    }

    /// <summary>The other node looks every second for what is due.</summary>
    [Fact]
    public async Task An_event_is_posted_by_one_of_the_nodes_however_long_its_receiver_takes()
    {
        await using var receiver = await Receiver.StartAsync();
        var partner = client.Partner;
        await partner.Client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest
            {
                Url = new Uri(receiver.Address, "/unhurried").ToString(),
                Events = [EventTypes.PaymentRequiresAction],
            }
        );
        foreach (var order in new[] { "order-1", "order-2" })
        {
            await partner.Client.Payments.CreateAsync(
                new CreatePaymentRequest { OrderNo = order, Amount = Money.Yuan(1) },
                IdempotencyKey.FromOrder(order, "payment")
            );
        }

        await receiver.WaitForAsync("/unhurried", 2);
        await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.Equal(
            2,
            receiver.At("/unhurried").Select(delivery => delivery.Headers["webhook-id"]).Distinct().Count()
        );
        Assert.Equal(2, receiver.At("/unhurried").Count);
    }

    [Fact]
    public async Task A_sandboxs_clock_that_was_moved_at_one_node_is_moved_at_both_when_it_is_answered()
    {
        var token = await client.AppTokenAsync();
        await client.CallAsync(HttpMethod.Get, Route, token);
        for (var days = 0; days < 3; days++)
        {
            // What the other node has read of the clock is a moment old.
            Assert.Equal(days, await DaysAheadAtOtherAsync(token));

            await client.Partner.Client.Sandbox.AdvanceClockAsync(TimeSpan.FromDays(1));

            Assert.Equal(days + 1, await DaysAheadAtOtherAsync(token));
        }
    }

    /// <summary>By when it makes a payment.</summary>
    private async Task<int> DaysAheadAtOtherAsync(string token)
    {
        const string payments = "/v1/payments";
        using var sender = new RawClient(client.Identity, otherAddress);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(otherAddress, payments));
        var proof = client.NewProof(HttpMethod.Post, new Uri(one.Address, payments), token);
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        request.Headers.TryAddWithoutValidation("DPoP", proof);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"{Guid.NewGuid():N}");
        request.Content = new StringContent(
            $$$"""{"order_no":"{{{Guid.NewGuid():N}}}","amount":{"currency":"CNY","amount":1}}""",
            Encoding.UTF8,
            "application/json"
        );
        var made = await sender.SendAsync(request);
        var madeAt = made.Json["created_at"]!.GetValue<DateTimeOffset>();
        return (int)Math.Round((madeAt - DateTimeOffset.UtcNow).TotalDays);
    }

    private Task<RawAnswer> SendToOtherAsync(string token, string proof) =>
        SendAsync(otherAddress, token, proof);

    /// <summary>By a client of its own: two at once share none.</summary>
    private async Task<RawAnswer> SendAsync(Uri node, string token, string proof)
    {
        using var sender = new RawClient(client.Identity, node);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node, Route));
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        request.Headers.TryAddWithoutValidation("DPoP", proof);
        return await sender.SendAsync(request);
    }
}
