using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What every answer keeps to.</summary>
public sealed class ConventionTests(SharedServer shared)
{
    [Fact]
    public async Task Every_answer_names_its_request_and_echoes_the_interaction()
    {
        using var client = await shared.NewRawClientAsync();
        var token = await client.AppTokenAsync();
        var answer = await client.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token,
            change: request =>
                request.Headers.Add("x-fapi-interaction-id", "93bac548-d2de-4546-b106-880a5018460d")
        );
        Assert.StartsWith("req_", answer.Headers.GetValues("X-Request-Id").Single());
        Assert.Equal(
            "93bac548-d2de-4546-b106-880a5018460d",
            answer.Headers.GetValues("x-fapi-interaction-id").Single()
        );
        Assert.NotNull(answer.Headers.Date);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("TAG")]
    [InlineData("W/TAG")]
    [InlineData("\"other\", TAG")]
    [InlineData("*")]
    public async Task What_was_read_before_is_not_sent_again(string known)
    {
        using var client = await shared.NewRawClientAsync();
        var token = await client.AppTokenAsync();
        var first = await client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", token);
        var second = await client.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token,
            change: request =>
                request.Headers.TryAddWithoutValidation(
                    "If-None-Match",
                    known.Replace("TAG", first.Headers.ETag!.ToString(), StringComparison.Ordinal)
                )
        );
        Assert.Equal(304, second.Status);
        Assert.Empty(second.Bytes);
    }

    [Fact]
    public async Task Pages_are_stable_under_inserts()
    {
        var partner = await shared.NewPartnerAsync();
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        for (var i = 0; i < 4; i++)
        {
            await partner.PayAsync(customer, $"order-{i}", Money.Yuan(1));
        }

        var first = await partner.Client.Accounts.ListTransactionsPageAsync(
            customer.CustomerId,
            customer.AccountId!,
            2
        );
        await partner.PayAsync(customer, "order-late", Money.Yuan(1));
        var second = await partner.Client.Accounts.ListTransactionsPageAsync(
            customer.CustomerId,
            customer.AccountId!,
            2,
            first.NextCursor
        );

        Assert.Empty(first.Data.Select(line => line.Id).Intersect(second.Data.Select(line => line.Id)));
        Assert.Equal(first.Data[^1].BalanceAfter - first.Data[^1].Amount, second.Data[0].BalanceAfter);
    }

    [Fact]
    public async Task A_consent_that_holds_less_shows_less()
    {
        var partner = await shared.NewPartnerAsync();
        var customer = await partner.LinkAsync(
            details:
            [
                new AccountOpening(),
                new AccountInformation { Actions = [AccountInformation.ReadAccounts] },
            ]
        );

        var account = await partner.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        var refused = await Assert.ThrowsAsync<OpenBankingException>(async () =>
            await partner
                .Client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!)
                .ToListAsync()
        );

        Assert.Null(account.Balance);
        Assert.Null(customer.AgreementId);
        Assert.Equal(ProblemCodes.InsufficientScope, refused.Code);
    }

    [Fact]
    public async Task Who_asks_too_often_is_told_to_wait()
    {
        await using var server = await TestServer.StartAsync(
            settings: ["Server:RequestsPerSecond=1", "Server:RequestBurst=5"]
        );
        using var http = new HttpClient { BaseAddress = server.Address };
        var statuses = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            using var response = await http.GetAsync("/oauth/jwks");
            statuses.Add((int)response.StatusCode);
            Assert.NotEmpty(response.Headers.GetValues("RateLimit").Single());
            if (response.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            {
                Assert.Equal("1", response.Headers.RetryAfter!.ToString());
            }
        }

        Assert.Contains(429, statuses);
        Assert.Equal(200, statuses[0]);
    }

    [Theory]
    [InlineData("/bank/0/my/sign-in", "en-GB,en;q=0.8", "en", "Too many requests")]
    [InlineData("/bank/0/my/sign-in", "zh", "zh-CN", "请求过多")]
    [InlineData("/bank/0/my/sign-in", "fr", "zh-CN", "请求过多")]
    [InlineData("/oauth/authorize?client_id=app&request_uri=urn:x", "en", "en", "Too many requests")]
    [InlineData("/sandbox/0/messages", "en", "en", "Too many requests")]
    [InlineData("/sandbox/0/persons", "zh", "zh-CN", "请求过多")]
    public async Task Who_asks_for_pages_too_often_is_told_on_a_page(
        string path,
        string accepted,
        string language,
        string text
    )
    {
        await using var server = await TestServer.StartAsync(
            settings:
            [
                "Server:RequestsPerSecond=1",
                "Server:RequestBurst=1",
                "Bank:NameEn=A <&> B",
                "Bank:NameZh=A <&> B",
            ]
        );
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(accepted);

        using var page = await RefusedAsync(http, path);
        var content = await page.Content.ReadAsStringAsync();
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal(language, Assert.Single(page.Content.Headers.ContentLanguage));
        Assert.Contains($"<html lang=\"{language}\">", content);
        Assert.Contains(text, content);
        Assert.Contains("A &lt;&amp;&gt; B", content);
        Assert.Equal("no-store", page.Headers.CacheControl!.ToString());
        Assert.NotEmpty(page.Headers.GetValues("Content-Security-Policy"));

        using var api = await RefusedAsync(http, "/v1/payments/pay_x");
        Assert.Equal("application/problem+json", api.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("ABC.xyz_0:9-")]
    [InlineData("a:b")]
    [InlineData("...")]
    public async Task An_order_is_found_under_any_number_it_may_have(string orderNo)
    {
        var partner = await shared.NewPartnerAsync();
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        await partner.PayAsync(customer, orderNo, Money.Yuan(1));

        Assert.Equal(orderNo, (await partner.Client.Orders.GetAsync(orderNo)).OrderNo);
    }

    [Theory]
    [InlineData("/v1/payments/a%2fb")]
    [InlineData("/v1/payments/%ff")]
    [InlineData("/v1/payments/..%2f")]
    public async Task What_an_escaped_address_does_not_name_is_not_found(string path)
    {
        using var client = await shared.NewRawClientAsync();
        var answer = await client.CallAsync(HttpMethod.Get, path, await client.AppTokenAsync());
        Assert.Equal((404, ProblemCodes.NotFound), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("DPoP a.b.c")]
    public async Task Refused_tokens_count_for_the_address_they_come_from(string? authorization)
    {
        await using var server = await TestServer.StartAsync(
            settings: ["Server:RequestsPerSecond=1", "Server:RequestBurst=5"]
        );
        using var http = new HttpClient { BaseAddress = server.Address };
        if (authorization is not null)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        }

        var statuses = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            statuses.Add((int)(await http.GetAsync("/v1/payments/pay_x")).StatusCode);
        }

        Assert.Equal(401, statuses[0]);
        Assert.Contains(429, statuses);
    }

    [Fact]
    public async Task Callers_behind_a_trusted_proxy_have_a_limit_each()
    {
        await using var server = await TestServer.StartAsync(
            settings:
            [
                "Server:RequestsPerSecond=1",
                "Server:RequestBurst=2",
                "Server:TrustedProxies:0=127.0.0.0/8",
                "Server:TrustedProxies:1=::1",
            ]
        );
        using var http = new HttpClient { BaseAddress = server.Address };
        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/jwks");
            request.Headers.Add("X-Forwarded-For", $"203.0.113.{i}");
            Assert.Equal(200, (int)(await http.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task Nobody_else_is_believed_about_where_a_request_comes_from()
    {
        await using var server = await TestServer.StartAsync(
            settings: ["Server:RequestsPerSecond=1", "Server:RequestBurst=2"]
        );
        using var http = new HttpClient { BaseAddress = server.Address };
        var statuses = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/jwks");
            request.Headers.Add("X-Forwarded-For", $"203.0.113.{i}");
            statuses.Add((int)(await http.SendAsync(request)).StatusCode);
        }

        Assert.Contains(429, statuses);
    }

    [Fact]
    public Task A_full_queue_is_503_with_retry_after_and_not_a_hang() =>
        StartAgainAsync(
            async client =>
            {
                var answers = await Task.WhenAll(
                    Enumerable
                        .Range(0, 60)
                        .Select(_ =>
                            client.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")])
                        )
                );
                var busy = answers.Where(answer => answer.Status == 503).ToList();
                Assert.NotEmpty(busy);
                Assert.All(busy, answer => Assert.NotNull(answer.Headers.RetryAfter));
                Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { 200, 503 }));
            },
            "Engine:QueueLength=1",
            "Engine:BatchSize=1"
        );

    [Fact]
    public Task A_restart_finds_the_data() =>
        StartAgainAsync(async client => Assert.NotEmpty(await client.AppTokenAsync()));

    [Theory]
    [InlineData("Server:PublicAddress=http://bank.example", "https")]
    [InlineData("urls=http://0.0.0.0:0", "loopback")]
    [InlineData("Server:Sandbox=false", "MasterKey")]
    [InlineData("Holds:Lasts=00:00:00", "Holds:Lasts")]
    [InlineData("Holds:Longest=6.00:00:00", "Holds:Lasts")]
    public async Task What_is_unsafe_does_not_start(string setting, string hint)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() =>
            TestServer.StartAsync(settings: [setting])
        );
        Assert.Contains(hint, failure.Message);
    }

    /// <summary>An app registers at a server, and asks the next one on the same data, which has these settings.</summary>
    private static async Task StartAgainAsync(Func<RawClient, Task> test, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-test-").FullName;
        try
        {
            TestPartner partner;
            await using (var first = await TestServer.StartAsync(dataFolder: folder))
            {
                partner = await TestPartner.NewAsync(first.Address);
            }

            await using var second = await TestServer.StartAsync(dataFolder: folder, settings: settings);
            using var client = new RawClient(partner, second.Address);
            await test(client);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Asks until there is no room left.</summary>
    private static async Task<HttpResponseMessage> RefusedAsync(HttpClient http, string path)
    {
        for (var i = 0; i < 20; i++)
        {
            var answer = await http.GetAsync(path);
            if (answer.StatusCode == System.Net.HttpStatusCode.TooManyRequests)
            {
                Assert.Equal("1", answer.Headers.RetryAfter!.ToString());
                return answer;
            }

            answer.Dispose();
        }

        throw new InvalidOperationException("Nothing was refused.");
    }
}
