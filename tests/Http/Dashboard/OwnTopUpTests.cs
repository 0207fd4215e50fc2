using System.Net;
using System.Text.Json;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How customers bring money from a bound card to their account.</summary>
public sealed class OwnTopUpTests(SharedServer shared)
    : OwnTransferTests(shared, "top-up", "Top up from your card")
{
    [Fact]
    public async Task Money_comes_from_the_card_its_customer_is_told_and_every_list_has_it()
    {
        var card = await CardAsync();
        await OpenAsync();
        Assert.DoesNotContain("at the most", Text());
        await Browser.SubmitAsync(("Amount", "40.5"));
        Assert.Contains("Amount¥40.50", Text());
        Assert.Matches($"From your card.*{Person.CardNumber[^4..]}", Text());
        Assert.Contains((await AccountAsync()).LastFour, Text());
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));

        await ReachAsync("The money is on your account");
        Assert.Contains("¥40.50", Text());
        Assert.Null(Browser.Page.QuerySelector("meta[http-equiv=refresh]"));
        Assert.Equal(card - 40_50, await CardAsync());
        var account = await AccountAsync();
        Assert.Equal((140_50L, 0L, 0L), (account.Available, account.DayOutflow, account.YearOutflow));
        await MessageAsync(Person, "You asked us to bring ¥40.50");

        await FollowAsync("The account");
        Assert.Contains("From your card +¥40.50", Text());
        await FollowAsync("How far it is");
        Assert.Contains("The money is on your account", Text());
        await FollowAsync("The account");
        await FollowAsync("Statement");
        Assert.Contains("From your card +¥40.50", Text());
        await FollowAsync("CSV");
        Assert.Contains("From your card,,,40.50,140.50", Browser.Content);
        await Browser.GoAsync(Own("/data.json"));
        var line = JsonDocument
            .Parse(Browser.Content)
            .RootElement.GetProperty("accounts")[0]
            .GetProperty("transactions")
            .EnumerateArray()
            .Last();
        Assert.Equal(
            ("top_up", null, 40_50),
            (
                line.GetProperty("kind").GetString(),
                line.GetProperty("app").GetString(),
                line.GetProperty("amount").GetProperty("amount").GetInt64()
            )
        );
        var newest = await Partner
            .Client.Accounts.ListTransactionsAsync(Customer.CustomerId, Customer.AccountId!)
            .FirstAsync();
        Assert.Equal((TransactionKind.TopUp, Money.Yuan(40.5m)), (newest.Kind, newest.Amount));
        Assert.Null(newest.SourceId);
        Assert.Equal(
            [Money.Yuan(100)],
            await Partner.Client.TopUps.ListAsync().Select(topUp => topUp.Amount).ToListAsync()
        );
        await AssertBooksAsync();
    }

    [Fact]
    public async Task It_comes_from_the_card_that_was_chosen_and_the_default_one_stands_first()
    {
        var second = (await Partner.PersonsAsync())
            .Where(person => person.IdNumber == Person.IdNumber)
            .ElementAt(1);
        var (first, other) = (await CardAsync(), await CardAsync(second.CardNumber));
        await SignInAsync();
        await FollowAsync("e-account");
        await FollowAsync("Bound cards");
        await FollowAsync("Add a card");
        await Browser.SubmitAsync(("CardNumber", second.CardNumber), ("Pin", TestPartner.Pin));
        await ReachAsync(second.CardNumber[^4..]);
        await FollowAsync("The account");
        await FollowAsync("Top up from your card");
        var options = Browser.Page.QuerySelectorAll("#Card option");
        Assert.Equal(
            [Person.CardNumber[^4..], second.CardNumber[^4..]],
            options.Select(option => option.TextContent.Trim()[^4..])
        );
        Assert.True(options[0].HasAttribute("selected"));

        await Browser.SubmitAsync(("Amount", "10"), ("Card", options[1].GetAttribute("value")!));
        Assert.Matches($"From your card.*{second.CardNumber[^4..]}", Text());
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));

        await ReachAsync("The money is on your account");
        Assert.Equal((first, other - 10_00), (await CardAsync(), await CardAsync(second.CardNumber)));
    }

    [Fact]
    public async Task No_more_is_brought_than_may_be_on_it_with_what_is_under_way()
    {
        Person = (await Partner.PersonsAsync())[1];
        var small = await Partner.LinkTypeThreeAsync(1);
        await Partner.TopUpAsync(small, Money.Yuan(1_900), "top-up-2");
        await OpenAsync();
        Assert.Contains("top up ¥100.00 at the most now", Text());
        await Browser.SubmitAsync(("Amount", "100.01"));
        Assert.Contains("You can top up ¥100.00 at the most", Text());
        Assert.Null(Browser.Page.QuerySelector("#Pin"));
        await OrderAsync("88.04");

        await FollowAsync("The account");
        Assert.Contains("¥88.04 from your card is on its way", Text());
        await FollowAsync("Top up from your card");
        Assert.Contains("top up ¥11.96 at the most now", Text());
        await OrderAsync("11.96");
        await ReachAsync("The money is on your account");
        await FollowAsync("The account");
        await FollowAsync("Top up from your card");
        Assert.Contains("as much on the account, or on its way to it, as may be", Text());
        Assert.Null(Browser.Page.QuerySelector("main form"));
    }

    [Fact]
    public async Task What_the_account_has_no_room_for_by_the_time_of_the_PIN_is_refused_without_a_try()
    {
        Person = (await Partner.PersonsAsync())[1];
        var small = await Partner.LinkTypeThreeAsync(1);
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "2000"));
        await Partner.TopUpAsync(small, Money.Yuan(1), "top-up-2");
        await Browser.SubmitAsync("Confirm", ("Pin", "975310"));

        Assert.Contains("You can top up ¥1,999.00 at the most", Text());
        Assert.Empty(await TopUpsAsync());
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_at_once_and_again_later_tops_up_once()
    {
        var card = await CardAsync();
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "50"));
        var (form, address) = (Fields(), new Uri(Browser.Address, "top-up?handler=Confirm"));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Browser.PostAsync(address, form))
        );
        await EventuallyAsync(async () => (await AccountAsync()).Available == 150_00);
        var later = await Browser.PostAsync(address, form);

        Assert.All(
            answers.Append(later),
            answer =>
            {
                Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
                Assert.Equal(answers[0].Headers.Location, answer.Headers.Location);
            }
        );
        Assert.Equal(50_00, Assert.Single(await TopUpsAsync()).Amount);
        Assert.Equal(card - 50_00, await CardAsync());
        await AssertBooksAsync();
    }

    [Theory]
    [InlineData("88.01", "Your card's bank refused. Nothing was taken.")]
    [InlineData("88.02", "Your card does not have so much on it. Nothing was taken.")]
    public async Task What_the_cards_bank_refuses_does_not_come_and_its_customer_is_told_what_to_do(
        string amount,
        string why
    )
    {
        await OpenAsync();
        await OrderAsync(amount);

        await ReachAsync(why);
        await MessageAsync(
            Person,
            $"¥{amount} from your card ending in {Person.CardNumber[^4..]} did not come"
        );
        Assert.Equal(100_00, (await AccountAsync()).Available);
        Assert.Empty(await OutstandingAsync());
        await AssertBooksAsync();
        await FollowAsync("The account");
        Assert.Contains($"¥{amount} from your card did not come", Text());
        await FollowAsync("How far it is");
        Assert.Contains(why, Text());
        await Browser.GoAsync(Own("/data.json"));
        var copied = JsonDocument
            .Parse(Browser.Content)
            .RootElement.GetProperty("accounts")[0]
            .GetProperty("top_ups_not_on_the_account");
        Assert.Equal("failed", Assert.Single(copied.EnumerateArray()).GetProperty("status").GetString());
    }

    /// <summary>What its account does not take is sent on under its id.</summary>
    [Fact]
    public async Task Its_id_is_no_form_of_a_withdrawal()
    {
        await OpenAsync();
        await OrderAsync("88.04");
        var form = Browser.Address.AbsolutePath.Split('/')[^1];

        await FollowAsync("The account");
        await FollowAsync("Withdraw to your card");
        await Browser.SubmitAsync(("Amount", "10"), ("Form", form));
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));

        Assert.Contains("not in a state for this", Text());
        Assert.Equal(100_00, (await AccountAsync()).Available);
    }

    /// <summary>What an account does not take of an app's is sent on under its id, too.</summary>
    [Fact]
    public async Task The_id_of_an_apps_is_no_form_of_ones_own()
    {
        var ofAnApp = (await Store.ListAsync(TopUpTables.TopUps, World, $"1 = {1}")).Single();
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "10"), ("Form", $"{ofAnApp.Id.Value}"));
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));

        Assert.Contains("not in a state for this", Text());
        Assert.Empty(await TopUpsAsync());
    }

    [Fact]
    public async Task The_card_is_not_asked_again_for_an_account_that_was_frozen_meanwhile_and_may_still_be_debited()
    {
        await OpenAsync();
        await OrderAsync("88.04");
        var topUp = (await TopUpsAsync())[0];
        // Asked for, and put off as there was no answer.
        await EventuallyAsync(async () => (await AskedAsync()).Version > 2);
        await PutAsync((await AccountAsync()) with { State = AccountState.Frozen });

        var asked = await AskedAsync();
        await Assert.ThrowsAsync<MayStillArriveException>(() =>
            Shared
                .Server.Get<OwnCardDebits>()
                .HandleAsync(new(World, asked.Id), asked, mayBeKnown: true, CancellationToken.None)
        );
        await Browser.GoAsync(Browser.Address);
        Assert.Contains("being asked for the money", Text());
        Assert.Equal(OwnTopUpState.Processing, (await TopUpsAsync())[0].State);
        Assert.Equal(100_00, (await AccountAsync()).Available);
        await AssertBooksAsync();

        async Task<IntentRow> AskedAsync() =>
            (await Store.FirstAsync(IntentTables.Intents, World, $"subject_id = {topUp.Id.Value}"))!;
    }

    [Fact]
    public async Task A_late_answer_is_waited_for_and_the_account_is_not_closed_meanwhile()
    {
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        await OpenAsync();
        await elsewhere.GoAsync(new(Browser.Address, "close"));
        await OrderAsync("88.03");
        Assert.Contains("being asked for the money", Text());
        Assert.NotNull(Browser.Page.QuerySelector("meta[http-equiv=refresh]"));

        var state = Browser.Address;
        await FollowAsync("The account");
        Assert.Contains("¥88.03 from your card is on its way", Text());
        await FollowAsync("Close the account");
        Assert.Contains("A top-up is under way", Text());
        Assert.Null(Browser.Page.QuerySelector("form .danger"));
        await elsewhere.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("A top-up is under way", Text(elsewhere));
        Assert.Equal(AccountState.Active, (await AccountAsync()).State);

        await Browser.GoAsync(state);
        await ReachAsync("The money is on your account");
        Assert.Equal(188_03, (await AccountAsync()).Available);
    }

    [Theory]
    [InlineData(TransferCommands.Done, OwnTopUpState.Succeeded, 188_04)]
    [InlineData(DeclineCodes.CardRefused, OwnTopUpState.Failed, 100_00)]
    public async Task One_without_an_answer_is_booked_as_a_person_was_told(
        string outcome,
        OwnTopUpState state,
        long available
    )
    {
        await OpenAsync();
        await OrderAsync("88.04");
        var topUp = (await TopUpsAsync())[0];
        var intent = await IntentAsync(topUp.Id.Value);

        Assert.EndsWith(
            state.ToString(),
            await TransferCommands.ResolveAsync(Shared.Server.Services, intent, outcome)
        );
        Assert.Null(await TransferCommands.ResolveAsync(Shared.Server.Services, intent, outcome));

        Assert.Equal(state, (await TopUpsAsync())[0].State);
        Assert.Equal(available, (await AccountAsync()).Available);
        await AssertBooksAsync();
    }

    [Fact]
    public async Task What_the_account_does_not_take_any_more_goes_on_to_the_card()
    {
        Person = (await Partner.PersonsAsync())[1];
        var small = await Partner.LinkTypeThreeAsync(1);
        await OpenAsync();
        await OrderAsync("88.04");
        var topUp = (await TopUpsAsync())[0];
        await Partner.TopUpAsync(small, Money.Yuan(1_950), "top-up-2");
        var card = await CardAsync();

        Assert.EndsWith(
            "SentBack",
            await TransferCommands.ResolveAsync(
                Shared.Server.Services,
                await IntentAsync(topUp.Id.Value),
                TransferCommands.Done
            )
        );

        await ReachAsync("The money goes to the account's default card");
        await MessageAsync(Person, "did not come to your account");
        Assert.Equal(card, await CardAsync());
        Assert.NotNull(
            await TransferCommands.ResolveAsync(
                Shared.Server.Services,
                await IntentAsync(topUp.Id.Value),
                TransferCommands.Done
            )
        );
        Assert.Empty(await OutstandingAsync());
        await AssertBooksAsync();
    }

    protected override async Task<int> CountAsync() => (await TopUpsAsync()).Count;

    private ValueTask<IReadOnlyList<OwnTopUpRow>> TopUpsAsync() =>
        Store.ListAsync(OwnTopUpTables.TopUps, World, $"1 = {1} ORDER BY id");
}
