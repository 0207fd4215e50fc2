using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Several callers of one client, and several clients in one process.</summary>
public sealed class SharedUseTests : IAsyncLifetime
{
    private const string PaymentRoute = "GET /v1/payments/pay_1";
    private const string AccountsRoute = "GET /v1/accounts";
    private const string WellKnown = "GET /.well-known/openid-configuration";

    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StubBank bank = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        bank.Script(PaymentRoute, Answers.Payment(Samples.Payment));
        bank.Script(AccountsRoute, Answers.Json(200, new { data = Array.Empty<object>(), has_more = false }));
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task Who_asks_for_a_token_first_may_give_up_and_the_others_get_it()
    {
        bank.Script("POST /token", Held(bank.Oauth.AppToken()));
        var client = bank.Client();

        await FirstGivesUpAsync(token => client.Payments.GetAsync("pay_1", token));

        Assert.Equal(9, bank.Of(PaymentRoute).Count);
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task Who_refreshes_a_customers_tokens_first_may_give_up_and_the_others_get_them()
    {
        bank.Script("POST /token", Held(bank.Oauth.AppToken()));
        var store = new MemoryTokenStore();
        var client = await bank.LinkedClientAsync(store, TimeProvider.System.GetUtcNow());

        await FirstGivesUpAsync(token => client.Accounts.ListAsync(Samples.Customer, token));

        Assert.Equal(9, bank.Of(AccountsRoute).Count);
        Assert.Equal("refresh_token", Assert.Single(bank.Of("POST /token")).Form["grant_type"]);
        Assert.True((await store.GetAsync(Samples.Customer))!.ExpiresAt > TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Who_reads_the_metadata_first_may_give_up_and_the_others_get_it()
    {
        bank.Script(WellKnown, Held(bank.Oauth.Metadata));
        var client = bank.Client();

        await FirstGivesUpAsync(token => client.Payments.GetAsync("pay_1", token));

        Assert.Single(bank.Of(WellKnown));
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task A_token_that_nobody_waits_for_any_more_is_there_for_the_next()
    {
        bank.Script("POST /token", Held(bank.Oauth.AppToken()));
        var client = bank.Client();
        using var patience = new CancellationTokenSource();
        var only = client.Payments.GetAsync("pay_1", patience.Token);
        await asked.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only);

        release.SetResult();
        await client.Payments.GetAsync("pay_1");

        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task Two_partners_in_one_process_share_a_handler_and_nothing_else()
    {
        await using var other = await StubBank.StartAsync();
        other.Script(PaymentRoute, Answers.Payment(Samples.Payment with { Id = "pay_other" }));
        using var handler = OpenBankingOptions.CreateHttpHandler();
        OpenBankingClient[] clients =
        [
            bank.Client(options => options.HttpHandler = handler),
            bank.Client(options =>
            {
                options.HttpHandler = handler;
                options.ClientId = "app_another";
                options.Key = ClientKey.CreateEs256();
            }),
            other.Client(options => options.HttpHandler = handler),
        ];

        var ids = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(async i => (await clients[i % 3].Payments.GetAsync("pay_1")).Id)
        );

        Assert.Equal(20, ids.Count(id => id == "pay_other"));
        Assert.Equal(
            [StubOauth.ClientId, "app_another"],
            bank.Of("POST /token").Select(request => request.Form["client_id"]).Order(StringComparer.Ordinal)
        );
        Assert.Single(other.Of("POST /token"));
        // Each has a token and a key of its own, and proves each token with its key.
        var byToken = bank.Of(PaymentRoute)
            .Concat(other.Of(PaymentRoute))
            .GroupBy(request => request["Authorization"])
            .ToList();
        Assert.Equal([20, 20, 20], byToken.Select(group => group.Count()));
        Assert.All(byToken, group => Assert.Single(group.Select(KeyOf).Distinct()));
        Assert.Equal(3, byToken.Select(group => KeyOf(group.First())).Distinct().Count());
    }

    private static string KeyOf(Received request) =>
        request.Proof.TryGetHeaderValue<JsonElement>("jwk", out var key)
            ? key.GetProperty("x").GetString()!
            : "";

    /// <summary>Answers when it is let go.</summary>
    private RequestDelegate Held(RequestDelegate answer) =>
        async context =>
        {
            asked.TrySetResult();
            await release.Task;
            await answer(context);
        };

    /// <summary>Ten callers wait for one request; the one that began it goes away.</summary>
    private async Task FirstGivesUpAsync(Func<CancellationToken, Task> call)
    {
        using var patience = new CancellationTokenSource();
        var first = call(patience.Token);
        await asked.Task;
        var others = Enumerable.Range(0, 9).Select(_ => call(CancellationToken.None)).ToList();

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.DoesNotContain(others, other => other.IsCompleted);
        release.SetResult();
        await Task.WhenAll(others);
    }
}
