using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
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

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.001")]
    [InlineData("1,00")]
    [InlineData("1e2")]
    [InlineData("ten")]
    public async Task What_is_no_amount_is_said_beside_its_field(string amount)
    {
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", amount));

        Assert.Contains("Enter an amount in yuan", Text());
        Assert.Null(Browser.Page.QuerySelector("#Pin"));
    }

    [Theory]
    [InlineData("100,000,001")]
    [InlineData("99999999999999999999")]
    [InlineData("¥99999999999999999999999999999999999999.99")]
    public async Task Of_an_amount_that_is_too_large_the_most_is_said(string amount)
    {
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", amount));

        Assert.Matches("You can (top up|withdraw) ¥[0-9,]+[.]00 at the most[.]", Text());
        Assert.DoesNotContain("Enter an amount in yuan", Text());
        Assert.Null(Browser.Page.QuerySelector("#Pin"));
    }

    [Fact]
    public async Task A_wrong_PIN_brings_nothing_and_five_lock_it()
    {
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "10"));
        await Browser.SubmitAsync("Confirm", ("Pin", "1"));
        Assert.Contains("Enter the six digits", Text());
        for (var i = 0; i < 4; i++)
        {
            await Browser.SubmitAsync("Confirm", ("Pin", "975310"));
            Assert.Contains("That is not your PIN", Text());
            Assert.Contains("Amount¥10.00", Text());
        }

        await Browser.SubmitAsync("Confirm", ("Pin", "975310"));
        Assert.Contains("locked for a day", Text());
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));
        Assert.Contains("locked for a day", Text());
        Assert.Equal(100_00, (await AccountAsync()).Available);
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData(AccountState.Frozen, "The account is frozen")]
    [InlineData(AccountState.Dormant, "The account sleeps")]
    [InlineData(AccountState.Closing, "The account is closed")]
    public async Task An_account_that_is_not_in_use_refuses_and_says_why(AccountState state, string why)
    {
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "10"));
        await PutAsync((await AccountAsync()) with { State = state });
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));
        Assert.Contains(why, Text());

        await Browser.GoAsync(new Uri(Browser.Address, act));
        Assert.Contains(why, Text());
        Assert.Null(Browser.Page.QuerySelector("main form"));
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Who_goes_back_while_a_form_is_being_sent_fills_in_the_same_one_and_orders_once()
    {
        await OpenAsync();
        await Browser.SubmitToAsync("form[action*=form]", ("Amount", "10"));
        var (address, sending) = (Browser.Address, Fields());

        await Browser.GoAsync(address);
        await Browser.SubmitAsync(("Amount", "10"));
        using var sent = await Browser.PostAsync(new(address, "?handler=Confirm"), sending);
        await OrderAsync("10");

        Assert.Equal(new Uri(address, sent.Headers.Location!), Browser.Address);
        Assert.Equal(1, await CountAsync());
        await FollowAsync("account");
        await FollowAsync(link);
        Assert.DoesNotContain(sending.Single(field => field.Key == "Form"), Browser.HiddenFields());
    }

    [Fact]
    public async Task Nobody_else_sees_it_or_takes_its_form_and_no_other_card_has_part_in_it()
    {
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "10"), ("Card", "card_00000000000000000000000000"));
        Assert.Contains("not bound to the account", Text());
        await Browser.SubmitAsync(("Amount", "10"));
        await OrderAsync("10");
        var (state, form) = (Browser.Address, Browser.Address.AbsolutePath.Split('/')[^1]);

        var persons = await Partner.PersonsAsync();
        var other = await Partner.LinkAsync(1);
        await Partner.TopUpAsync(other, Money.Yuan(50), "top-up-2");
        using var stranger = new Browser();
        await SignInAsync(stranger, persons[1]);
        await stranger.GoAsync(state);
        Assert.EndsWith("/bank/error", stranger.Address.AbsolutePath);
        await stranger.GoAsync(Own());
        await stranger.GoAsync(
            new(stranger.Address, $"{stranger.Page.QuerySelector("a.account")!.GetAttribute("href")}/{act}")
        );
        await stranger.SubmitAsync(("Amount", "10"), ("Form", form));
        await stranger.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));
        Assert.Contains("not in a state for this", Text(stranger));
        Assert.Equal(1, await CountAsync());
    }

    /// <summary>How many were ordered.</summary>
    protected abstract Task<int> CountAsync();

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
