using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class AccountLinkCallbackTests : IAsyncLifetime
{
    private static readonly AccountLinkRequest request = new()
    {
        RedirectUri = new Uri("https://partner.example/callback"),
        AuthorizationDetails = [new AccountInformation()],
    };

    private readonly MemoryTokenStore store = new();
    private StubBank bank = null!;
    private OpenBankingClient client = null!;
    private string session = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        client = bank.Client(options => options.TokenStore = store);
        session = (await client.AccountLinks.StartAsync(request)).Session;
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_customer_who_agreed_is_linked_and_the_tokens_are_kept()
    {
        var linked = await client.AccountLinks.CompleteAsync(session, bank.Oauth.Callback());

        Assert.Equal(Samples.Customer, linked.CustomerId);
        Assert.Equal(Samples.ConsentId, linked.ConsentId);
        Assert.Equal(Samples.AgreementId, linked.AgreementId);
        Assert.Equal(Samples.AccountId, linked.AccountId);
        Assert.Equal(
            ["account_information", "payment_agreement"],
            linked.AuthorizationDetails.Select(detail => detail.Type)
        );
        Assert.Equal(new ResponseInfo(Answers.RequestId, 200, false), linked.Response);
        var kept = await store.GetAsync(Samples.Customer);
        Assert.Contains(kept!.AccessToken, bank.Oauth.Secrets);
        Assert.Contains(kept.RefreshToken!, bank.Oauth.Secrets);
        Assert.Equal(Samples.ConsentId, kept.ConsentId);
    }

    /// <summary>A browser loads a page twice, and a code that comes twice has the bank take back what it gave.</summary>
    [Fact]
    public async Task A_callback_that_comes_again_redeems_its_code_once()
    {
        var callback = bank.Oauth.Callback();

        var linked = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => client.AccountLinks.CompleteAsync(session, callback))
        );
        var later = await client.AccountLinks.CompleteAsync(session, callback);

        Assert.All(linked, one => Assert.Same(later, one));
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task A_callback_whose_code_was_not_sent_may_come_again()
    {
        var callback = bank.Oauth.Callback();
        bank.Script("POST /token", Answers.Problem(429, ProblemCodes.RateLimited, retryAfter: "31"));
        await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.AccountLinks.CompleteAsync(session, callback)
        );
        bank.Unscript("POST /token");

        Assert.Equal(
            Samples.Customer,
            (await client.AccountLinks.CompleteAsync(session, callback)).CustomerId
        );
    }

    [Fact]
    public async Task Who_no_longer_waits_for_a_link_does_not_undo_it()
    {
        using var gone = new CancellationTokenSource();
        var callback = bank.Oauth.Callback();
        bank.Script("POST /token", Answers.Hang);
        var waiting = client.AccountLinks.CompleteAsync(session, callback, gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            client.AccountLinks.CompleteAsync(session, callback, gone.Token)
        );
        Assert.True(bank.Of("POST /token").Count <= 1);
    }

    [Fact]
    public async Task A_callback_that_comes_again_has_the_store_keep_the_tokens_that_it_did_not()
    {
        var failing = new FailingStore(store);
        client = bank.Client(options => options.TokenStore = failing);
        session = (await client.AccountLinks.StartAsync(request)).Session;
        var callback = bank.Oauth.Callback();
        await Assert.ThrowsAsync<TokensNotKeptException>(() =>
            client.AccountLinks.CompleteAsync(session, callback)
        );

        failing.Fails = false;
        var linked = await client.AccountLinks.CompleteAsync(session, callback);

        Assert.Equal(Samples.Customer, linked.CustomerId);
        Assert.NotNull(await store.GetAsync(Samples.Customer));
        Assert.Single(bank.Of("POST /token"));
    }

    /// <summary>A code that comes twice has the bank take back what it gave: whatever fails after it was redeemed is done again without
    /// it.</summary>
    [Fact]
    public async Task A_callback_that_comes_again_has_the_id_token_checked_that_could_not_be()
    {
        var callback = bank.Oauth.Callback();
        bank.Script("GET /jwks", Answers.Problem(429, ProblemCodes.RateLimited, retryAfter: "31"));
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.AccountLinks.CompleteAsync(session, callback)
        );
        Assert.True(refusal.Retryable);
        Assert.Null(await store.GetAsync(Samples.Customer));
        bank.Unscript("GET /jwks");

        var linked = await client.AccountLinks.CompleteAsync(session, callback);

        Assert.Equal(Samples.Customer, linked.CustomerId);
        Assert.NotNull(await store.GetAsync(Samples.Customer));
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task Tokens_that_the_store_did_not_keep_are_not_lost_nor_what_is_known_of_the_customer()
    {
        var failing = new FailingStore(store);
        client = bank.Client(options => options.TokenStore = failing);
        session = (await client.AccountLinks.StartAsync(request)).Session;

        var notKept = await Assert.ThrowsAsync<TokensNotKeptException>(() =>
            client.AccountLinks.CompleteAsync(session, bank.Oauth.Callback())
        );
        var again = await Assert.ThrowsAsync<TokensNotKeptException>(() => notKept.KeepAsync());

        Assert.IsType<InvalidDataException>(again.InnerException);
        Assert.Equal(
            (ClientErrorCodes.TokensNotKept, true, null, Answers.RequestId),
            (again.Code, again.Retryable, again.Status, again.RequestId)
        );
        Assert.Equal(
            (Samples.Customer, Samples.ConsentId, Samples.AgreementId, Samples.AccountId),
            (
                again.Customer.CustomerId,
                again.Customer.ConsentId,
                again.Customer.AgreementId,
                again.Customer.AccountId
            )
        );
        Assert.Contains(Samples.Customer, again.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(bank.Oauth.Secrets, secret => $"{notKept}{again}".Contains(secret));

        failing.Fails = false;
        Assert.Same(again.Customer, await again.KeepAsync());
        Assert.Contains((await store.GetAsync(Samples.Customer))!.AccessToken, bank.Oauth.Secrets);
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task The_code_is_redeemed_with_its_verifier_by_the_same_key()
    {
        await client.AccountLinks.CompleteAsync(session, bank.Oauth.Callback());

        var token = Assert.Single(bank.Of("POST /token"));
        Assert.Equal("authorization_code", token.Form["grant_type"]);
        Assert.Equal("https://partner.example/callback", token.Form["redirect_uri"]);
        Assert.Equal(bank.Of("POST /par")[0].Form["dpop_jkt"], Proofs.Thumbprint(token.Proof));
        Assert.NotEqual(bank.Of("POST /par")[0].Assertion.Id, token.Assertion.Id);
    }

    [Fact]
    public async Task A_code_is_sent_once_even_when_its_answer_is_lost()
    {
        bank.Script("POST /token", Answers.Cut);

        var failure = await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.AccountLinks.CompleteAsync(session, bank.Oauth.Callback())
        );

        Assert.Equal(ClientErrorCodes.ConnectionLost, failure.Code);
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task A_callback_with_another_state_is_refused()
    {
        await RefusedAsync(ClientErrorCodes.StateMismatch, bank.Oauth.Callback(state: new string('x', 43)));
        await RefusedAsync(
            ClientErrorCodes.StateMismatch,
            new Uri("https://partner.example/callback?code=abc")
        );
    }

    [Fact]
    public async Task A_callback_of_another_server_is_refused()
    {
        await RefusedAsync(
            ClientErrorCodes.IssuerMismatch,
            bank.Oauth.Callback(issuer: "https://evil.example")
        );
        await RefusedAsync(
            ClientErrorCodes.IssuerMismatch,
            bank.Oauth.Callback(issuer: bank.Authority.AbsoluteUri)
        );
        var state = bank.Of("POST /par")[0].Form["state"];
        await RefusedAsync(
            ClientErrorCodes.IssuerMismatch,
            new Uri($"https://partner.example/callback?code=abc&state={state}")
        );
    }

    [Fact]
    public async Task A_callback_with_a_parameter_twice_is_refused() =>
        await RefusedAsync(ClientErrorCodes.InvalidCallback, bank.Oauth.Callback(extra: "&code=another"));

    [Fact]
    public async Task A_callback_without_a_code_is_refused()
    {
        var callback = bank.Oauth.Callback().OriginalString;
        await RefusedAsync(
            ClientErrorCodes.InvalidCallback,
            new Uri(callback.Replace("code=", "kode=", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task A_customer_who_said_no_is_a_refusal_with_the_code()
    {
        var callback = bank.Oauth.Callback(extra: "&error=access_denied");

        var refusal = await Assert.ThrowsAsync<AccountLinkRefusedException>(() =>
            client.AccountLinks.CompleteAsync(session, callback)
        );

        Assert.Equal("access_denied", refusal.Code);
        Assert.Empty(bank.Of("POST /token"));
    }

    [Fact]
    public async Task An_error_that_is_no_name_is_not_taken_over()
    {
        var callback = bank.Oauth.Callback(
            extra: "&error=13800138000%0Aforged&error_description=13800138000"
        );

        var refusal = await Assert.ThrowsAsync<AccountLinkRefusedException>(() =>
            client.AccountLinks.CompleteAsync(session, callback)
        );

        Assert.Equal(ClientErrorCodes.InvalidCallback, refusal.Code);
        Assert.DoesNotContain("13800138000", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_from_another_server_is_not_believed() =>
        await RefusedAsync(
            ClientErrorCodes.IssuerMismatch,
            bank.Oauth.Callback(issuer: "https://evil.example", extra: "&error=access_denied")
        );

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("bm90IGpzb24")]
    [InlineData("e30")]
    public async Task A_session_that_is_none_is_refused(string text)
    {
        var refusal = await Assert.ThrowsAsync<AccountLinkException>(() =>
            client.AccountLinks.CompleteAsync(text, bank.Oauth.Callback())
        );

        Assert.Equal(ClientErrorCodes.LinkSessionInvalid, refusal.Code);
    }

    [Fact]
    public async Task A_session_of_another_bank_is_refused()
    {
        await using var other = await StubBank.StartAsync();
        var elsewhere = await other.Client().AccountLinks.StartAsync(request);

        var refusal = await Assert.ThrowsAsync<AccountLinkException>(() =>
            client.AccountLinks.CompleteAsync(elsewhere.Session, other.Oauth.Callback())
        );

        Assert.Equal(ClientErrorCodes.IssuerMismatch, refusal.Code);
    }

    [Fact]
    public async Task A_code_the_bank_refuses_is_an_OAuth_error()
    {
        bank.Script("POST /token", Answers.OAuthError(400, "invalid_grant"));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            client.AccountLinks.CompleteAsync(session, bank.Oauth.Callback())
        );

        Assert.Equal("invalid_grant", refusal.Code);
    }

    [Fact]
    public async Task A_token_that_is_not_bound_is_refused()
    {
        bank.Script(
            "POST /token",
            Answers.Json(
                200,
                new
                {
                    access_token = "bearer-token",
                    token_type = "Bearer",
                    expires_in = 300,
                }
            )
        );

        await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            client.AccountLinks.CompleteAsync(session, bank.Oauth.Callback())
        );
        Assert.Null(await store.GetAsync(Samples.Customer));
    }

    private async Task RefusedAsync(string code, Uri callback)
    {
        var refusal = await Assert.ThrowsAsync<AccountLinkException>(() =>
            client.AccountLinks.CompleteAsync(session, callback)
        );

        Assert.Equal(code, refusal.Code);
        Assert.Empty(bank.Of("POST /token"));
        Assert.Null(await store.GetAsync(Samples.Customer));
    }
}
