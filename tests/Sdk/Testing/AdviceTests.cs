using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>The mistakes that partners make, against the real server: the message says what is wrong and what to
/// do.</summary>
public sealed class AdviceTests(AdviceTests.Bank shared) : IClassFixture<AdviceTests.Bank>
{
    private const string UnknownPayment = "pay_01hzy3v9k2m4n6p8q0r2s4t6v8";

    private readonly SandboxBank bank = shared.Sandbox;

    [Fact]
    public async Task An_app_of_another_environment_is_told_where_it_asks()
    {
        var refusal = await RefusedAsync(options => options.ClientId = "app_01hzy3v9k2m4n6p8q0r2s4t6v8");

        Assert.Equal("invalid_client", refusal.Code);
        Assert.StartsWith("There is no such client here", refusal.Message);
        Assert.Contains(
            $"app_01hzy3v9k2m4n6p8q0r2s4t6v8 at {bank.Address.AbsoluteUri.TrimEnd('/')}",
            refusal.Message
        );
        Assert.Contains("in this environment", refusal.Message);
    }

    [Fact]
    public async Task An_api_of_another_environment_than_the_authority_is_told()
    {
        await using var other = await SandboxBank.StartAsync();
        var options = new OpenBankingOptions();
        other.Configure(options);
        options.ApiAddress = bank.Address;

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            new OpenBankingClient(options).Payments.GetAsync("pay_1")
        );

        Assert.Contains(
            $"of {other.Address.AbsoluteUri.TrimEnd('/')}, and the API is at {options.ApiAddress.AbsoluteUri.TrimEnd('/')}",
            refusal.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("are Authority and ApiAddress of one environment?", refusal.Message);
    }

    [Fact]
    public async Task The_most_that_may_be_asked_for_is_told()
    {
        var request = new CreatePaymentRequest { OrderNo = "order-of-nothing", Amount = Money.Cny(0) };

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client.Payments.CreateAsync(request, IdempotencyKey.FromOrder("order-of-nothing", "payment"))
        );

        Assert.Contains("from 1 to 10,000,000,000 is expected", refusal.Message);
    }

    [Fact]
    public async Task An_event_that_there_is_not_is_answered_with_what_to_do()
    {
        var request = new CreateWebhookEndpointRequest
        {
            Url = "http://localhost:5070/webhooks",
            Events = ["payment.paid"],
        };

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client.WebhookEndpoints.CreateAsync(request)
        );

        Assert.StartsWith(
            "A field is missing or wrong. /events: One of these is no type of event: is payment.failed meant? "
                + "Leave events out to get all, or name some of docs/reference/events.md. (code invalid_request",
            refusal.Message
        );
    }

    [Fact]
    public async Task A_key_that_is_not_registered_is_named()
    {
        var key = ClientKey.CreateEs256();

        var refusal = await RefusedAsync(options => options.Key = key);

        var registered = new OpenBankingOptions();
        bank.Configure(registered);
        Assert.StartsWith(
            $"The assertion is not signed by a registered key; registered are kid {registered.Key!.PublicJwk.Kid}.",
            refusal.Message
        );
        Assert.Contains($"with the key {key.PublicJwk.Kid}", refusal.Message);
    }

    [Theory]
    [InlineData(-300, "behind")]
    [InlineData(300, "ahead of")]
    public async Task A_clock_that_is_off_is_told_by_how_much(int seconds, string told)
    {
        var clock = new SettableClock { Offset = TimeSpan.FromSeconds(seconds) };
        var client = Client(options => options.TimeProvider = clock);
        var atTheTokens = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(AskAsync);

        clock.Offset = TimeSpan.Zero;
        await Assert.ThrowsAsync<OpenBankingException>(AskAsync);
        clock.Offset = TimeSpan.FromSeconds(Math.Sign(seconds) * 100);
        var atTheApi = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(AskAsync);

        // The Date header has whole seconds, and a busy machine takes some to ask and to answer.
        Assert.Matches(
            $"This machine's clock is (29[0-9]|30[0-9]|310) s {told} the bank's: set it.",
            atTheTokens.Message
        );
        // It is not the registration that is wrong.
        Assert.DoesNotContain("registered there", atTheTokens.Message, StringComparison.Ordinal);
        Assert.Equal(ProblemCodes.InvalidProof, atTheApi.Code);
        Assert.Matches(
            $"This machine's clock is (9[0-9]|10[0-9]|110) s {told} the bank's: set it.",
            atTheApi.Message
        );

        Task<Payment> AskAsync() => client.Payments.GetAsync(UnknownPayment);
    }

    [Theory]
    [InlineData("http://localhost:5070/openbanking/callback/", "It has a slash at the end, which")]
    [InlineData("http://localhost:5070/openbanking/Callback", "in capital letters")]
    [InlineData("http://localhost:5071/openbanking/callback", "in its port: 5071 instead of 5070")]
    [InlineData("https://localhost:5070/openbanking/callback", "in its scheme: https instead of http")]
    [InlineData("http://localhost:5070/callback", "in its path: /callback instead of /openbanking/callback")]
    [InlineData("http://localhost:5070/openbanking/callback?a=1", "in its query: ?a=1 instead of none")]
    public async Task A_redirect_uri_that_is_not_registered_is_told_the_difference(
        string uri,
        string difference
    )
    {
        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            bank.Client.AccountLinks.StartAsync(
                new AccountLinkRequest
                {
                    RedirectUri = new Uri(uri),
                    AuthorizationDetails = [new AccountInformation()],
                }
            )
        );

        Assert.Contains("http://localhost:5070/openbanking/callback", refusal.Message);
        Assert.Contains(difference, refusal.Message);
    }

    [Fact]
    public async Task What_a_revoked_consent_covered_says_to_ask_the_customer_again()
    {
        var customer = await bank.LinkCustomerAsync();
        await Client().Consents.RevokeAsync(customer.ConsentId);

        var reading = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            bank.Client.Accounts.ListAsync(customer.CustomerId)
        );
        var paying = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.PayAsync(customer, "order-0", Money.Yuan(1))
        );

        Assert.Equal(ClientErrorCodes.CustomerNotLinked, reading.Code);
        Assert.Contains("The consent has ended: ask the customer again.", reading.Message);
        Assert.Contains("Link the customer's account again.", reading.Message);
        Assert.Equal(ProblemCodes.AgreementNotActive, paying.Code);
        Assert.Contains("Ask the customer for a new agreement.", paying.Message);
    }

    [Fact]
    public async Task A_limit_that_was_reached_says_what_is_left_of_it()
    {
        var customer = await bank.LinkCustomerAsync(
            MagicPersons.All[1].Person,
            details:
            [
                new AccountOpening(),
                new AccountInformation(),
                new PaymentAgreementTerms
                {
                    PerPaymentLimit = Money.Yuan(50_000),
                    DailyLimit = Money.Yuan(60_000),
                    TotalLimit = Money.Yuan(60_000),
                    TopUpAllowed = true,
                },
            ],
            balance: Money.Yuan(30_000)
        );
        await bank.PayAsync(customer, "order-1", Money.Yuan(4_000));

        var once = await ExplainAsync(customer, "order-2", Money.Yuan(50_001));
        var account = await ExplainAsync(customer, "order-3", Money.Yuan(6_000.01m));
        var agreement = await ExplainAsync(customer, "order-4", Money.Yuan(50_000));

        Assert.Equal(DeclineCodes.AgreementPerPaymentLimit, once.Code);
        Assert.Contains("allows at once: 50000.00 CNY at the most.", once.ToString());
        Assert.Equal(
            (DeclineCodes.AccountDailyLimit, Money.Yuan(6_000)),
            (account.Code, account.Limit!.Left)
        );
        Assert.EndsWith(
            "Try a new attempt the next day (Asia/Shanghai). (decline code account_daily_limit_exceeded)",
            account.ToString()
        );
        Assert.Equal(DeclineCodes.AccountDailyLimit, agreement.Code);
        Assert.Matches(
            @"^The account's limit of the day is reached: 6000\.00 CNY of 10000\.00 CNY are left until \d{4}-\d\d-\d\dT16:00Z\. "
                + @"Ask for less, or offer another way to pay: no single day allows so much\. \(decline code account_daily_limit\w*\)$",
            agreement.ToString()
        );
        Assert.Equal(
            "Raise the limit if you have lowered it, or pay in another way: no single day allows so much.",
            agreement.CustomerAdvice
        );
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await bank.Client.Payments.ExplainDeclineAsync(
                await bank.PayAsync(customer, "order-5", Money.Yuan(1))
            )
        );
    }

    [Fact]
    public async Task What_is_left_of_an_agreement_is_known_without_a_linked_customer()
    {
        var customer = await bank.LinkCustomerAsync(
            MagicPersons.All[2].Person,
            details:
            [
                new AccountOpening(),
                new PaymentAgreementTerms
                {
                    PerPaymentLimit = Money.Yuan(50),
                    DailyLimit = Money.Yuan(90),
                    TotalLimit = Money.Yuan(120),
                    TopUpAllowed = true,
                },
            ],
            balance: Money.Yuan(50)
        );
        await bank.PayAsync(customer, "order-11", Money.Yuan(30));
        await bank.TopUpAsync(customer, Money.Yuan(30));
        await bank.PayAsync(customer, "order-12", Money.Yuan(50));

        var day = await ExplainAsync(customer, "order-13", Money.Yuan(40));
        await bank.Clock.AdvanceAsync(TimeSpan.FromDays(1));
        var total = await ExplainAsync(customer, "order-13", Money.Yuan(45), attempt: 2);

        Assert.Equal((DeclineCodes.AgreementDailyLimit, Money.Yuan(10)), (day.Code, day.Limit!.Left));
        Assert.NotNull(day.Limit.ResetsAt);
        Assert.Equal((DeclineCodes.AgreementTotalLimit, Money.Yuan(40)), (total.Code, total.Limit!.Left));
        Assert.Null(total.Limit.ResetsAt);
    }

    [Fact]
    public async Task What_a_coupon_may_bring_within_a_limit_is_put_off_until_the_limit_begins_anew()
    {
        await using var own = await SandboxBank.StartAsync();
        var customer = await own.LinkCustomerAsync(balance: Money.Yuan(100));
        await own.Customers.SetLimitsAsync(customer, daily: Money.Yuan(60));
        await own.PayAsync(customer, "order-1", Money.Yuan(10));
        var stock = await own.Client.Coupons.ListStocksAsync().FirstAsync();
        var coupon = await own.Client.Coupons.IssueAsync(
            new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
            IdempotencyKey.FromOrder("order-2", "coupon")
        );
        Task<Payment> PayAsync(int attempt) =>
            own.Client.Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = "order-2",
                    Amount = Money.Yuan(62),
                    AgreementId = customer.AgreementId,
                    CouponId = coupon.Id,
                },
                IdempotencyKey.FromOrder("order-2", "payment", attempt)
            );

        var why = await own.Client.Payments.ExplainDeclineAsync(await PayAsync(1));
        await own.Clock.AdvanceAsync(TimeSpan.FromDays(1));

        Assert.Equal(DeclineCodes.AccountDailyLimit, why.Code);
        Assert.Equal("Try a new attempt the next day (Asia/Shanghai).", why.PartnerAdvice);
        Assert.Equal(Money.Yuan(57), (await PayAsync(2)).CustomerAmount);
    }

    [Fact]
    public async Task A_limit_that_is_free_again_is_said_to_be_so()
    {
        await using var own = await SandboxBank.StartAsync();
        var customer = await own.LinkCustomerAsync(balance: Money.Yuan(500));
        await own.Customers.SetLimitsAsync(customer, daily: Money.Yuan(60));
        await own.PayAsync(customer, "order-1", Money.Yuan(50));
        var declined = await own.PayAsync(customer, "order-2", Money.Yuan(40));
        var before = await own.Client.Payments.ExplainDeclineAsync(declined);
        await own.Clock.AdvanceAsync(TimeSpan.FromDays(1));
        var after = await own.Client.Payments.ExplainDeclineAsync(declined);

        Assert.Equal("Try a new attempt the next day (Asia/Shanghai).", before.PartnerAdvice);
        Assert.Equal("Try a new attempt: so much is left of the limit now.", after.PartnerAdvice);
        Assert.Equal("Try again: so much is left of the limit now.", after.CustomerAdvice);
        Assert.Equal(Money.Yuan(60), after.Limit!.Left);
    }

    private async Task<DeclineExplanation> ExplainAsync(
        LinkedCustomer customer,
        string orderNo,
        Money amount,
        int attempt = 1
    )
    {
        var payment = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = amount,
                AgreementId = customer.AgreementId!,
            },
            IdempotencyKey.FromOrder(orderNo, "payment", attempt)
        );
        return await bank.Client.Payments.ExplainDeclineAsync(payment);
    }

    private OpenBankingClient Client(Action<OpenBankingOptions>? change = null)
    {
        var options = new OpenBankingOptions();
        bank.Configure(options);
        change?.Invoke(options);
        return new(options);
    }

    private Task<OpenBankingAuthenticationException> RefusedAsync(Action<OpenBankingOptions> mistake) =>
        Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            Client(mistake).Payments.GetAsync(UnknownPayment)
        );

    public sealed class Bank : IAsyncLifetime
    {
        public SandboxBank Sandbox { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sandbox = await SandboxBank.StartAsync();

        public ValueTask DisposeAsync() => Sandbox.DisposeAsync();
    }

    private sealed class SettableClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
