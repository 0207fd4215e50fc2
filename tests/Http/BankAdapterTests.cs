using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Samples.BankAdapters;
using OpenBanking.Server;
using OpenBanking.Server.Applications;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
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
                + "ISettlementRail, ICoreBankingPostings.",
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
    public async Task With_its_adapters_a_bank_starts_without_a_sandbox_and_takes_partners_on_by_itself()
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
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/v1/sandbox/clock", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/v1/sandbox/clock")).StatusCode);
        var services = server.Services;
        Assert.Equal(
            "There is no partner in the live world; those of sandboxes are not listed.",
            await PartnerCommands.ListAsync(services)
        );
        Assert.False((await PartnerCommands.RegisterPartnerAsync(services, "\n")).Done);
        Assert.False((await RegisterAsync(services, "prt_1", ClientKey.CreateEs256())).Done);
        var partner = (await PartnerCommands.RegisterPartnerAsync(services, "外卖公司")).Text.Split(' ')[^1];
        var refused = await RegisterAsync(
            services,
            partner,
            ClientKey.CreateEs256(),
            "http://partner.example/"
        );
        Assert.StartsWith("invalid_redirect_uri: ", refused.Text);

        var key = ClientKey.CreateEs256();
        var (done, shown) = await RegisterAsync(services, partner, key);
        Assert.True(done, shown);
        var app = JsonSerializer.Deserialize(shown, ResponseJson.Default.ClientRegistration)!;
        Assert.Equal((null, null), (app.RegistrationClientUri, app.RegistrationAccessToken));
        Assert.Equal((true, shown), await PartnerCommands.ShowAppAsync(services, app.ClientId));
        Assert.Contains(app.ClientId, await PartnerCommands.ListAsync(services));
        await CallAsync(server, app, key);

        var newKey = ClientKey.CreateEs256();
        var changed = shown.Replace(
            JsonSerializer.Serialize(app.Jwks, ResponseJson.Default.JsonWebKeySetDocument),
            JsonSerializer.Serialize(
                new JsonWebKeySetDocument { Keys = [newKey.PublicJwk] },
                ResponseJson.Default.JsonWebKeySetDocument
            )
        );
        Assert.NotEqual(shown, changed);
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(changed));
        Assert.True((await PartnerCommands.ChangeAppAsync(services, app.ClientId, content)).Done);
        Assert.True(Id<AppRow>.TryParse(app.ClientId, out var id));
        await server.Get<AppDirectory>().ForgetEverywhereAsync(id);
        await CallAsync(server, app, newKey);
        await Assert.ThrowsAnyAsync<OpenBankingException>(() => CallAsync(server, app, key));

        Assert.True((await PartnerCommands.EndAppAsync(services, app.ClientId)).Done);
        await Assert.ThrowsAnyAsync<OpenBankingException>(() => CallAsync(server, app, newKey));
        Assert.False((await PartnerCommands.ShowAppAsync(services, app.ClientId)).Done);
        Assert.Contains(", ended ", await PartnerCommands.ListAsync(services));
    }

    private static async Task<(bool Done, string Text)> RegisterAsync(
        IServiceProvider services,
        string partner,
        ClientKey key,
        string redirectUri = "https://partner.example/callback"
    )
    {
        var request = new ClientRegistrationRequest
        {
            ClientName = "外卖",
            RedirectUris = [redirectUri],
            Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
            Scene = "food_delivery",
        };
        using var content = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(request, ResponseJson.Default.ClientRegistrationRequest)
        );
        return await PartnerCommands.RegisterAppAsync(services, partner, content);
    }

    /// <summary>A call with the app's own credentials.</summary>
    private static async Task CallAsync(TestServer server, ClientRegistration app, ClientKey key)
    {
        var client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = server.Address,
                ClientId = app.ClientId,
                Key = key,
            }
        );
        Assert.Empty(await client.Events.ListAsync().ToListAsync());
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
            // What tells of the agreement comes at its own time.
            bank.Acts.Where(act => act is not "transfers/debit").Take(3)
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
    public async Task The_core_books_every_posting_once_though_its_answer_was_lost()
    {
        await using var bank = await BankBackend.StartAsync();
        await using var server = await TestServer.StartAsync(
            builder =>
                builder
                    .Services.AddSingleton(bank.Options)
                    .AddSingleton<Backend>()
                    .AddSingleton<ICoreBankingPostings, PostingAdapter>(),
            dataFolder: null,
            "Outside:ExportPostings=true",
            "Outside:OutstandingAfter=00:00:00"
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(50));
        await WaitAsync(() => bank.Booked.Count == 2);
        bank.Lost["postings/book"] = 1;
        for (var number = 1; number <= 5; number++)
        {
            await partner.PayAsync(customer, $"order-{number}", Money.Yuan(number));
        }

        await WaitAsync(async () => (await TransferCommands.ListAsync(server.Services)).Count == 1);
        Assert.Matches(
            "^postings to core banking: none booked after position [0-9]+ for [0-9]+ s after [0-9]+ attempts; ",
            (await TransferCommands.ListAsync(server.Services)).Single()
        );
        await WaitAsync(() => bank.BookedInOrder.Count(reference => KindOf(reference) == "payment") == 5);
        await WaitAsync(async () => (await TransferCommands.ListAsync(server.Services)).Count == 0);

        Assert.Equal(
            ["campaign_funding", "top_up", .. Enumerable.Repeat("payment", 5)],
            bank.BookedInOrder.Select(KindOf)
        );
        Assert.All(bank.Booked.Values, transaction => Assert.Equal(0, SumOf(transaction, _ => true)));
        Assert.Equal(
            (await partner.BalanceAsync(customer)).Amount,
            bank.Booked.Values.Sum(transaction => SumOf(transaction, account => account == "customer"))
        );

        string KindOf(string reference) => (string)bank.Booked[reference]["kind"]!;

        static long SumOf(JsonNode transaction, Func<string, bool> accounts) =>
            transaction["lines"]!
                .AsArray()
                .Where(line => accounts((string)line!["account"]!))
                .Sum(line => (long)line!["amount"]!);
    }

    [Fact]
    public async Task A_refusal_with_a_code_that_its_port_has_not_is_no_answer()
    {
        var rail = new Refusing();
        await using var server = await TestServer.StartAsync(
            builder => builder.Services.AddSingleton<ICardRail>(rail),
            dataFolder: null,
            "Outside:OutstandingAfter=00:00:00"
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        var topUp = await partner.Client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = Money.Yuan(5) },
            IdempotencyKey.FromOrder("order-1", "top-up")
        );

        await WaitAsync(() => rail.Asked > 0);
        Assert.Equal(TopUpStatus.Processing, (await partner.Client.TopUps.GetAsync(topUp.Id)).Status);
        Assert.Matches(
            ", no answer for [0-9]+ s after ",
            Assert.Single(await TransferCommands.ListAsync(server.Services))
        );
        rail.Code = DeclineCodes.CardRefused;
        await WaitAsync(async () =>
            (await partner.Client.TopUps.GetAsync(topUp.Id)).DeclineCode == DeclineCodes.CardRefused
        );
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
        var deposits = new DepositAdapter(backend);
        var person = new FiveElements("name", "id", "mobile", "card");
        bank.Lost["identity/verify"] = 1;
        bank.Decisions["risk/assess"] = new("pending");

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            identity.VerifyAsync(reference, person, CancellationToken.None)
        );
        Assert.Equal(OutsideAnswer.Done, await identity.FindAsync(reference, CancellationToken.None));
        Assert.Null(await risk.FindAsync(reference, CancellationToken.None));
        Assert.Null(await deposits.FindAsync(reference, CancellationToken.None));
        await deposits.SendAsync(reference, "card", "name", Money.Cny(37), CancellationToken.None);
        Assert.Equal(OutsideAnswer.Done, await deposits.FindAsync(reference, CancellationToken.None));
        await Assert.ThrowsAsync<OutcomeNotKnownException>(() =>
            risk.AssessAsync(reference, person, CancellationToken.None)
        );
        await Assert.ThrowsAsync<OutcomeNotKnownException>(() =>
            risk.FindAsync(reference, CancellationToken.None)
        );
    }

    private static Task WaitAsync(Func<bool> until) => WaitAsync(() => Task.FromResult(until()));

    private static async Task WaitAsync(Func<Task<bool>> until)
    {
        for (var tries = 0; !await until(); tries++)
        {
            Assert.True(tries < 1_000, "It did not come to it in time.");
            await Task.Delay(20);
        }
    }

    /// <summary>A card's bank that refuses with a word of its own.</summary>
    private sealed class Refusing : ICardRail
    {
        private int asked;

        public int Asked => Volatile.Read(ref asked);

        public string Code { get; set; } = "R-4711";

        public Task<OutsideAnswer> DebitAsync(
            Reference reference,
            string cardNumber,
            Money amount,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref asked);
            return Task.FromResult(new OutsideAnswer(Code));
        }

        public Task<OutsideAnswer> CreditAsync(
            Reference reference,
            string cardNumber,
            Money amount,
            CancellationToken cancellationToken
        ) => Task.FromResult(new OutsideAnswer(Code));

        public Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
            Task.FromResult<OutsideAnswer?>(new(Code));
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
