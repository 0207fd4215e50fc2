using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Samples.BankAdapters;
using OpenBanking.Server;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A bank's own adapters behind the ports: docs/operating/integrate.md.</summary>
public sealed class BankAdapterTests
{
    private static readonly string[] live =
    [
        "Server:Sandbox=false",
        $"Server:MasterKey={Convert.ToBase64String(new byte[32])}",
    ];

    private static readonly Reference reference = new(new(1), new(new Guid(1, 2, 3, new byte[8])));

    [Fact]
    public async Task Without_its_ports_a_bank_does_not_start_and_learns_which_are_missing()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestServer.StartAsync(settings: live)
        );

        Assert.StartsWith(
            "Nothing is registered for IIdentityVerification, IRiskDecision, IPaymentRisk, ICardRail, IMessageSender, "
                + "ISettlementRail.",
            failure.Message
        );
    }

    [Theory]
    [InlineData("Backend:Address=http://bank.example/", "Backend:Address")]
    [InlineData("Backend:Address=https://bank.example/api", "slash")]
    [InlineData("Backend:ApiKey=", "Backend:ApiKey")]
    [InlineData("Backend:CallTimeout=00:00:00", "Backend:CallTimeout")]
    public async Task Adapters_with_a_wrong_setting_do_not_start(string setting, string hint)
    {
        string[] right = ["Backend:Address=https://bank.example/", "Backend:ApiKey=key"];

        var failure = await Assert.ThrowsAsync<WrongSettingException>(() =>
            TestServer.StartAsync(
                builder => builder.AddBankAdapters(),
                dataFolder: null,
                [.. live, .. right, setting]
            )
        );

        Assert.Contains(hint, failure.Message);
    }

    [Fact]
    public async Task With_its_adapters_a_bank_starts_without_a_sandbox()
    {
        await using var bank = await BankBackend.StartAsync();
        await using var server = await TestServer.StartAsync(
            builder => builder.AddBankAdapters(),
            dataFolder: null,
            [.. live, .. bank.Settings]
        );
        using var http = new HttpClient { BaseAddress = server.Address };

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/sandbox/partners", null)).StatusCode);
    }

    [Fact]
    public async Task An_account_is_opened_and_topped_up_by_the_bank_and_a_lost_answer_debits_once()
    {
        await using var bank = await BankBackend.StartAsync();
        await using var server = await TestServer.StartAsync(
            builder => builder.AddBankAdapters(),
            dataFolder: null,
            bank.Settings
        );
        // The person of the test reads the sandbox's message box.
        bank.Send = (key, message) => DeliverAsync(server, key, message);
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        Assert.Equal(
            ["messages/send", "identity/verify", "risk/assess"],
            bank.Acts.Where(act => act is not "transfers/debit")
        );

        bank.Lost["transfers/debit"] = 1;
        var arrived = await partner.TopUpAsync(customer, Money.Yuan(50));
        bank.Decisions["transfers/debit"] = new("refused", "insufficient_funds");
        var refused = await partner.TopUpAsync(customer, Money.Yuan(60), "top-up-2");

        Assert.Equal(TopUpStatus.Succeeded, arrived.Status);
        Assert.Equal(DeclineCodes.CardInsufficientFunds, refused.DeclineCode);
        Assert.Equal(
            ["POST transfers/debit", "GET transfers", "POST transfers/debit"],
            bank.Calls.Where(call => call.Contains("transfers", StringComparison.Ordinal))
        );
        Assert.Equal(2, bank.Acts.Count(act => act == "transfers/debit"));
    }

    [Fact]
    public async Task The_banks_risk_engine_judges_payments_and_what_it_does_not_say_or_says_late_counts_as_set()
    {
        await using var bank = await BankBackend.StartAsync();
        using var backend = new Backend(bank.Options);
        await using var server = await TestServer.StartAsync(
            builder => builder.Services.AddSingleton<IPaymentRisk>(new PaymentRiskAdapter(backend)),
            dataFolder: null,
            "Risk:WithoutAnswer=Decline",
            "Risk:Deadline=00:00:01"
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(50));
        var number = 0;

        async Task AssertAsync(string? decline, string outcome)
        {
            bank.Decisions["payments/assess"] = new(outcome);
            var payment = await partner.PayAsync(customer, $"order-{++number}", Money.Yuan(1));
            Assert.Equal(decline, payment.DeclineCode);
        }

        await AssertAsync(null, "allow");
        await AssertAsync(DeclineCodes.RiskConfirmationRequired, "confirm");
        await AssertAsync(DeclineCodes.RiskDeclined, "decline");
        await AssertAsync(DeclineCodes.RiskDeclined, "perhaps");
        bank.Judge = () => Task.Delay(TimeSpan.FromSeconds(5));
        await AssertAsync(DeclineCodes.RiskDeclined, "allow");
    }

    [Theory]
    [InlineData("insufficient_funds", DeclineCodes.CardInsufficientFunds)]
    [InlineData("whatever", DeclineCodes.CardRefused)]
    [InlineData(null, DeclineCodes.CardRefused)]
    public async Task A_refusal_has_a_code_of_the_product_and_is_found_as_it_was_given(
        string? code,
        string expected
    )
    {
        await using var bank = await BankBackend.StartAsync();
        using var backend = new Backend(bank.Options);
        var rail = new CardRailAdapter(backend);
        Assert.Null(await rail.FindAsync(reference, CancellationToken.None));
        bank.Decisions["transfers/debit"] = new("refused", code);

        var refused = await rail.DebitAsync(reference, "6222", Money.Yuan(1), CancellationToken.None);

        Assert.Equal(expected, refused.FailureCode);
        Assert.Equal(refused, await rail.FindAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_no_decision_is_no_answer_and_the_ports_of_one_reference_are_kept_apart()
    {
        await using var bank = await BankBackend.StartAsync();
        using var backend = new Backend(bank.Options);
        var identity = new IdentityAdapter(backend);
        var risk = new RiskAdapter(backend);
        var person = new FiveElements("name", "id", "mobile", "card");
        bank.Lost["identity/verify"] = 1;
        bank.Decisions["risk/assess"] = new("pending");

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            identity.VerifyAsync(reference, person, CancellationToken.None)
        );
        Assert.Equal(OutsideAnswer.Done, await identity.FindAsync(reference, CancellationToken.None));
        Assert.Null(await risk.FindAsync(reference, CancellationToken.None));
        await Assert.ThrowsAsync<OutcomeNotKnownException>(() =>
            risk.AssessAsync(reference, person, CancellationToken.None)
        );
        await Assert.ThrowsAsync<OutcomeNotKnownException>(() =>
            risk.FindAsync(reference, CancellationToken.None)
        );
    }

    private static Task<OutsideAnswer> DeliverAsync(TestServer server, string key, JsonNode message)
    {
        var parts = key.Split('-', 2);
        Assert.True(Id<IntentRow>.TryParse(parts[1], out var id));
        return server
            .Get<SandboxOutside>()
            .SendAsync(
                new(new(int.Parse(parts[0])), id),
                new((string)message["mobile"]!, (string)message["text"]!),
                CancellationToken.None
            );
    }
}
