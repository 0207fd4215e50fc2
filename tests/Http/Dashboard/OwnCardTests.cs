using OpenBanking.Samples.Quickstart;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How customers add cards to an account, choose the default one and remove others.</summary>
public sealed class OwnCardTests(SharedServer shared) : OwnPageTests(shared)
{
    private SandboxPerson second = null!;
    private SandboxPerson other = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var persons = await Partner.PersonsAsync();
        second = persons.Where(person => person.IdNumber == Person.IdNumber).ElementAt(1);
        other = persons[1];
        Assert.NotEqual(Person.CardNumber, second.CardNumber);
        await SignInAsync();
        await Browser.GoAsync(
            new(Browser.Address, Browser.Page.QuerySelector("a.account")!.GetAttribute("href"))
        );
        await FollowAsync("Bound cards");
    }

    [Fact]
    public async Task A_customer_changes_the_card_and_money_comes_from_it_and_goes_back_to_it()
    {
        Assert.Contains("Default card", Text());
        await AddAsync(second.CardNumber);
        Assert.Contains(Last(second.CardNumber), Text());
        await MessageAsync(Person, $"card ending in {Last(second.CardNumber)} is now bound");

        var before = await BoundCardAsync();
        await FollowAsync("Change");
        await Browser.SubmitAsync("Choose", ("Pin", TestPartner.Pin));
        await MessageAsync(Person, "is now the default card");
        var after = await BoundCardAsync();

        Assert.NotEqual(before.Id, after.Id);
        Assert.EndsWith(Last(second.CardNumber), after.MaskedNumber);
        var changed = await EventAsync(EventTypes.AccountBoundCardChanged);
        Assert.Equal(
            (after.Id, Customer.AccountId, "active"),
            (changed.Data.CardId, changed.Data.AccountId, changed.Data.Status)
        );

        var onCard = await OnCardAsync(second.CardNumber);
        var topUp = await Partner.TopUpAsync(Customer, Money.Yuan(50), "second");
        Assert.Equal(after.Id, topUp.CardId);
        Assert.Equal(onCard - 50_00, await OnCardAsync(second.CardNumber));

        await FollowAsync("Change");
        Assert.Contains(Last(Person.CardNumber), Text());
        await Browser.SubmitAsync("Remove", ("Pin", TestPartner.Pin));
        Assert.DoesNotContain(Last(Person.CardNumber), Text());
        await MessageAsync(Person, $"card ending in {Last(Person.CardNumber)} was removed");

        await FollowAsync("The account");
        await FollowAsync("Close the account");
        Assert.Contains($"ending in {Last(second.CardNumber)}", Text());
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        for (var i = 0; i < 200 && await OnCardAsync(second.CardNumber) != onCard + 100_00; i++)
        {
            await Task.Delay(25);
        }

        Assert.Equal(onCard + 100_00, await OnCardAsync(second.CardNumber));
    }

    [Fact]
    public async Task Neither_a_wrong_number_nor_a_card_that_is_bound_nor_one_of_somebody_else_is_added()
    {
        await FollowAsync("Add a card");
        await Browser.SubmitAsync(("CardNumber", "1"), ("Pin", "1"));
        Assert.Contains("not a valid card number", Text());
        Assert.Contains("Enter the six digits", Text());
        await Browser.SubmitAsync(("CardNumber", second.CardNumber), ("Pin", "975310"));
        Assert.Contains("That is not your PIN", Text());
        await Browser.SubmitAsync(("CardNumber", Person.CardNumber), ("Pin", TestPartner.Pin));
        Assert.Contains("bound to the account already", Text());

        await Browser.SubmitAsync(("CardNumber", other.CardNumber), ("Pin", TestPartner.Pin));
        await WaitAsync();

        Assert.Contains("did not confirm", Text());
        Assert.DoesNotContain(Last(other.CardNumber), Text());
    }

    [Fact]
    public async Task Cards_that_their_banks_do_not_confirm_lock_for_a_day_and_a_full_account_takes_none()
    {
        var cards = Browser.Address;
        await FollowAsync("Add a card");
        await SetCardsAsync(5);
        await Browser.SubmitAsync(("CardNumber", second.CardNumber), ("Pin", TestPartner.Pin));
        Assert.Contains("as many cards as it may have", Text());
        await SetCardsAsync(1);
        await Browser.GoAsync(cards);

        for (var i = 0; i < 5; i++)
        {
            await AddAsync(other.CardNumber);
        }

        await FollowAsync("Add a card");
        await Browser.SubmitAsync(("CardNumber", second.CardNumber), ("Pin", TestPartner.Pin));
        Assert.Contains("For a day none can be verified", Text());
    }

    [Fact]
    public async Task The_default_card_is_not_removed_and_a_card_of_nobody_has_no_page()
    {
        await AddAsync(second.CardNumber);
        await FollowAsync("Change");
        var page = Browser.Address;
        await Browser.SubmitAsync("Choose", ("Pin", "975310"));
        Assert.Contains("That is not your PIN", Text());
        await Browser.SubmitAsync("Choose", ("Pin", TestPartner.Pin));

        await Browser.GoAsync(page);
        Assert.Contains("This is your default card", Text());
        await Browser.GoAsync(new(page, "card_00000000000000000000000000"));
        Assert.EndsWith("/bank/error", Browser.Address.AbsolutePath);

        using var stranger = new Browser();
        await SignInAsync(stranger, await LinkOtherAsync());
        await stranger.GoAsync(page);
        Assert.EndsWith("/bank/error", stranger.Address.AbsolutePath);
    }

    [Fact]
    public async Task Two_taps_add_choose_and_remove_a_card_once()
    {
        var cards = Browser.Address;
        await FollowAsync("Add a card");
        var fields = Browser
            .HiddenFields()
            .Append(KeyValuePair.Create("CardNumber", second.CardNumber))
            .Append(KeyValuePair.Create("Pin", TestPartner.Pin))
            .ToList();
        var added = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Browser.PostAsync(Browser.Address, fields))
        );
        Assert.All(
            added,
            answer => Assert.Equal($"{cards.AbsolutePath}?done=card", $"{answer.Headers.Location}")
        );
        await Browser.GoAsync(cards);
        await WaitAsync();

        await FollowAsync("Change");
        var page = Browser.Address;
        await TapTwiceAsync("Choose", ("Pin", TestPartner.Pin));
        await MessageAsync(Person, "is now the default card");
        await FollowAsync("Change");
        Assert.NotEqual(page, Browser.Address);
        page = Browser.Address;
        await TapTwiceAsync("Remove", ("Pin", TestPartner.Pin));
        Assert.DoesNotContain(Last(Person.CardNumber), Text());
        await MessageAsync(Person, "was removed");
        Assert.Single(await MessagesAsync(Person), message => message.Text.Contains("was removed"));

        await Browser.GoAsync(Own("/data.json"));
        Assert.Matches($"removed_cards.*\\s.*\\s.*{Last(Person.CardNumber)}", Browser.Content);

        // Back to it: there is nothing to be done with it any more.
        await Browser.GoAsync(page);
        Assert.Equal(cards, Browser.Address);
    }

    [Fact]
    public async Task A_forgotten_PIN_is_set_anew_with_any_of_the_cards()
    {
        await AddAsync(second.CardNumber);
        await Browser.GoAsync(Own());
        await Browser.SubmitAsync("SignOut");
        await EnterMobileAsync(Browser, Person);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        await FollowAsync("I have forgotten my PIN");
        await Browser.SubmitAsync(
            ("IdNumber", Person.IdNumber),
            ("CardNumber", second.CardNumber),
            ("Pin", "864209"),
            ("Again", "864209")
        );
        await MessageAsync(Person, "Your payment PIN was changed.");
    }

    private async Task SetCardsAsync(long cards)
    {
        var world = new World(Partner.SandboxNumber);
        var account = await Shared
            .Server.Get<Store>()
            .FirstAsync(AccountTables.Accounts, world, $"1 = {1} ORDER BY id");
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(
                new CountCards(world, Shared.Server.Get<TimeProvider>().GetUtcNow(), account!.Id, cards)
            );
    }

    /// <summary>So many cards are bound, as far as the account counts.</summary>
    private sealed record CountCards(World World, DateTimeOffset Now, Id<AccountRow> Account, long Cards)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, Account);

        public override Decision<Done> Decide(Book book)
        {
            var account = book.Get(AccountTables.Accounts, Account);
            book.Update(AccountTables.Accounts, account with { Cards = Cards });
            return Decision.Accept(new Done());
        }
    }

    private async Task<SandboxPerson> LinkOtherAsync()
    {
        await Partner.LinkAsync(1);
        return other;
    }

    private async Task AddAsync(string cardNumber)
    {
        await FollowAsync("Add a card");
        await Browser.SubmitAsync(("CardNumber", cardNumber), ("Pin", TestPartner.Pin));
        await WaitAsync();
    }

    private async Task WaitAsync()
    {
        Assert.EndsWith("/cards", Browser.Address.AbsolutePath);
        for (var i = 0; i < 400 && Text().Contains("We are asking"); i++)
        {
            await Task.Delay(25);
            await Browser.GoAsync(Browser.Address);
        }
    }

    private async Task<BoundCard> BoundCardAsync() =>
        (await Partner.Client.Accounts.GetAsync(Customer.CustomerId, Customer.AccountId!)).BoundCard;

    private async Task<WebhookEvent> EventAsync(string type)
    {
        for (var i = 0; i < 200; i++)
        {
            await foreach (var happened in Partner.Client.Events.ListAsync())
            {
                if (happened.Type == type)
                {
                    return happened;
                }
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"{type} was not told.");
    }

    private async Task<long> OnCardAsync(string number) =>
        (
            await Shared
                .Server.Get<Store>()
                .FindAsync(SandboxTables.Cards, new(Partner.SandboxNumber), new SandboxCardKey(number))
        )!.Balance;

    private static string Last(string number) => number[^4..];
}
