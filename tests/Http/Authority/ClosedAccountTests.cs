using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>An account that was closed is none of the customer's, to an authority elsewhere as to the bank's own.</summary>
public sealed class ClosedAccountTests
{
    private readonly RawIdentity app = new("video-app", ClientKey.CreateEs256());

    [Fact]
    public async Task A_closed_account_is_not_served_named_or_not()
    {
        await using var authority = await StubAuthority.StartAsync();
        TestPartner? partner = null;
        LinkedCustomer? customer = null;
        using var data = await BankData.WriteAsync(
            (_, ofBank, linked) =>
            {
                (partner, customer) = (ofBank, linked);
                return Task.CompletedTask;
            }
        );
        await using var server = await data.StartAsync(
            authority.Issuer,
            app.ClientId,
            clock: null,
            "Authorization:Introspection=false"
        );
        using var client = new RawClient(app, server.Address);
        var unnamed = NewToken(authority, client, data, account: null);
        var named = NewToken(authority, client, data, await IdOfAsync(server, partner!, customer!));
        foreach (var token in new[] { unnamed, named })
        {
            var served = await GetAsync(token);
            Assert.True(served.Status == 200, served.Text);
        }

        await server.CloseAccountAsync(partner!, customer!);

        await RefusedAsync(unnamed);
        await RefusedAsync(named);

        Task<RawAnswer> GetAsync(string token) => client.CallAsync(HttpMethod.Get, "/v1/accounts", token);

        async Task RefusedAsync(string token)
        {
            var answer = await GetAsync(token);
            Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
        }
    }

    /// <summary>As only the bank knows it.</summary>
    private static async Task<string> IdOfAsync(
        TestServer server,
        TestPartner partner,
        LinkedCustomer customer
    ) => (await server.AccountAsync(partner, customer)).Id.ToString();

    private string NewToken(StubAuthority authority, RawClient client, BankData data, string? account) =>
        TokenMaker.New(
            authority.Issuer,
            app.ClientId,
            client.DpopKey,
            authority.Key,
            StubAuthority.KeyId,
            (_, payload) =>
            {
                var detail = new JsonObject { ["type"] = "account_information" };
                if (account is not null)
                {
                    detail["identifier"] = account;
                }

                payload["sub"] = "user-1";
                payload["customer_id"] = data.CustomerId;
                payload["scope"] = "accounts";
                payload["authorization_details"] = new JsonArray(detail);
            }
        );
}
