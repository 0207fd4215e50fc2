using System.Net;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How customers bring money from their account to a bound card.</summary>
public sealed class OwnWithdrawalTests(SharedServer shared)
    : OwnTransferTests(shared, "withdraw", "Withdraw to your card")
{
    [Fact]
    public async Task Money_goes_to_the_card_its_customer_is_told_and_no_limit_counts_it()
    {
        var card = await CardAsync();
        await OpenAsync();
        Assert.Contains("You can withdraw up to ¥100.00", Text());
        await Browser.SubmitAsync(("Amount", " ４０．５ 元 "));
        Assert.Contains("Amount¥40.50", Text());
        Assert.Matches($"To your card.*{Person.CardNumber[^4..]}", Text());
        Assert.Contains((await AccountAsync()).LastFour, Text());
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin));

        await ReachAsync("Your card's bank has the money");
        Assert.Contains("¥40.50", Text());
        Assert.Equal(card + 40_50, await CardAsync());
        var account = await AccountAsync();
        Assert.Equal(
            (59_50L, 0L, 0L, 0L),
            (account.Available, account.Held, account.DayOutflow, account.YearOutflow)
        );
        await MessageAsync(Person, "You asked us to send ¥40.50");

        await FollowAsync("The account");
        Assert.Contains("To your card −¥40.50", Text());
        await FollowAsync("How far it is");
        Assert.Contains("Your card's bank has the money", Text());
        await FollowAsync("The account");
        await FollowAsync("Statement");
        Assert.Contains("To your card −¥40.50", Text());
        await FollowAsync("CSV");
        Assert.Contains("To your card,,,-40.50,59.50", Browser.Content);
        var newest = await Partner
            .Client.Accounts.ListTransactionsAsync(Customer.CustomerId, Customer.AccountId!)
            .FirstAsync();
        Assert.Equal((TransactionKind.Withdrawal, Money.Yuan(-40.5m)), (newest.Kind, newest.Amount));
        Assert.Null(newest.SourceId);
        await AssertBooksAsync();
    }

    [Fact]
    public async Task What_is_held_is_not_withdrawn()
    {
        await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(30),
                AgreementId = Customer.AgreementId!,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        await OpenAsync();
        Assert.Contains("You can withdraw up to ¥70.00", Text());
        await Browser.SubmitAsync(("Amount", "70.01"));
        Assert.Contains("You can withdraw ¥70.00 at the most", Text());
        await OrderAsync("70");

        await ReachAsync("Your card's bank has the money");
        await FollowAsync("The account");
        await FollowAsync("Withdraw to your card");
        Assert.Contains("nothing on the account that could be withdrawn", Text());
        Assert.Equal((0L, 30_00L), ((await AccountAsync()).Available, (await AccountAsync()).Held));
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_at_once_and_again_later_withdraws_once()
    {
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "100"));
        var (form, address) = (Fields(), new Uri(Browser.Address, "withdraw?handler=Confirm"));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Browser.PostAsync(address, form))
        );
        var later = await Browser.PostAsync(address, form);

        Assert.All(
            answers.Append(later),
            answer =>
            {
                Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
                Assert.Equal(answers[0].Headers.Location, answer.Headers.Location);
            }
        );
        Assert.Equal(100_00, Assert.Single(await WithdrawalsAsync()).Amount);
        Assert.Equal(0, (await AccountAsync()).Available);
        await EventuallyAsync(async () => (await WithdrawalsAsync())[0].State == WithdrawalState.Succeeded);
        await AssertBooksAsync();
    }

    [Fact]
    public async Task What_was_reached_is_shown_again_after_loading_the_page_anew_and_in_another_language()
    {
        await Partner.TopUpAsync(Customer, Money.Yuan(2_900), "top-up-2");
        await OpenAsync();
        var page = Browser.Address;
        await Browser.SubmitAsync(("Amount", "1200"));
        await Browser.GoAsync(Browser.Address);
        Assert.Contains("¥1,200.00", Text());
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.SubmitAsync("Code");

        await Browser.GoAsync(Browser.Address);
        Assert.NotNull(Browser.Page.QuerySelector("#Code"));
        await Browser.GoAsync(
            new Uri(Browser.Address, Browser.Page.QuerySelector("a.language")!.GetAttribute("href"))
        );
        Assert.Contains("¥1,200.00", Text());
        var message = await MessageAsync(Person, "your code to send");
        string code = new([.. message.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]);
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin), ("Code", code));
        Assert.Equal(1_200_00, Assert.Single(await WithdrawalsAsync()).Amount);

        // Somebody else's card, or too much, in an address.
        await Browser.GoAsync(new Uri(page, "withdraw?amount=99999999&card=card_x"));
        Assert.NotNull(Browser.Page.QuerySelector("#amount-error"));
        Assert.Null(Browser.Page.QuerySelector("#Pin"));
    }

    [Fact]
    public async Task Above_the_threshold_a_code_is_needed_that_names_amount_and_card_and_is_good_for_them_alone()
    {
        await Partner.TopUpAsync(Customer, Money.Yuan(2_900), "top-up-2");
        var card = await CardAsync();
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "1000"));
        Assert.Null(Browser.Page.QuerySelector("#Code"));
        Assert.NotNull(Browser.Page.QuerySelector("#Pin"));
        await Browser.GoAsync(new Uri(Browser.Address, "withdraw"));
        await Browser.SubmitAsync(("Amount", "1000.01"));
        Assert.Contains("needs a code beside your PIN", Text());
        Assert.Null(Browser.Page.QuerySelector("#Pin"));
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        // Of two taps one sends a code, and what the other shows takes it as well.
        await Browser.PostAsync(new Uri(Browser.Address, "withdraw?handler=Code"), Fields());
        await Browser.SubmitAsync("Code");
        Assert.NotNull(Browser.Page.QuerySelector("#Code"));
        var message = await MessageAsync(Person, "your code to send");
        Assert.Contains($"¥1,000.01 to your card ending in {Person.CardNumber[^4..]}", message);
        string code = new([.. message.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]);

        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin), ("Code", "12"));
        Assert.Contains("That is not the code", Text());
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin), ("Code", code), ("Amount", "2000.00"));
        Assert.Contains("That is not the code", Text());
        Assert.Empty(await WithdrawalsAsync());
        await Browser.SubmitAsync("Code");
        Assert.Contains("A code was sent to this number a moment ago", Text());
        await Browser.SubmitAsync("Confirm", ("Pin", TestPartner.Pin), ("Code", code), ("Amount", "1000.01"));

        await ReachAsync("Your card's bank has the money");
        Assert.Equal(card + 1_000_01, await CardAsync());
    }

    [Fact]
    public async Task Of_two_withdrawals_of_the_whole_balance_at_once_one_is_ordered()
    {
        var card = await CardAsync();
        await OpenAsync();
        await Browser.SubmitAsync(("Amount", "100"));
        var (one, address) = (Fields(), new Uri(Browser.Address, "withdraw?handler=Confirm"));
        await Browser.GoAsync(new Uri(Browser.Address, "withdraw"));
        await Browser.SubmitAsync(("Amount", "100"));
        var other = Fields();

        var answers = await Task.WhenAll(Browser.PostAsync(address, one), Browser.PostAsync(address, other));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.SeeOther);
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Single(await WithdrawalsAsync());
        await EventuallyAsync(async () => await CardAsync() == card + 100_00);
        Assert.Equal(0, (await AccountAsync()).Available);
    }

    [Fact]
    public async Task What_the_cards_bank_refuses_is_back_on_the_account_and_its_customer_is_told()
    {
        await OpenAsync();
        await OrderAsync("88.01");

        await ReachAsync("The money did not go to your card, and is back on this account");
        await MessageAsync(Person, "did not go to your card");
        Assert.Equal(100_00, (await AccountAsync()).Available);
        await FollowAsync("The account");
        Assert.Contains("To your card −¥88.01", Text());
        Assert.Contains("Not taken by your card +¥88.01", Text());
        var amounts = await Partner
            .Client.Accounts.ListTransactionsAsync(Customer.CustomerId, Customer.AccountId!)
            .Take(2)
            .Select(line => (line.Kind, line.Amount.Amount))
            .ToListAsync();
        Assert.Equal([(TransactionKind.Withdrawal, 88_01), (TransactionKind.Withdrawal, -88_01)], amounts);
        Assert.Empty(await OutstandingAsync());
        await AssertBooksAsync();
    }

    [Fact]
    public async Task A_late_answer_is_waited_for_and_the_account_is_not_closed_meanwhile()
    {
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        await OpenAsync();
        await elsewhere.GoAsync(new(Browser.Address, "close"));
        await OrderAsync("88.03");
        Assert.Contains("being asked to take the money", Text());
        Assert.Equal("2", Refresh());
        Assert.Equal(11_97, (await AccountAsync()).Available);

        var state = Browser.Address;
        await FollowAsync("The account");
        await FollowAsync("Close the account");
        Assert.Contains("Money is on its way to your card", Text());
        Assert.Null(Browser.Page.QuerySelector("form .danger"));
        await elsewhere.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("Money is on its way to your card", Text(elsewhere));
        Assert.Equal(AccountState.Active, (await AccountAsync()).State);

        await Browser.GoAsync(state);
        await ReachAsync("Your card's bank has the money");
    }

    [Fact]
    public async Task A_page_that_waits_long_loads_itself_less_often_and_then_no_more()
    {
        await OpenAsync();
        await OrderAsync("88.04");
        Assert.Equal("2", Refresh());
        Assert.Contains("This page loads itself again", Text());

        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("15", Refresh());
        await AdvanceAsync(TimeSpan.FromMinutes(5));
        Assert.Null(Refresh());
        Assert.Contains("It takes longer than it mostly does", Text());
        await FollowAsync("Load again");
        Assert.Contains("being asked to take the money", Text());

        async Task AdvanceAsync(TimeSpan by)
        {
            await Shared.Server.Get<SandboxClock>().AdvanceAsync(World, by);
            await Browser.GoAsync(Browser.Address);
        }
    }

    [Theory]
    [InlineData(TransferCommands.Done, "Succeeded", 11_96)]
    [InlineData(DeclineCodes.CardRefused, "Returned", 100_00)]
    public async Task One_without_an_answer_is_booked_as_a_person_was_told(
        string outcome,
        string state,
        long available
    )
    {
        await OpenAsync();
        await OrderAsync("88.04");
        var intent = await IntentAsync((await WithdrawalsAsync())[0].Id.Value);
        Assert.Equal(11_96, (await AccountAsync()).Available);

        Assert.EndsWith(state, await TransferCommands.ResolveAsync(Shared.Server.Services, intent, outcome));
        Assert.Null(await TransferCommands.ResolveAsync(Shared.Server.Services, intent, outcome));

        Assert.Equal(available, (await AccountAsync()).Available);
        await AssertBooksAsync();
    }

    [Fact]
    public async Task What_can_go_neither_to_the_card_nor_back_waits_and_is_sent_again()
    {
        Person = (await Partner.PersonsAsync())[1];
        var full = await Partner.LinkTypeThreeAsync(1);
        await Partner.TopUpAsync(full, Money.Yuan(2_000), "top-up-2");
        await OpenAsync();
        await OrderAsync("88.04");
        var withdrawal = (await WithdrawalsAsync())[0];
        await Partner.TopUpAsync(full, Money.Yuan(80), "top-up-3");
        var intent = await IntentAsync(withdrawal.Id.Value);
        Assert.EndsWith(
            "Failed",
            await TransferCommands.ResolveAsync(Shared.Server.Services, intent, DeclineCodes.CardRefused)
        );
        await Browser.GoAsync(Browser.Address);
        Assert.Contains("We keep it for you", Text());
        Assert.Contains($"{withdrawal.Id} in world {World}: 88.04 CNY", await OutstandingAsync());

        Assert.NotNull(await TransferCommands.RetryAsync(Shared.Server.Services, withdrawal.Id.ToString()));
        intent = await IntentAsync(withdrawal.Id.Value);
        await TransferCommands.ResolveAsync(Shared.Server.Services, intent, TransferCommands.Done);

        Assert.Equal(WithdrawalState.Succeeded, (await WithdrawalsAsync())[0].State);
        Assert.DoesNotContain(withdrawal.Id.ToString(), await OutstandingAsync());
        await AssertBooksAsync();
    }

    private string? Refresh() =>
        Browser.Page.QuerySelector("meta[http-equiv=refresh]")?.GetAttribute("content");

    protected override async Task<int> CountAsync() => (await WithdrawalsAsync()).Count;

    private ValueTask<IReadOnlyList<WithdrawalRow>> WithdrawalsAsync() =>
        Store.ListAsync(WithdrawalTables.Withdrawals, World, $"1 = {1} ORDER BY id");
}
