using System.Net;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Handlers and token stores of an app's own that take no notice of cancellation: calls end in their time all the same, and
/// what is left behind is cleared away.</summary>
public sealed class DeafTests : IAsyncLifetime
{
    private static readonly TimeSpan attempt = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan total = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    private StubBank bank = null!;

    public async ValueTask InitializeAsync() => bank = await StubBank.StartAsync();

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_handler_that_goes_on_is_left_and_the_outcome_is_as_documented()
    {
        var handler = new DeafHandler();
        var client = Client(options => options.HttpHandler = handler);

        Assert.Equal(
            ClientErrorCodes.TimedOut,
            (await EndsAsync<OpenBankingException>(client.Payments.GetAsync("pay_1"))).Code
        );
        await EndsAsync<PaymentOutcomeUnknownException>(
            client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
        Assert.Equal(
            ClientErrorCodes.TimedOut,
            (await EndsAsync<OpenBankingException>(client.Orders.CloseAsync("order-1"))).Code
        );
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_let_go_by_a_handler_that_goes_on()
    {
        using var caller = new CancellationTokenSource(attempt / 2);
        var client = bank.Client(options => options.HttpHandler = new DeafHandler());

        await EndsAsync<OperationCanceledException>(client.Payments.GetAsync("pay_1", caller.Token));
    }

    [Fact]
    public async Task An_answer_whose_body_goes_on_is_left()
    {
        var handler = new DeafHandler();
        var client = Client(options => options.HttpHandler = handler);
        handler.Ended.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new DeafContent() });

        Assert.Equal(
            ClientErrorCodes.TimedOut,
            (await EndsAsync<OpenBankingException>(client.Payments.GetAsync("pay_1"))).Code
        );
    }

    [Fact]
    public async Task What_a_handler_comes_to_afterwards_is_disposed_and_its_failure_is_observed()
    {
        var unobserved = 0;
        void Note(object? sender, UnobservedTaskExceptionEventArgs failure) =>
            unobserved += failure.Exception.ToString().Contains(nameof(DeafTests), StringComparison.Ordinal)
                ? 1
                : 0;
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            var (answers, fails) = (new DeafHandler(), new DeafHandler());
            var content = new DeafContent();
            await AbandonAsync(answers, fails);

            answers.Ended.SetResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = content });
            fails.Ended.SetException(new InvalidDataException($"{nameof(DeafTests)}: too late."));
            content.Ended.SetResult(0);

            await content.Disposed.Task.WaitAsync(patience, TestContext.Current.CancellationToken);
            for (var times = 0; times < 3; times++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    [Fact]
    public async Task A_store_that_goes_on_reading_is_left()
    {
        var store = new DeafStore { Reads = false };
        var client = Client(options => options.TokenStore = store);

        foreach (
            var call in new Func<Task>[]
            {
                () => client.Accounts.ListAsync(Samples.Customer),
                () => client.AccountLinks.RevokeTokensAsync(Samples.Customer),
            }
        )
        {
            var failure = await EndsAsync<OpenBankingException>(call());

            Assert.Equal((ClientErrorCodes.TimedOut, true), (failure.Code, failure.Retryable));
            Assert.Contains("token store", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_store_that_went_on_once_while_tokens_were_renewed_stands_in_nobodys_way_later()
    {
        var store = new DeafStore();
        var client = await bank.LinkedClientAsync(
            store,
            DateTimeOffset.UtcNow,
            options => (options.AttemptTimeout, options.TotalTimeout) = (attempt, total)
        );
        bank.Script(
            "GET /v1/accounts",
            Answers.Json(200, new { data = Array.Empty<int>(), has_more = false })
        );

        store.Writes = false;
        Assert.Equal(
            ClientErrorCodes.TimedOut,
            (await EndsAsync<OpenBankingException>(client.Accounts.ListAsync(Samples.Customer))).Code
        );

        store.Writes = true;
        Assert.Empty((await ComesThroughAsync(() => client.Accounts.ListAsync(Samples.Customer))).Data);
    }

    [Fact]
    public async Task A_store_that_goes_on_keeping_at_the_end_of_a_link_loses_nothing()
    {
        var store = new DeafStore { Writes = false };
        var client = Client(options => options.TokenStore = store);
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = new Uri("https://partner.example/callback"),
                AuthorizationDetails = [new AccountInformation()],
            }
        );

        var kept = await EndsAsync<TokensNotKeptException>(
            client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback())
        );

        Assert.Equal(Samples.Customer, kept.Customer.CustomerId);
        Assert.Equal(
            ClientErrorCodes.TimedOut,
            Assert.IsType<OpenBankingException>(kept.InnerException).Code
        );
    }

    private OpenBankingClient Client(Action<OpenBankingOptions> configure) =>
        bank.Client(options =>
        {
            (options.AttemptTimeout, options.TotalTimeout) = (attempt, total);
            configure(options);
        });

    private async Task AbandonAsync(params DeafHandler[] handlers)
    {
        foreach (var handler in handlers)
        {
            // On a busy machine the time may be over while the token is asked for.
            var client = Client(options => (options.HttpHandler, options.MaxRetries) = (handler, 0));
            for (var times = 0; !handler.WasAsked; times++)
            {
                Assert.True(times < 20, "No call came to the handler in its time.");
                await EndsAsync<OpenBankingException>(client.Payments.GetAsync("pay_1"));
            }
        }
    }

    /// <summary>Calls until one is not out of time, which what went on before may make it, and a busy machine too.</summary>
    private static async Task<T> ComesThroughAsync<T>(Func<Task<T>> call)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await call().WaitAsync(patience, TestContext.Current.CancellationToken);
            }
            catch (OpenBankingException late)
                when (late.Code == ClientErrorCodes.TimedOut
                    && TimeProvider.System.GetElapsedTime(started) < patience
                ) { }
        }
    }

    private static async Task<T> EndsAsync<T>(Task call)
        where T : Exception =>
        await Assert.ThrowsAnyAsync<T>(() => call.WaitAsync(patience, TestContext.Current.CancellationToken));

    /// <summary>Lets tokens be asked for; what it is at beside, it is at until it is told to end.</summary>
    private sealed class DeafHandler() : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        public TaskCompletionSource<HttpResponseMessage> Ended { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool WasAsked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (!request.RequestUri!.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal))
            {
                return base.SendAsync(request, cancellationToken);
            }

            WasAsked = true;
            return Ended.Task;
        }
    }

    /// <summary>A body that comes when it is told to.</summary>
    private sealed class DeafContent : HttpContent
    {
        public TaskCompletionSource<int> Ended { get; } = new();

        public TaskCompletionSource Disposed { get; } = new();

        protected override async Task<Stream> CreateContentReadStreamAsync()
        {
            await Ended.Task;
            return new MemoryStream();
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            Ended.Task;

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            Disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }

    /// <summary>Reads and writes, or never comes to an end of it.</summary>
    private sealed class DeafStore : ITokenStore
    {
        private readonly MemoryTokenStore inner = new();

        public bool Reads { get; set; } = true;

        public bool Writes { get; set; } = true;

        public async ValueTask<CustomerTokens?> GetAsync(
            string customerId,
            CancellationToken cancellationToken = default
        )
        {
            await Task.Delay(Reads ? 0 : Timeout.Infinite, CancellationToken.None);
            return await inner.GetAsync(customerId, CancellationToken.None);
        }

        public async ValueTask SetAsync(
            string customerId,
            CustomerTokens tokens,
            CancellationToken cancellationToken = default
        )
        {
            await Task.Delay(Writes ? 0 : Timeout.Infinite, CancellationToken.None);
            await inner.SetAsync(customerId, tokens, CancellationToken.None);
        }

        public ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default) =>
            inner.RemoveAsync(customerId, cancellationToken);
    }
}
