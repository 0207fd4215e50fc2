using System.Net;
using System.Text.Json.Nodes;
using OpenBanking.Samples.BankAdapters;
using OpenBanking.Server;
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

    [Fact]
    public async Task Without_its_ports_a_bank_does_not_start_and_learns_which_are_missing()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestServer.StartAsync(settings: live)
        );

        Assert.StartsWith(
            "Nothing is registered for IIdentityVerification, IRiskDecision, ICardRail, IMessageSender.",
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

    private static Task DeliverAsync(TestServer server, string key, JsonNode message)
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
