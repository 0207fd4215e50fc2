using Microsoft.IdentityModel.JsonWebTokens;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class TokenTests : IAsyncLifetime
{
    private const string PaymentRoute = "GET /v1/payments/pay_1";
    private const string AccountsRoute = "GET /v1/accounts";

    private readonly FakeClock clock = new();
    private readonly MemoryTokenStore store = new();
    private StubBank bank = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync(clock);
        bank.Script(PaymentRoute, Answers.Payment(Samples.Payment));
        bank.Script(AccountsRoute, Answers.Json(200, new { data = Array.Empty<object>(), has_more = false }));
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_thousand_parallel_calls_ask_for_metadata_and_token_once()
    {
        var client = Client();

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.Payments.GetAsync("pay_1")));

        Assert.Equal(1000, bank.Of(PaymentRoute).Count);
        Assert.Single(bank.Of("POST /token"));
        Assert.Single(bank.Of("GET /.well-known/openid-configuration"));
    }

    [Fact]
    public async Task A_key_is_replaced_while_the_app_runs()
    {
        var keys = new[] { ClientKey.CreateEs256(), ClientKey.CreateEs256() };
        var current = keys[0];
        bank.Oauth.ExpiresIn = 1;
        var rolled = bank.Client(options =>
        {
            options.Key = null;
            options.CurrentKey = () => current;
        });

        await rolled.Payments.GetAsync("pay_1");
        current = keys[1];
        await rolled.Payments.GetAsync("pay_1");

        Assert.Equal(
            keys.Select(key => key.PublicJwk.Kid),
            bank.Of("POST /token").Select(request => new JsonWebToken(request.Form["client_assertion"]).Kid)
        );
    }

    [Fact]
    public async Task What_has_not_changed_is_not_sent_again()
    {
        bank.Script(
            PaymentRoute,
            Answers.WithVersion("\"v1\"", Answers.Payment(Samples.Payment)),
            Answers.NotModified,
            Answers.WithVersion("\"v2\"", Answers.Payment(Samples.Payment))
        );
        var client = Client();
        var known = await client.Payments.GetAsync("pay_1");

        Assert.Same(known, await client.ReadAgainAsync(known));
        var changed = await client.ReadAgainAsync(known);
        Assert.NotSame(known, changed);
        await client.ReadAgainAsync(changed);

        Assert.Equal(
            [null, "\"v1\"", "\"v1\"", "\"v2\""],
            bank.Of(PaymentRoute).Select(request => request.Headers.GetValueOrDefault("If-None-Match"))
        );
        await Assert.ThrowsAsync<ArgumentException>(() => client.ReadAgainAsync(Samples.Payment));
    }

    [Fact]
    public async Task The_app_asks_for_every_scope_an_app_can_hold()
    {
        await Client().Payments.GetAsync("pay_1");

        var form = Assert.Single(bank.Of("POST /token")).Form;
        Assert.Equal("client_credentials", form["grant_type"]);
        Assert.Equal("payments payments.read coupons.issue webhooks applications settlement", form["scope"]);
    }

    [Fact]
    public async Task The_app_token_is_renewed_a_minute_early()
    {
        var client = Client();
        await client.Payments.GetAsync("pay_1");

        clock.Advance(TimeSpan.FromSeconds(239));
        await client.Payments.GetAsync("pay_1");
        Assert.Single(bank.Of("POST /token"));

        clock.Advance(TimeSpan.FromSeconds(1));
        await client.Payments.GetAsync("pay_1");
        Assert.Equal(2, bank.Of("POST /token").Count);
    }

    [Fact]
    public async Task A_thousand_parallel_calls_of_a_customer_refresh_once()
    {
        var client = await LinkedAsync(expiresIn: 60);

        await Task.WhenAll(
            Enumerable.Range(0, 1000).Select(_ => client.Accounts.ListAsync(Samples.Customer))
        );

        var refresh = Assert.Single(bank.Of("POST /token")).Form;
        Assert.Equal("refresh_token", refresh["grant_type"]);
    }

    [Fact]
    public async Task A_customer_token_is_renewed_a_minute_early_and_keeps_its_refresh_token()
    {
        var client = await LinkedAsync(expiresIn: 61);
        var before = await store.GetAsync(Samples.Customer);
        await client.Accounts.ListAsync(Samples.Customer);
        Assert.Empty(bank.Of("POST /token"));

        clock.Advance(TimeSpan.FromSeconds(1));
        await client.Accounts.ListAsync(Samples.Customer);

        var after = await store.GetAsync(Samples.Customer);
        Assert.Single(bank.Of("POST /token"));
        Assert.NotEqual(before!.AccessToken, after!.AccessToken);
        Assert.Equal(before.RefreshToken, after.RefreshToken);
        Assert.Equal(before.ConsentId, after.ConsentId);
        Assert.Equal(clock.GetUtcNow().AddSeconds(300), after.ExpiresAt);
    }

    [Fact]
    public async Task Tokens_of_another_app_in_a_shared_store_are_left_alone()
    {
        var client = await LinkedAsync(expiresIn: 300);
        var anothers = (await store.GetAsync(Samples.Customer))! with { ClientId = "app_another" };
        await store.SetAsync(Samples.Customer, anothers);

        foreach (
            var act in new Func<Task>[]
            {
                () => client.Accounts.ListAsync(Samples.Customer),
                () => client.AccountLinks.RevokeTokensAsync(Samples.Customer),
            }
        )
        {
            var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(act);
            Assert.Equal(ClientErrorCodes.CustomerNotLinked, refusal.Code);
            Assert.Contains("of the app app_another", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Same(anothers, await store.GetAsync(Samples.Customer));
        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_store_that_hangs_or_gives_up_is_not_told_as_the_bank()
    {
        var gaveUp = new OperationCanceledException("The database gave up.");
        foreach (var (reason, store) in new[] { (null, new OddStore(null)), (gaveUp, new OddStore(gaveUp)) })
        {
            var client = bank.Client(options =>
            {
                options.TokenStore = store;
                options.MaxRetries = 0;
                options.AttemptTimeout = reason is null
                    ? TimeSpan.FromMilliseconds(50)
                    : options.AttemptTimeout;
            });

            var failure = await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.Accounts.ListAsync(Samples.Customer)
            );

            Assert.Equal(ClientErrorCodes.TimedOut, failure.Code);
            Assert.Contains("the token store", failure.Message, StringComparison.Ordinal);
            Assert.Same(reason, failure.InnerException);
        }
    }

    [Fact]
    public async Task What_else_a_store_throws_comes_out_as_it_is_and_nothing_is_sent()
    {
        var broken = new InvalidDataException("The database is not reached.");
        var client = bank.Client(options => options.TokenStore = new OddStore(broken));

        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() =>
            client.Accounts.ListAsync(Samples.Customer)
        );

        Assert.Same(broken, thrown);
        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_new_refresh_token_takes_the_place_of_the_old_one()
    {
        var client = await LinkedAsync(expiresIn: 0);
        bank.Script(
            "POST /token",
            Answers.Json(
                200,
                new
                {
                    access_token = "a",
                    token_type = "dpop",
                    expires_in = 300,
                    refresh_token = "rotated",
                }
            )
        );

        await client.Accounts.ListAsync(Samples.Customer);

        Assert.Equal("rotated", (await store.GetAsync(Samples.Customer))!.RefreshToken);
    }

    [Fact]
    public async Task A_token_bound_to_another_key_is_not_used()
    {
        var client = await LinkedAsync(expiresIn: 300);
        var tokens = await store.GetAsync(Samples.Customer);
        await store.SetAsync(Samples.Customer, tokens! with { KeyThumbprint = "of another process" });

        await client.Accounts.ListAsync(Samples.Customer);

        Assert.Single(bank.Of("POST /token"));
        Assert.NotEqual($"DPoP {tokens.AccessToken}", bank.Of(AccountsRoute).Single()["Authorization"]);
    }

    [Fact]
    public async Task A_refused_app_token_is_renewed_once_for_all_that_meet_it()
    {
        var client = Client();
        await client.Payments.GetAsync("pay_1");
        var refused = bank.Of(PaymentRoute)[0]["Authorization"];
        bank.Script(
            PaymentRoute,
            context =>
                context.Request.Headers.Authorization == refused
                    ? Answers.Challenge("invalid_token")(context)
                    : Answers.Payment(Samples.Payment)(context)
        );

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => client.Payments.GetAsync("pay_1")));

        Assert.Equal(2, bank.Of("POST /token").Count);
    }

    [Fact]
    public async Task A_token_refused_twice_is_an_authentication_exception()
    {
        bank.Script(PaymentRoute, Answers.Challenge("invalid_token"));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            Client().Payments.GetAsync("pay_1")
        );

        Assert.Equal((401, ProblemCodes.InvalidToken), (refusal.Status, refusal.Code));
        Assert.Equal(2, bank.Of(PaymentRoute).Count);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent()
    {
        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            Client().Accounts.ListAsync(Samples.Customer)
        );

        Assert.Equal(ClientErrorCodes.CustomerNotLinked, refusal.Code);
        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task An_app_token_that_cannot_be_had_is_an_exception_and_no_call()
    {
        bank.Script("POST /token", Answers.OAuthError(401, "invalid_client", "The key is not registered."));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            Client().Payments.GetAsync("pay_1")
        );

        Assert.Equal("invalid_client", refusal.Code);
        Assert.Single(bank.Of("POST /token"));
        Assert.Empty(bank.Of(PaymentRoute));
    }

    [Theory]
    [InlineData("7")]
    [InlineData(null)]
    public async Task A_busy_authorization_server_is_asked_again_with_an_assertion_of_its_own(
        string? retryAfter
    )
    {
        bank.Script(
            "POST /token",
            Answers.Problem(503, ProblemCodes.Overloaded, retryAfter: retryAfter),
            Answers.Problem(429, ProblemCodes.RateLimited, retryAfter: retryAfter),
            bank.Oauth.AppToken()
        );
        bank.Script(PaymentRoute, Answers.Payment(Samples.Payment));

        var call = Client().Payments.GetAsync("pay_1");
        var (first, second) = (await clock.SkipWaitAsync(), await clock.SkipWaitAsync());

        Assert.Equal(Samples.Payment.Id, (await call).Id);
        Assert.Equal(3, bank.Of("POST /token").Select(form => form.Assertion.Id).Distinct().Count());
        Assert.All(
            [first, second],
            wait =>
                Assert.InRange(
                    wait,
                    TimeSpan.FromSeconds(retryAfter is null ? 0 : 7),
                    TimeSpan.FromSeconds(retryAfter is null ? 5 : 7)
                )
        );
    }

    /// <summary>Who is told that the app's key or the customer's link is refused, looks for a mistake that there is not.</summary>
    [Fact]
    public async Task An_authorization_server_that_fails_is_told_as_such_and_refuses_nobody()
    {
        foreach (
            var answer in new[]
            {
                Answers.Text(503, "busy", "text/plain"),
                Answers.OAuthError(503, "temporarily_unavailable"),
                Answers.OAuthError(500, "server_error"),
                Answers.Problem(429, ProblemCodes.RateLimited),
                Answers.Cut,
            }
        )
        {
            bank.Script("POST /token", answer);
            var client = bank.Client(options => options.MaxRetries = 0);

            var failure = await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
            );

            Assert.True(failure.Retryable);
            Assert.Contains("POST /token of the bank's authorization server", failure.Message);
            Assert.Contains("was not sent this time: make the call again later", failure.Message);
            Assert.DoesNotContain("POST /v1/payments", bank.Requests.Select(request => request.Route));
        }
    }

    [Fact]
    public async Task A_consent_that_has_ended_is_forgotten()
    {
        var client = await LinkedAsync(expiresIn: 0);
        bank.Script("POST /token", Answers.OAuthError(400, "invalid_grant"));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            client.Accounts.ListAsync(Samples.Customer)
        );

        Assert.Equal(ClientErrorCodes.CustomerNotLinked, refusal.Code);
        Assert.Null(await store.GetAsync(Samples.Customer));
    }

    [Fact]
    public async Task A_link_made_during_a_refresh_is_not_overwritten_or_forgotten()
    {
        var client = await LinkedAsync(expiresIn: 0);
        var newer = new CustomerTokens
        {
            AccessToken = "newer",
            RefreshToken = "newer-refresh",
            ExpiresAt = clock.GetUtcNow().AddSeconds(300),
            KeyThumbprint = (await store.GetAsync(Samples.Customer))!.KeyThumbprint,
        };
        bank.Script(
            "POST /token",
            async context =>
            {
                await store.SetAsync(Samples.Customer, newer);
                await Answers.OAuthError(400, "invalid_grant")(context);
            }
        );

        await client.Accounts.ListAsync(Samples.Customer);

        Assert.Equal(newer, await store.GetAsync(Samples.Customer));
        Assert.Equal("DPoP newer", bank.Of(AccountsRoute).Single()["Authorization"]);
    }

    [Fact]
    public async Task Taking_a_consent_back_forgets_its_tokens()
    {
        var client = await LinkedAsync(expiresIn: 300);
        bank.Script(
            $"POST /v1/consents/{Samples.ConsentId}/revoke",
            Answers.Json(
                200,
                new
                {
                    id = Samples.ConsentId,
                    customer_id = Samples.Customer,
                    status = "revoked",
                    authorization_details = Array.Empty<object>(),
                    granted_at = Samples.CreatedAt,
                    expires_at = Samples.CreatedAt.AddDays(90),
                    revoked_at = Samples.CreatedAt,
                }
            )
        );

        var consent = await client.Consents.RevokeAsync(Samples.ConsentId);

        Assert.Equal(ConsentStatus.Revoked, consent.Status);
        Assert.Null(await store.GetAsync(Samples.Customer));
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_end_the_refresh_of_the_others()
    {
        var client = await LinkedAsync(expiresIn: 0);
        var asked = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        bank.Script(
            "POST /token",
            async context =>
            {
                asked.SetResult();
                await release.Task;
                await Answers.Json(
                    200,
                    new
                    {
                        access_token = "a",
                        token_type = "DPoP",
                        expires_in = 300,
                    }
                )(context);
            }
        );
        using var cancellation = new CancellationTokenSource();
        var first = client.Accounts.ListAsync(Samples.Customer, cancellation.Token);
        var second = client.Accounts.ListAsync(Samples.Customer);
        await asked.Task;

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        await second;
        Assert.Single(bank.Of("POST /token"));
    }

    private OpenBankingClient Client() =>
        bank.Client(options =>
        {
            options.TimeProvider = clock;
            options.TokenStore = store;
        });

    private Task<OpenBankingClient> LinkedAsync(int expiresIn) =>
        bank.LinkedClientAsync(
            store,
            clock.GetUtcNow().AddSeconds(expiresIn),
            options => options.TimeProvider = clock
        );

    /// <summary>Gives up, or never answers.</summary>
    private sealed class OddStore(Exception? gaveUp) : ITokenStore
    {
        public async ValueTask<CustomerTokens?> GetAsync(
            string customerId,
            CancellationToken cancellationToken = default
        )
        {
            await Task.Delay(gaveUp is null ? Timeout.Infinite : 0, cancellationToken);
            throw gaveUp!;
        }

        public ValueTask SetAsync(
            string customerId,
            CustomerTokens tokens,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();
    }
}
