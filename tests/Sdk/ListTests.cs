using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class ListTests : IAsyncLifetime
{
    private const string TransactionsRoute = $"GET /v1/accounts/{Samples.AccountId}/transactions";
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        client = await bank.LinkedClientAsync(new MemoryTokenStore(), DateTimeOffset.MaxValue);
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_list_is_walked_to_its_end_page_by_page()
    {
        bank.Script(TransactionsRoute, Page("c1", 1, 2), Page("c2", 3), Page(null, 4));

        var ids = new List<string>();
        await foreach (
            var line in client.Accounts.ListTransactionsAsync(Samples.Customer, Samples.AccountId, 2)
        )
        {
            ids.Add(line.Id);
            Assert.Equal(Answers.RequestId, line.Response!.RequestId);
        }

        Assert.Equal(["ent_1", "ent_2", "ent_3", "ent_4"], ids);
        Assert.Equal(
            ["?limit=2", "?limit=2&after=c1", "?limit=2&after=c2"],
            bank.Of(TransactionsRoute).Select(request => request.Query)
        );
    }

    [Fact]
    public async Task Pages_are_read_as_they_are_asked_for()
    {
        bank.Script(TransactionsRoute, Page("c1", 1, 2), Page(null, 3));

        await foreach (var _ in client.Accounts.ListTransactionsAsync(Samples.Customer, Samples.AccountId))
        {
            break;
        }

        Assert.Equal("?limit=50", Assert.Single(bank.Of(TransactionsRoute)).Query);
    }

    [Fact]
    public async Task A_list_that_goes_round_in_circles_is_left()
    {
        bank.Script(TransactionsRoute, Page("c1", 1));

        await Assert.ThrowsAsync<OpenBankingException>(async () =>
        {
            await foreach (
                var _ in client.Accounts.ListTransactionsAsync(Samples.Customer, Samples.AccountId)
            ) { }
        });

        Assert.Equal(2, bank.Of(TransactionsRoute).Count);
    }

    [Fact]
    public async Task A_walk_can_be_ended_from_outside()
    {
        bank.Script(TransactionsRoute, Page("c1", 1), Page(null, 2));
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var list = client.Accounts.ListTransactionsAsync(Samples.Customer, Samples.AccountId);
            await foreach (var _ in list.WithCancellation(cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });

        Assert.Single(bank.Of(TransactionsRoute));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void A_page_holds_one_to_a_hundred(int size)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            client.Accounts.ListTransactionsAsync(Samples.Customer, Samples.AccountId, size)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Coupons.ListAsync(Samples.Customer, size));
    }

    [Fact]
    public async Task Coupon_stocks_and_endpoints_are_the_apps_own_and_coupons_the_customers()
    {
        var empty = Answers.Json(200, new { data = Array.Empty<object>(), has_more = false });
        bank.Script("GET /v1/coupon-stocks", empty);
        bank.Script("GET /v1/coupons", empty);
        bank.Script("GET /v1/webhook-endpoints", empty);

        await foreach (var _ in client.Coupons.ListStocksAsync()) { }
        await foreach (var _ in client.WebhookEndpoints.ListAsync()) { }
        await foreach (var _ in client.Coupons.ListAsync(Samples.Customer)) { }

        var app = bank.Of("GET /v1/coupon-stocks").Single();
        var customer = bank.Of("GET /v1/coupons").Single();
        Assert.Equal(app["Authorization"], bank.Of("GET /v1/webhook-endpoints").Single()["Authorization"]);
        Assert.NotEqual(app["Authorization"], customer["Authorization"]);
        Assert.Equal(("", "?limit=50"), (app.Query, customer.Query));
    }

    [Fact]
    public async Task Events_are_walked_from_the_cursor_that_was_kept_with_the_apps_own_token()
    {
        bank.Script(
            "GET /v1/events",
            Answers.Json(
                200,
                new
                {
                    data = new[]
                    {
                        new
                        {
                            id = "evt_1",
                            type = EventTypes.PaymentCaptured,
                            created_at = "2026-06-15T04:00:00Z",
                            api_version = "v1",
                            sequence = 1,
                            data = new { status = "captured" },
                        },
                    },
                    has_more = true,
                    next_cursor = "second",
                }
            ),
            Answers.Json(
                200,
                new
                {
                    data = Array.Empty<object>(),
                    has_more = false,
                    next_cursor = "second",
                }
            )
        );

        var ids = new List<string>();
        await foreach (var happened in client.Events.ListAsync("kept", pageSize: 7))
        {
            ids.Add(happened.Id);
        }

        Assert.Equal(["evt_1"], ids);
        Assert.Equal(
            ["?limit=7&after=kept", "?limit=7&after=second"],
            bank.Of("GET /v1/events").Select(request => request.Query)
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Events.ListAsync(pageSize: 101));
    }

    private static Microsoft.AspNetCore.Http.RequestDelegate Page(string? next, params int[] numbers) =>
        Answers.Json(
            200,
            new Dictionary<string, object?>
            {
                ["data"] = numbers.Select(Samples.Transaction),
                ["has_more"] = next is not null,
                ["next_cursor"] = next,
            }
        );
}
