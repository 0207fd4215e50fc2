using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>One person who opens accounts from many sides at once.</summary>
public sealed class ParallelOpeningTests(SharedServer shared) : ApplicationPageTests(shared)
{
    private const int Applications = 20;
    private const int Allowed = 5;
    private static readonly byte[] mac = [1, 2, 3];

    private World World => new(Partner.SandboxNumber);

    [Fact]
    public async Task Twenty_openings_at_once_open_as_many_accounts_as_one_person_may_have()
    {
        await Partner.LinkAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, Applications).Select(_ => ApplyAsync()));
        await Task.WhenAll(made.Select(one => WaitAsync(one.Id, AccountApplicationStatus.OtpPending)));

        await Task.WhenAll(made.Select(ConfirmBehindThePagesAsync));

        var ended = await Partner.Client.AccountApplications.ListAsync().ToListAsync();
        Assert.Equal(Allowed, ended.Count(one => one.Status == AccountApplicationStatus.Opened));
        Assert.Equal(
            Applications + 1 - Allowed,
            ended.Count(one => one.Reason == ApplicationReasons.TooManyAccounts)
        );
        var accounts = await Shared
            .Server.Get<Store>()
            .ListAsync(AccountTables.Accounts, World, $"ORDER BY id");
        Assert.Equal(Allowed, accounts.Count);
    }

    /// <summary>Codes are not sent to one number so fast, so the rows are put there.</summary>
    private async Task ConfirmBehindThePagesAsync(AccountApplication made)
    {
        var server = Shared.Server;
        Assert.True(Id<AccountApplicationRow>.TryParse(made.Id, out var id));
        var row = (await server.Get<Store>().FindAsync(ApplicationTables.Applications, World, id))!;
        var visit = new ApplicationVisitRow
        {
            Id = server.Get<Ids>().New<ApplicationVisitRow>(),
            ApplicationId = id,
            State = VisitState.Begun,
            BrowserHash = "",
            CodeId = server.Get<Ids>().New<OneTimeCodeRow>(),
            ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(5),
        };
        await server
            .Get<Engine>()
            .SubmitAsync(new PutCode(World, DateTimeOffset.UtcNow, visit, row.MobileIndex));
        var elements = server.Get<Vault>().OpenJson<FiveElements>(row.Elements, id.Value);
        var decision = await server
            .Get<Engine>()
            .SubmitAsync(
                new EnterApplicationCode(
                    World,
                    DateTimeOffset.UtcNow,
                    visit,
                    row,
                    mac,
                    "",
                    await server
                        .Get<Openings>()
                        .PrepareAsync(World, row, elements, row.CardBank!, DateTimeOffset.UtcNow),
                    DateTimeOffset.UtcNow
                )
            );
        Assert.IsType<Accepted<CodeCheck>>(decision);
    }

    private sealed record PutCode(
        World World,
        DateTimeOffset Now,
        ApplicationVisitRow Visit,
        string MobileIndex
    ) : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(ApplicationTables.Visits, Visit.Id);

        public override Decision<Done> Decide(Book book)
        {
            book.Insert(ApplicationTables.Visits, Visit);
            book.Insert(
                CustomerTables.OneTimeCodes,
                new OneTimeCodeRow
                {
                    Id = Visit.CodeId,
                    MobileIndex = MobileIndex,
                    Mac = mac,
                    Failures = 0,
                    Used = false,
                    ExpiresAt = Visit.ExpiresAt,
                }
            );
            return Decision.Accept(new Done());
        }
    }
}
