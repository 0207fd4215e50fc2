using System.Text.Json;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Bench;

/// <summary>One partner with one app, and customers with funded accounts and wide agreements: written through the
/// engine, so that the books balance.</summary>
public sealed record BenchData(ClientKey Key, string ClientId, IReadOnlyList<string> AgreementIds)
{
    private const int Customers = 2_000;
    private const int AtOnce = 200;
    private const long Balance = 1_000_000;

    public static async Task<BenchData> WriteAsync(Uri address, string folder)
    {
        await using var server = await TestServer.StartAsync(dataFolder: folder);
        var engine = server.Get<Engine>();
        var ids = server.Get<Ids>();
        var now = DateTimeOffset.UtcNow;
        var world = new World(1);
        var key = ClientKey.CreateEs256();
        var app = NewApp(ids, key, address, now);
        await engine.SubmitAsync(new AddApp(world, now, app));
        await engine.SubmitAsync(new PlaceApp(now, new() { Id = app.Id, WorldNumber = world.Number }));
        var agreements = new List<string>();
        for (var i = 0; i < Customers; i += AtOnce)
        {
            var funded = Enumerable.Range(0, AtOnce).Select(_ => NewCustomer(ids, app, now)).ToList();
            await Task.WhenAll(
                funded.Select(customer =>
                    engine.SubmitAsync(
                        new AddFunded(world, now, customer.Account, customer.Agreement, Balance)
                    )
                )
            );
            agreements.AddRange(funded.Select(customer => customer.Agreement.Id.ToString()));
        }

        return new(key, app.Id.ToString(), agreements);
    }

    private static AppRow NewApp(Ids ids, ClientKey key, Uri address, DateTimeOffset now) =>
        new()
        {
            Id = ids.New<AppRow>(),
            PartnerId = ids.New<PartnerRow>(),
            Name = "Bench",
            Scene = "other",
            Scope = string.Join(' ', Scopes.All),
            GrantTypes = "client_credentials",
            AuthorizationDetailsTypes = "payment_agreement",
            RedirectUris = JsonSerializer.Serialize(new[] { address.ToString() }),
            Jwks = JsonSerializer.Serialize(
                new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                ResponseJson.Default.JsonWebKeySetDocument
            ),
            WebhookEndpoints = 0,
            CreatedAt = now,
        };

    private static (AccountRow Account, AgreementRow Agreement) NewCustomer(
        Ids ids,
        AppRow app,
        DateTimeOffset now
    )
    {
        var account = new AccountRow
        {
            Id = ids.New<AccountRow>(),
            CustomerId = ids.New<CustomerRow>(),
            CardId = ids.New<BoundCardRow>(),
            Type = AccountType.TypeTwo.Value,
            State = AccountState.Active,
            Number = [1],
            LastFour = "0000",
            Currency = Money.Renminbi,
            Available = 0,
            Held = 0,
            Entries = 0,
            OutflowDay = BusinessCalendar.DateOf(now),
            DayOutflow = 0,
            YearOutflow = 0,
            OpenedAt = now,
        };
        var agreement = new AgreementRow
        {
            Id = ids.New<AgreementRow>(),
            ConsentId = ids.New<ConsentRow>(),
            AppId = app.Id,
            PartnerId = app.PartnerId,
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            CardId = account.CardId,
            State = ConsentState.Authorized,
            Currency = Money.Renminbi,
            PerPaymentLimit = Balance,
            DailyLimit = Balance,
            TotalLimit = Balance,
            TopUpAllowed = true,
            Day = BusinessCalendar.DateOf(now),
            DayPaid = 0,
            DayToppedUp = 0,
            TotalPaid = 0,
            ExpiresAt = now.AddYears(1),
        };
        return (account, agreement);
    }

    private sealed record AddFunded(
        World World,
        DateTimeOffset Now,
        AccountRow Account,
        AgreementRow Agreement,
        long Amount
    ) : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, Account.Id);

        public override Decision<Done> Decide(Book book)
        {
            book.Insert(AccountTables.Accounts, Account);
            book.Insert(ConsentTables.Agreements, Agreement);
            LedgerRules.Post(
                book,
                new(
                    PostingKind.TopUp,
                    Account.Id.Value,
                    Agreement.AppId.Value,
                    Account.Currency,
                    Now,
                    LedgerRules.TopUpLegs(Account.Id, Amount, Account.Currency)
                )
            );
            return Decision.Accept(new Done());
        }
    }
}
