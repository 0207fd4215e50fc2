using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Tests of what a customer brings between the account and a bound card on the bank's own pages.</summary>
/// <param name="link">Leads from the account's page to the form.</param>
public abstract class OwnTransferTests(SharedServer shared, string act, string link) : OwnPageTests(shared)
{
    protected World World => new(Partner.SandboxNumber);

    protected Store Store => Shared.Server.Get<Store>();

    protected async Task OpenAsync()
    {
        await SignInAsync();
        await FollowAsync("e-account");
        await FollowAsync(link);
    }

    protected async Task OrderAsync(string amount)
    {
        if (Browser.Page.QuerySelector("#Pin") is null)
        {
            await Browser.SubmitAsync(("Amount", amount));
        }

        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));
        Assert.Contains($"/{act}/", Browser.Address.AbsolutePath);
    }

    protected List<KeyValuePair<string, string>> Fields() =>
        [.. Browser.HiddenFields(), KeyValuePair.Create("Pin", TestPartner.Pin)];

    protected async Task ReachAsync(string text)
    {
        for (var i = 0; i < 400 && !Text().Contains(text); i++)
        {
            await Task.Delay(25);
            await Browser.GoAsync(Browser.Address);
        }

        Assert.Contains(text, Text());
    }

    protected async Task<AccountRow> AccountAsync() =>
        (await Store.ListAsync(AccountTables.Accounts, World, $"1 = {1} ORDER BY id LIMIT 1")).Single();

    protected async Task<string> IntentAsync(Guid subject) =>
        (
            await Store.FirstAsync(
                OpenBanking.Server.Outside.IntentTables.Intents,
                World,
                $"subject_id = {subject} AND state <> {OpenBanking.Server.Outside.IntentState.Done}"
            )
        )!.Id.ToString();

    protected async Task<string> OutstandingAsync() =>
        string.Join(
            '\n',
            (await TransferCommands.ListAsync(Shared.Server.Services)).Where(line =>
                line.Contains($"in world {World}:")
            )
        );

    protected Task<long> CardAsync() => CardAsync(Person.CardNumber);

    protected async Task<long> CardAsync(string number) =>
        (await Store.FindAsync(SandboxTables.Cards, World, new SandboxCardKey(number)))!.Balance;

    protected async Task AssertBooksAsync() =>
        Assert.DoesNotContain(
            await new BooksAudit(Store).FindViolationsAsync(),
            found =>
                found.Rule.Contains("withdrawal")
                || found.Rule.Contains("top-up")
                || found.Rule.Contains("balance")
        );

    protected static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 400 && !await holds(); i++)
        {
            await Task.Delay(25);
        }

        Assert.True(await holds());
    }

    protected Task<Decision<Done>> PutAsync(AccountRow account) =>
        Shared.Server.Get<Engine>().SubmitAsync(new Put(World, account));

    /// <summary>Lets an account be in a state.</summary>
    private sealed record Put(World World, AccountRow Account)
        : Command<Done>(World, DateTimeOffset.UnixEpoch)
    {
        public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, Account.Id);

        public override Decision<Done> Decide(Book book)
        {
            book.Update(
                AccountTables.Accounts,
                book.Get(AccountTables.Accounts, Account.Id) with
                {
                    State = Account.State,
                }
            );
            return Decision.Accept(new Done());
        }
    }
}
