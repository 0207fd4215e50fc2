using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>What events tell of besides: nothing of it is asked for through the API.</summary>
public sealed partial class ExampleJourney
{
    private World World => new(int.Parse(sandbox.SandboxId));

    private async Task BringWhatSeldomHappensAsync()
    {
        await ApplyAsync(MagicPersons.WithAnotherName.Person, 2);
        await ApplyAsync(MagicPersons.TooYoung.Person, 3);
        await ApplyAsync(MagicPersons.WithUnconfirmedCard.Person, 5);
        var guessed = await ApplyAsync(persons[3], 4);
        await UntilAsync(
            () => client.AccountApplications.GetAsync(guessed.Id),
            now => now.Status == AccountApplicationStatus.OtpPending
        );
        Assert.True(Id<AccountApplicationRow>.TryParse(guessed.Id, out var application));
        await bank.Get<Engine>().SubmitAsync(new GuessTooOften(World, DateTimeOffset.UtcNow, application));

        var account = (await AccountsAsync())[0];
        await ChangeCardAsync(account);
        await AccountCommands.SetFreezeAsync(bank.Services, account.Id.ToString(), frozen: true);
        await AccountCommands.SetFreezeAsync(bank.Services, account.Id.ToString(), frozen: false);
        await UpgradeAndCloseAnotherAsync();
    }

    /// <summary>A customer binds a second card, and makes it the default one.</summary>
    private async Task ChangeCardAsync(AccountRow account)
    {
        var cards = bank.Get<OwnCards>();
        var second = persons.Where(person => person.IdNumber == persons[0].IdNumber).ElementAt(1);
        var session = await SessionOfAsync(account);
        Assert.Null(await cards.AddAsync(session, account, second.CardNumber, Pin, "A card is bound."));
        var bound = await UntilAsync(
            () => bank.Get<DashboardQueries>().ListCardsAsync(World, account),
            listed => listed.Count == 2
        );
        Assert.Null(await cards.ChooseAsync(session, account, bound[1], Pin, "It is the default card."));
    }

    /// <summary>A customer opens an account of Type III, makes it one of Type II, and closes it.</summary>
    private async Task UpgradeAndCloseAnotherAsync()
    {
        using var raw = NewRaw();
        var person = persons[4];
        await LinkWithoutSdkAsync(raw, person, """{"type":"account_opening","account_type":"type_iii"}""");
        var account = (await AccountsAsync())[^1];
        var session = await SessionOfAsync(account);
        var own = bank.Get<OwnAccounts>();
        Assert.Null(
            await own.UpgradeAsync(
                session,
                account,
                person.IdNumber,
                person.CardNumber,
                Pin,
                "It is Type II."
            )
        );
        account = await UntilAsync(
            async () => (await AccountsAsync())[^1],
            now => now.Type == AccountType.TypeTwo.Value
        );
        Assert.Null(await own.CloseAsync(session, account, Pin, "It is being closed."));
    }

    private async Task<OpenSession> SessionOfAsync(AccountRow account) =>
        new(
            World,
            Row: null!,
            await bank.Get<Store>().FindAsync(CustomerTables.Customers, World, account.CustomerId)
        );

    /// <summary>More than half a year without a payment, and more than a year after consent.</summary>
    private async Task LetTimePassAsync()
    {
        foreach (var days in (int[])[200, 200])
        {
            await bank.Get<SandboxClock>().AdvanceAsync(World, TimeSpan.FromDays(days));
        }
    }

    private ValueTask<IReadOnlyList<AccountRow>> AccountsAsync() =>
        bank.Get<Store>().ListAsync(AccountTables.Accounts, World, $"1 = {1} ORDER BY id");

    /// <summary>As after the last wrong code.</summary>
    private sealed record GuessTooOften(World World, DateTimeOffset Now, Id<AccountApplicationRow> Id)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(ApplicationTables.Applications, Id);

        public override Decision<Done> Decide(Book book)
        {
            OpeningRules.Move(
                book,
                book.Get(ApplicationTables.Applications, Id),
                ApplicationState.OtpFailed,
                ApplicationReasons.TooManyWrongCodes
            );
            return Decision.Accept(new Done());
        }
    }
}
