using System.Diagnostics.Metrics;
using System.Text.Json;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What a card's bank never answers is seen, and booked as a person was told.</summary>
public sealed class OutstandingTransferTests : IAsyncLifetime
{
    private TestServer server = null!;
    private TestPartner partner = null!;
    private LinkedCustomer customer = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync(settings: "Outside:OutstandingAfter=00:00:00");
        partner = await TestPartner.NewAsync(server.Address);
        customer = await partner.LinkAsync();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_top_up_without_an_answer_is_listed_and_booked_once_as_a_person_was_told()
    {
        var lost = await AskAsync("top-up-1");
        var refused = await AskAsync("top-up-2");
        Assert.Equal(("degraded", 2), await HealthAsync());
        var measured = await MeasureAsync();
        Assert.Equal((2, 0), (measured["outstanding top_up"], measured["outstanding payout"]));
        Assert.InRange(measured["oldest top_up"], 0, 600);
        var lines = await TransferCommands.ListAsync(server.Services);
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.Matches("88.04 CNY, no answer for [0-9]+ s ", line));
        var references = lines.Select(line => line.Split(' ')[0]).ToList();

        Assert.EndsWith(
            "Succeeded",
            await TransferCommands.ResolveAsync(server.Services, references[0], TransferCommands.Done)
        );
        Assert.EndsWith(
            "Failed",
            await TransferCommands.ResolveAsync(server.Services, references[1], DeclineCodes.CardRefused)
        );
        Assert.Null(
            await TransferCommands.ResolveAsync(server.Services, references[0], TransferCommands.Done)
        );
        Assert.Null(await TransferCommands.ResolveAsync(server.Services, "int_1", TransferCommands.Done));

        Assert.Equal(TopUpStatus.Succeeded, (await partner.Client.TopUps.GetAsync(lost.Id)).Status);
        Assert.Equal(
            DeclineCodes.CardRefused,
            (await partner.Client.TopUps.GetAsync(refused.Id)).DeclineCode
        );
        Assert.Equal(MagicAmounts.CardNeverAnswers, await partner.BalanceAsync(customer));
        Assert.Equal(("ok", 0), await HealthAsync());
        Assert.Equal(0, (await MeasureAsync())["outstanding top_up"]);
    }

    [Fact]
    public async Task A_refused_payout_of_a_closed_account_is_listed_and_asked_for_again()
    {
        var world = new Server.Worlds.World(partner.SandboxNumber);
        var account = (await server.Get<Store>().FirstAsync(AccountTables.Accounts, world, $"1 = {1}"))!;
        var row = new WithdrawalRow
        {
            Id = server.Get<Ids>().New<WithdrawalRow>(),
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            CardId = account.CardId,
            Source = WithdrawalSource.Suspense,
            State = WithdrawalState.Failed,
            DeclineCode = DeclineCodes.CardRefused,
            Currency = Money.Renminbi,
            Amount = 10_00,
            CreatedAt = DateTimeOffset.UnixEpoch,
            CompletedAt = DateTimeOffset.UnixEpoch,
        };
        await server.Get<Engine>().SubmitAsync(new Put(row, world));

        var line = Assert.Single(await TransferCommands.ListAsync(server.Services));
        Assert.StartsWith($"{row.Id} in world {partner.SandboxNumber}: 10.00 CNY", line);
        Assert.NotNull(await TransferCommands.RetryAsync(server.Services, row.Id.ToString()));
        Assert.Null(await TransferCommands.RetryAsync(server.Services, row.Id.ToString()));
        Assert.Null(await TransferCommands.RetryAsync(server.Services, "wdr_1"));
    }

    [Theory]
    [InlineData(TransferCommands.Done, nameof(PayoutState.Succeeded), 0)]
    [InlineData(DeclineCodes.CardRefused, nameof(PayoutState.Failed), 30_00)]
    public async Task A_payout_without_an_answer_is_listed_and_keeps_nobody_from_the_next_once_it_is_booked(
        string outcome,
        string state,
        long carried
    )
    {
        var unanswered = new PutPayout(
            server.Get<Ids>().New<PayoutRow>(),
            server.Get<Ids>().New<IntentRow>(),
            server.Get<Ids>().New<PartnerRow>(),
            DateTimeOffset.UtcNow,
            new(partner.SandboxNumber)
        );
        await server.Get<Engine>().SubmitAsync(unanswered);

        var line = Assert.Single(await TransferCommands.ListAsync(server.Services));
        Assert.StartsWith($"{unanswered.IntentId} in world {partner.SandboxNumber}: payout pyo_", line);
        Assert.Contains("30.00 CNY, no answer", line);
        Assert.Equal(("degraded", 1), await HealthAsync());
        var reference = unanswered.IntentId.ToString();
        Assert.Equal(
            $"resolved: {reference} {state}",
            await TransferCommands.ResolveAsync(server.Services, reference, outcome)
        );
        Assert.Null(await TransferCommands.ResolveAsync(server.Services, reference, outcome));

        var progress = await server
            .Get<Store>()
            .FindAsync(
                PayoutTables.Progress,
                new(partner.SandboxNumber),
                new PayoutOwnerKey(unanswered.PartnerId.Value)
            );
        Assert.Equal((null, carried), (progress!.OpenPayoutId, progress.Carried));
        Assert.Equal(("ok", 0), await HealthAsync());
    }

    /// <summary>The top-up, once its card's bank was asked and said nothing.</summary>
    private async Task<TopUp> AskAsync(string number) =>
        await partner.Client.TopUps.CreateAsync(
            new CreateTopUpRequest
            {
                AgreementId = customer.AgreementId!,
                Amount = MagicAmounts.CardNeverAnswers,
            },
            IdempotencyKey.FromOrder(number, "top-up")
        );

    /// <summary>What a collector of this server's metrics reads.</summary>
    private async Task<IReadOnlyDictionary<string, long>> MeasureAsync()
    {
        await server.Get<OutstandingMetrics>().CountAsync();
        var measured = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (
                    instrument.Meter.Name == OutstandingMetrics.MeterName
                    && instrument.Meter.Scope == server.Get<IMeterFactory>()
                )
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                measured.Add($"{instrument.Name.Split('.')[^1]} {tags[0].Value}", value)
        );
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }

    private async Task<(string?, int)> HealthAsync()
    {
        using var http = new HttpClient();
        var health = JsonSerializer.Deserialize<JsonElement>(
            await http.GetStringAsync(new Uri(server.Address, "/health"))
        );
        return (
            health.GetProperty("status").GetString(),
            health.GetProperty("outstanding_transfers").GetInt32()
        );
    }

    /// <summary>A payout that was asked for, and is not asked for again meanwhile.</summary>
    private sealed record PutPayout(
        Id<PayoutRow> PayoutId,
        Id<IntentRow> IntentId,
        Id<PartnerRow> PartnerId,
        DateTimeOffset RealNow,
        Server.Worlds.World At
    ) : Command<Done>(At, DateTimeOffset.UnixEpoch)
    {
        public override void Keys(IKeySet keys)
        {
            // All of it is new.
        }

        public override Decision<Done> Decide(Book book)
        {
            book.Insert(
                PayoutTables.Payouts,
                new PayoutRow
                {
                    Id = PayoutId,
                    PartnerId = PartnerId,
                    State = PayoutState.Processing,
                    Currency = Money.Renminbi,
                    Amount = 30_00,
                    Through = DateOnly.FromDateTime(DateTime.UnixEpoch),
                    BroughtForward = 0,
                    Captured = 30_00,
                    Refunded = 0,
                    Fees = 0,
                    CreatedAt = Now,
                }
            );
            book.Insert(
                PayoutTables.Progress,
                new PayoutProgressRow
                {
                    OwnerId = PartnerId.Value,
                    Through = DateOnly.FromDateTime(DateTime.UnixEpoch),
                    Carried = 0,
                    OpenPayoutId = PayoutId,
                }
            );
            book.Insert(
                IntentTables.Intents,
                new IntentRow
                {
                    Id = IntentId,
                    Kind = IntentKind.PayOut,
                    State = IntentState.Sent,
                    SubjectId = PayoutId.Value,
                    Attempts = 3,
                    DueAt = RealNow + (IntentRules.LongestWait / 2),
                    CreatedAt = Now,
                }
            );
            return Decision.Accept(new Done());
        }
    }

    private sealed record Put(WithdrawalRow Row, Server.Worlds.World At)
        : Command<Done>(At, DateTimeOffset.UnixEpoch)
    {
        public override void Keys(IKeySet keys)
        {
            // It is new.
        }

        public override Decision<Done> Decide(Book book)
        {
            book.Insert(WithdrawalTables.Withdrawals, Row);
            return Decision.Accept(new Done());
        }
    }
}
