using System.Text.RegularExpressions;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Cards that a customer adds to an account, and that a small amount proves.</summary>
public sealed class CardDepositTests(SharedServer shared) : OwnPageTests(shared)
{
    private readonly string card = MagicPersons.WithUnconfirmedCard.Person.CardNumber;

    public override async ValueTask InitializeAsync()
    {
        Partner = await Shared.NewPartnerAsync();
        Person = (await Partner.PersonsAsync()).First(person =>
            person.IdNumber == MagicPersons.WithUnconfirmedCard.Person.IdNumber
        );
        Customer = await Partner.LinkAsync(2);
        await SignInAsync();
        await Browser.GoAsync(
            new(Browser.Address, Browser.Page.QuerySelector("a.account")!.GetAttribute("href"))
        );
        await FollowAsync("Bound cards");
    }

    [Fact]
    public async Task Who_comes_back_later_binds_the_card_with_the_right_amount()
    {
        var page = Browser.Address;
        await AddAsync();
        Assert.DoesNotContain("Add a card", Text());
        var amount = await AmountAsync();
        await FollowAsync("Enter the amount");
        Assert.EndsWith("/cards/deposit", Browser.Address.AbsolutePath);
        Assert.Contains(card[^4..], Text());
        Assert.Contains("what came to the card is in the message box", Text());
        foreach (var slip in (string[])["", "37", "1"])
        {
            await Browser.SubmitAsync(("Amount", slip));
            Assert.Contains("like 0.37", Text());
        }

        await Browser.SubmitAsync(("Amount", OtherThan(amount)));
        Assert.Contains("not what we sent", Text());

        await Browser.GoAsync(Own());
        await Browser.SubmitAsync("SignOut");
        await SignInAsync();
        await Browser.GoAsync(page);
        await FollowAsync("Enter the amount");
        // As a Chinese keyboard may write it.
        await Browser.SubmitAsync(("Amount", $"￥{string.Concat(amount.Select(FullWidth))}"));

        Assert.Equal(new($"{page}?done=card"), Browser.Address);
        Assert.Equal(
            "The card is bound to the account now.",
            Browser.Page.QuerySelector("[role=status]")!.TextContent
        );
        Assert.Contains("Change", Text());
        Assert.Contains(card[^4..], Text());
        await MessageAsync(Person, $"card ending in {card[^4..]} is now bound");
        await Browser.GoAsync(new($"{page}/deposit"));
        Assert.Equal(page, Browser.Address);
    }

    [Fact]
    public async Task Three_wrong_amounts_end_it_and_another_card_can_be_added()
    {
        await AddAsync();
        var wrong = OtherThan(await AmountAsync());
        await FollowAsync("Enter the amount");
        for (var tries = 0; tries < 3; tries++)
        {
            Assert.EndsWith("/cards/deposit", Browser.Address.AbsolutePath);
            await Browser.SubmitAsync(("Amount", wrong));
        }

        Assert.Contains("the amount was wrong too often", Text());
        await AddAsync();
        await FollowAsync("Enter the amount");
        await Browser.SubmitAsync("Other");

        Assert.EndsWith("/cards/new", Browser.Address.AbsolutePath);
        await FollowAsync("Bound cards");
        Assert.Contains("its bank did not confirm", Text());
    }

    [Fact]
    public async Task After_seven_days_it_is_over_and_nobody_else_reaches_its_page()
    {
        var page = Browser.Address;
        await AddAsync();
        using var stranger = new Browser();
        await Partner.LinkAsync(1);
        await SignInAsync(stranger, (await Partner.PersonsAsync())[1]);
        await stranger.GoAsync(new($"{page}/deposit"));
        Assert.EndsWith("/bank/error", stranger.Address.AbsolutePath);

        await Shared
            .Server.Get<OpenBanking.Server.Sandbox.SandboxClock>()
            .AdvanceAsync(new(Partner.SandboxNumber), TimeSpan.FromDays(7));
        await Browser.GoAsync(new($"{page}/deposit"));

        Assert.Equal(page, Browser.Address);
        Assert.Contains("nobody has said in time", Text());
    }

    private async Task AddAsync()
    {
        await FollowAsync("Add a card");
        await Browser.SubmitAsync(("CardNumber", card), ("Pin", TestPartner.Pin));
        for (var i = 0; i < 400 && !Text().Contains("small amount"); i++)
        {
            await Task.Delay(25);
            await Browser.GoAsync(Browser.Address);
        }

        Assert.Contains(card[^4..], Text());
    }

    /// <summary>In yuan, as the card's bank writes it.</summary>
    private async Task<string> AmountAsync() =>
        Regex
            .Match(
                await MessageAsync(Person, "received"),
                "0[.][0-9]{2}",
                RegexOptions.None,
                TimeSpan.FromSeconds(1)
            )
            .Value;

    private static string OtherThan(string amount) => amount == "0.50" ? "0.51" : "0.50";

    private static char FullWidth(char letter) => letter == '.' ? '。' : (char)(letter - '0' + '０');
}
