using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A rotation drill: partners go on asking for tokens and using them while the signing key changes.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private const int Callers = 8;
    private const string Route = "/v1/coupon-stocks";
    private static readonly TimeSpan untilChange = TimeSpan.FromSeconds(2);
    private readonly MovedClock clock = new();
    private readonly ConcurrentDictionary<string, int> signers = [];
    private TestServer server = null!;
    private TestPartner partner = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock));
        partner = await TestPartner.NewAsync(server.Address);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task No_request_fails_while_a_scheduled_rotation_passes_under_load()
    {
        var keys = server.Get<SigningKeys>();
        var change = (await keys.ListAsync())[0].SignsFrom + AuthorizationServerOptions.KeyLifetime;
        clock.MoveTo(change - AuthorizationServerOptions.KeyAnnounced);
        await keys.RefreshAsync();
        Assert.Equal(4, keys.Published.Keys.Count);

        clock.MoveTo(change - untilChange);
        await RunAsync(until: change + untilChange);

        Assert.Equal(2, signers.Count);
    }

    [Fact]
    public async Task No_request_fails_while_an_emergency_rotation_passes_under_load()
    {
        var keys = server.Get<SigningKeys>();
        await keys.RotateAsync(compromised: false);
        await keys.RefreshAsync();
        var change = clock.GetUtcNow() + AuthorizationServerOptions.KeySpread;

        clock.MoveTo(change - untilChange);
        await RunAsync(until: change + untilChange);

        Assert.Equal(2, signers.Count);
    }

    [Fact]
    public async Task A_token_that_a_compromised_key_signed_is_refused_once_the_next_one_signs()
    {
        using var client = new RawClient(partner, server.Address);
        var token = await TokenAsync(client);
        Assert.Equal(200, (await CallAsync(client, token)).Status);
        var keys = server.Get<SigningKeys>();
        await keys.RotateAsync(compromised: true);
        await keys.RefreshAsync();
        Assert.Equal(200, (await CallAsync(client, token)).Status);

        clock.MoveTo(clock.GetUtcNow() + AuthorizationServerOptions.KeySpread);
        using var fresh = new RawClient(partner, server.Address);

        // The nonce went with the time; the client learns the new one, as any client does.
        await CallAsync(client, token);
        Assert.Equal(ProblemCodes.InvalidToken, (await CallAsync(client, token)).Code);
        Assert.Equal(200, (await CallAsync(fresh, await TokenAsync(fresh))).Status);
    }

    private Task RunAsync(DateTimeOffset until) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallUntilAsync(until))));

    /// <summary>Each token is used at once, and the first one all along.</summary>
    private async Task CallUntilAsync(DateTimeOffset end)
    {
        using var client = new RawClient(partner, server.Address);
        var first = await TokenAsync(client);
        do
        {
            var token = await TokenAsync(client);
            signers.AddOrUpdate(Jws.TryParse(token)!.KeyId!, 1, (_, seen) => seen + 1);
            Assert.Equal(200, (await CallAsync(client, token)).Status);
            Assert.Equal(200, (await CallAsync(client, first)).Status);
        } while (clock.GetUtcNow() < end);
    }

    private async Task<string> TokenAsync(RawClient client)
    {
        var answer = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            assertion: (_, claims) =>
            {
                claims["iat"] = clock.Seconds;
                claims["exp"] = clock.Seconds + 60;
            },
            proof: (_, claims) => claims["iat"] = clock.Seconds
        );
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json["access_token"]!.GetValue<string>();
    }

    private Task<RawAnswer> CallAsync(RawClient client, string token) =>
        client.CallAsync(HttpMethod.Get, Route, token, proof: (_, claims) => claims["iat"] = clock.Seconds);

    /// <summary>The real time, moved.</summary>
    private sealed class MovedClock : TimeProvider
    {
        private TimeSpan ahead;

        public long Seconds => GetUtcNow().ToUnixTimeSeconds();

        public void MoveTo(DateTimeOffset instant) => ahead += instant - GetUtcNow();

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
