using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
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
        var guessed = await ApplyAsync(persons[3], 4);
        await UntilAsync(
            () => client.AccountApplications.GetAsync(guessed.Id),
            now => now.Status == AccountApplicationStatus.OtpPending
        );
        Assert.True(Id<AccountApplicationRow>.TryParse(guessed.Id, out var application));
        await bank.Get<Engine>().SubmitAsync(new GuessTooOften(World, DateTimeOffset.UtcNow, application));

        var account = (await AccountsAsync())[0];
        await AccountCommands.SetFreezeAsync(bank.Services, account.Id.ToString(), frozen: true);
        await AccountCommands.SetFreezeAsync(bank.Services, account.Id.ToString(), frozen: false);
        await CloseAnotherAsync();
    }

    /// <summary>A customer opens an account, and closes it.</summary>
    private async Task CloseAnotherAsync()
    {
        using var raw = NewRaw();
        await LinkWithoutSdkAsync(raw, persons[4]);
        var account = (await AccountsAsync())[^1];
        var customer = await bank.Get<Store>().FindAsync(CustomerTables.Customers, World, account.CustomerId);
        Assert.Null(
            await bank.Get<OwnAccounts>()
                .CloseAsync(new OpenSession(World, Row: null!, customer), account, Pin)
        );
    }

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
