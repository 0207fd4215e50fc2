using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Cards that are not confirmed, at a bank that sends no amounts, or whose amounts come to no end.</summary>
public sealed class UnconfirmedCardTests
{
    private const string AtOnce = "Outside:OutstandingAfter=00:00:00";

    [Fact]
    public async Task Where_nobody_sends_amounts_it_is_no_answer_and_the_bank_is_asked_again()
    {
        await using var server = await TestServer.StartAsync(
            builder => builder.Services.RemoveAll<ICardDeposit>(),
            dataFolder: null,
            AtOnce
        );
        var partner = await TestPartner.NewAsync(server.Address);

        var made = await ApplyAsync(partner);

        var asked = await WaitForIntentAsync(server, partner, IntentKind.VerifyApplicant, attempts: 2);
        Assert.NotEqual(IntentState.Done, asked.State);
        Assert.Equal(
            AccountApplicationStatus.IdentityVerifying,
            (await partner.Client.AccountApplications.GetAsync(made.Id)).Status
        );
        Assert.Equal(
            [IntentKind.VerifyApplicant],
            (await server.Get<OutstandingTransfers>().CountAsync()).Keys
        );
    }

    [Theory]
    [InlineData(TransferCommands.Done, "deposit_pending", null)]
    [InlineData(DeclineCodes.CardRefused, "identity_failed", ApplicationReasons.CardNotVerified)]
    public async Task An_amount_without_an_answer_is_listed_and_goes_on_as_a_person_was_told(
        string outcome,
        string status,
        string? reason
    )
    {
        await using var server = await TestServer.StartAsync(
            builder => builder.Services.AddSingleton<ICardDeposit>(new Silent()),
            dataFolder: null,
            AtOnce
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var made = await ApplyAsync(partner);
        var sending = await WaitForIntentAsync(server, partner, IntentKind.SendDeposit, attempts: 1);

        var line = Assert.Single(await TransferCommands.ListAsync(server.Services));
        Assert.StartsWith(
            $"{sending.Id} in world {partner.SandboxNumber}: amount to the card of {made.Id}, no answer for",
            line
        );
        var reference = sending.Id.ToString();
        Assert.NotNull(await TransferCommands.ResolveAsync(server.Services, reference, outcome));
        Assert.Null(await TransferCommands.ResolveAsync(server.Services, reference, outcome));

        var resolved = await partner.Client.AccountApplications.GetAsync(made.Id);
        Assert.Equal((status, reason), (resolved.Status.Value, resolved.Reason));
        Assert.Empty(await TransferCommands.ListAsync(server.Services));
    }

    [Theory]
    [InlineData(TransferCommands.Done, nameof(DepositState.Sent), VerificationState.Verifying)]
    [InlineData(DeclineCodes.CardRefused, nameof(DepositState.None), VerificationState.Refused)]
    public async Task So_is_one_to_a_card_that_is_added_to_an_account(
        string outcome,
        string state,
        VerificationState verification
    )
    {
        await using var server = await TestServer.StartAsync(settings: AtOnce);
        var partner = await TestPartner.NewAsync(server.Address);
        await partner.LinkAsync();
        var world = new World(partner.SandboxNumber);
        var account = (await server.Get<Store>().FirstAsync(AccountTables.Accounts, world, $"1 = {1}"))!;
        var intent = server.Get<Ids>().New<IntentRow>();
        await server.Get<Engine>().SubmitAsync(new PutDeposit(account, intent, DateTimeOffset.UtcNow, world));

        var line = Assert.Single(await TransferCommands.ListAsync(server.Services));
        Assert.StartsWith($"{intent} in world {world}: amount to a card that is added to {account.Id}", line);
        Assert.Equal(
            $"resolved: {intent} {state}",
            await TransferCommands.ResolveAsync(server.Services, intent.ToString(), outcome)
        );

        Assert.Empty(await TransferCommands.ListAsync(server.Services));
        var row = await server
            .Get<Store>()
            .FindAsync(
                AccountTables.Verifications,
                world,
                new AccountVerificationKey(account.Id, VerificationPurpose.Card)
            );
        Assert.Equal(verification, row!.State);
    }

    private static async Task<AccountApplication> ApplyAsync(TestPartner partner)
    {
        var person = MagicPersons.WithUnconfirmedCard.Person;
        return await partner.Client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new()
                {
                    Name = person.Name,
                    IdNumber = person.IdNumber,
                    Mobile = person.Mobile,
                    CardNumber = person.CardNumber,
                },
                ReturnUri = TestPartner.RedirectUri.ToString(),
            },
            IdempotencyKey.FromOrder("person-1", "open")
        );
    }

    private static async Task<IntentRow> WaitForIntentAsync(
        TestServer server,
        TestPartner partner,
        IntentKind kind,
        int attempts
    )
    {
        for (var i = 0; i < 400; i++)
        {
            if (
                await server
                    .Get<Store>()
                    .FirstAsync(IntentTables.Intents, new(partner.SandboxNumber), $"kind = {kind}")
                    is { } intent
                && intent.Attempts >= attempts
            )
            {
                return intent;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"Nobody was asked for {kind} so often.");
    }

    /// <summary>Never says what became of an amount.</summary>
    private sealed class Silent : ICardDeposit
    {
        public Task<OutsideAnswer> SendAsync(
            Reference reference,
            string cardNumber,
            string name,
            Money amount,
            CancellationToken cancellationToken
        ) => throw new TimeoutException("No answer.");

        public Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
            throw new TimeoutException("No answer.");
    }

    /// <summary>An amount that is being sent to a card, and not asked for again meanwhile.</summary>
    private sealed record PutDeposit(
        AccountRow Account,
        Id<IntentRow> IntentId,
        DateTimeOffset RealNow,
        World At
    ) : Command<Done>(At, DateTimeOffset.UnixEpoch)
    {
        public override void Keys(IKeySet keys)
        {
            // All of it is new.
        }

        public override Decision<Done> Decide(Book book)
        {
            book.Insert(
                AccountTables.Verifications,
                new AccountVerificationRow
                {
                    AccountId = Account.Id,
                    Purpose = VerificationPurpose.Card,
                    State = VerificationState.Verifying,
                }
            );
            book.Insert(
                AccountTables.CardDeposits,
                new CardDepositRow
                {
                    AccountId = Account.Id,
                    CustomerId = Account.CustomerId,
                    State = DepositState.Sending,
                    IntentId = IntentId,
                    Request = [1],
                    Mac = [1],
                    ExpiresAt = RealNow.AddDays(7),
                }
            );
            book.Insert(
                IntentTables.Intents,
                new IntentRow
                {
                    Id = IntentId,
                    Kind = IntentKind.SendCardDeposit,
                    State = IntentState.Sent,
                    SubjectId = Account.Id.Value,
                    Attempts = 3,
                    DueAt = RealNow + (IntentRules.LongestWait / 2),
                    CreatedAt = Now,
                }
            );
            return Decision.Accept(new Done());
        }
    }
}
