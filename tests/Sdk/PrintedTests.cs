using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What a developer reads: objects that are printed, log lines and messages show what they are about, and no names of the
/// framework's types.</summary>
public sealed class PrintedTests : IAsyncLifetime
{
    private StubBank bank = null!;

    public async ValueTask InitializeAsync() => bank = await StubBank.StartAsync();

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task Lists_are_printed_as_what_they_hold_or_how_much()
    {
        bank.Script(
            "GET /v1/webhook-endpoints",
            Answers.Json(
                200,
                new
                {
                    data = new[]
                    {
                        new
                        {
                            id = "whe_1",
                            url = "https://partner.example/hooks",
                            events = new[] { "payment.captured", "payment.refunded" },
                            status = "enabled",
                            created_at = Samples.CreatedAt,
                        },
                    },
                    has_more = false,
                }
            )
        );

        var page = await bank.Client().WebhookEndpoints.ListAsync().ToListAsync();
        var granted = JsonSerializer.Deserialize(
            """{"type":"account_information","actions":["read_accounts","read_balances"]}""",
            ResponseJson.Default.GrantedAuthorization
        );

        Assert.Equal(["payment.captured", "payment.refunded"], Assert.Single(page).Events);
        Assert.Contains("Actions = [read_accounts, read_balances]", $"{granted}", StringComparison.Ordinal);
        object[] records =
        [
            new Page<Payment> { Data = [Samples.Payment, Samples.Payment], HasMore = false },
            new AccountInformation { Actions = [AccountInformation.ReadAccounts] },
            new AccountLinkRequest
            {
                RedirectUri = new Uri("https://partner.example/callback"),
                AuthorizationDetails = [new AccountInformation()],
            },
        ];
        Assert.Equal(
            ["[2 items]", "[read_accounts]", "[1 item]"],
            records.Select(record => $"[{$"{record}".Split('[', 2)[1].Split(']')[0]}]")
        );
        Assert.All(
            records,
            record => Assert.DoesNotContain("System.", $"{record}", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Lists_that_are_printed_well_are_sent_as_before()
    {
        bank.Script("POST /v1/webhook-endpoints", Answers.Problem(400, ProblemCodes.InvalidRequest));

        await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client()
                .WebhookEndpoints.CreateAsync(
                    new CreateWebhookEndpointRequest
                    {
                        Url = "https://partner.example/hooks",
                        Events = ["payment.captured"],
                    }
                )
        );

        Assert.Contains(
            "\"events\":[\"payment.captured\"]",
            bank.Of("POST /v1/webhook-endpoints")[0].Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Log_lines_have_no_gaps_where_there_is_nothing_to_say()
    {
        var lines = new ConcurrentQueue<string>();
        using var factory = LoggerFactory.Create(logging =>
            logging.AddProvider(new Lines(lines)).SetMinimumLevel(LogLevel.Debug)
        );
        var client = bank.Client(options =>
        {
            options.LoggerFactory = factory;
            options.MaxRetries = 1;
        });
        bank.Script(
            "GET /v1/payments/pay_1",
            Answers.Cut,
            Answers.Text(502, "<html>", "text/html"),
            Answers.Payment(Samples.Payment)
        );
        await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));
        bank.Script("GET /v1/payments/pay_1", Answers.Cut);
        await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        Assert.Contains(lines, line => line.EndsWith("s after connection_lost", StringComparison.Ordinal));
        Assert.Contains(
            lines,
            line =>
                line.Contains("ended with connection_lost in", StringComparison.Ordinal)
                && line.EndsWith("request none", StringComparison.Ordinal)
        );
        Assert.All(
            lines,
            line =>
            {
                Assert.DoesNotContain("  ", line, StringComparison.Ordinal);
                Assert.DoesNotContain("()", line, StringComparison.Ordinal);
                Assert.DoesNotContain("null", line, StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public async Task A_redirect_URI_that_is_unlike_the_registered_one_in_a_GUID_is_told_with_both()
    {
        const string Sent = "https://partner.example/tenants/0f8fad5b-d9cb-469f-a165-70867728950e/callback";
        const string Registered =
            "https://partner.example/tenants/7c9e6679-7425-40de-944b-e07fc1f90ae7/callback";
        bank.Script("POST /par", Answers.OAuthError(400, "invalid_request", $"{Sent} is not {Registered}."));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            bank.Client()
                .AccountLinks.StartAsync(
                    new AccountLinkRequest
                    {
                        RedirectUri = new Uri(Sent),
                        AuthorizationDetails = [new AccountInformation()],
                    }
                )
        );

        Assert.Contains(Sent, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Registered, refusal.Message, StringComparison.Ordinal);
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Enqueue(formatter(state, exception));

        public void Dispose() { }
    }
}
