using OpenBanking.Server.Authorization;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What comes at the same time is kept side by side, so that many rows share a page.</summary>
public sealed class KeptTogetherTests(SharedServer shared) : RawClientTests(shared)
{
    private Store Store => Shared.Server.Get<Store>();

    private World World => new(Client.Partner.SandboxNumber);

    /// <summary>On a store of several servers, one of an earlier version may have to find them.</summary>
    [Fact]
    public async Task Pushed_requests_are_kept_in_the_order_they_came_where_no_other_server_writes()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(201, (await Client.PushAsync()).Status);
        }

        var pushed = await Store.ListAsync(
            AuthorizationTables.PushedRequests,
            World,
            $"expires_at > {DateTimeOffset.UtcNow} ORDER BY expires_at"
        );

        Assert.Equal(5, pushed.Count);
        if (TestServer.MayHaveManyNodes)
        {
            Assert.All(pushed, row => Assert.DoesNotContain(".", row.Hash, StringComparison.Ordinal));
        }
        else
        {
            var times = pushed.Select(row => row.Hash.Split('.')[0]);
            Assert.Equal(times.Order(StringComparer.Ordinal), times);
        }
    }

    [Fact]
    public async Task Assertions_that_expire_in_one_second_are_remembered_by_when_they_came()
    {
        var before = (await UsedAsync()).Select(row => row.Hash).ToHashSet();
        var expiry = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60);
        for (var i = 0; i < 5; i++)
        {
            var answer = await Client.PostFormAsync(
                "/oauth/token",
                [("grant_type", "client_credentials")],
                (_, payload) => payload["exp"] = expiry.ToUnixTimeSeconds()
            );
            Assert.Equal(200, answer.Status);
        }

        var used = (await UsedAsync()).Where(row => !before.Contains(row.Hash)).ToList();

        var good = expiry + AuthorizationServerOptions.ClockSkew;
        Assert.Equal(5, used.Count);
        Assert.All(used, row => Assert.InRange(row.ExpiresAt, good, good.AddSeconds(1)));
        Assert.Equal(5, used.Select(row => row.ExpiresAt).Distinct().Count());
    }

    private ValueTask<IReadOnlyList<SingleUseRow>> UsedAsync() =>
        Store.ListAsync(
            AuthorizationTables.SingleUse,
            World,
            $"kind = {(long)SingleUseKind.ClientAssertion}"
        );
}
