using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How customers change their payment PIN, and set it anew when they forgot it.</summary>
public sealed class OwnPinTests(SharedServer shared) : OwnPageTests(shared)
{
    private const string Pin = "864209";

    [Fact]
    public async Task A_PIN_is_changed_with_the_present_one_and_the_phone_is_told()
    {
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        await SignInAsync();
        await FollowAsync("Change your payment PIN");
        await EnterNewAsync("13579", Pin, Pin);
        Assert.Contains("Enter the six digits", Text());
        await EnterNewAsync(TestPartner.Pin, TestPartner.Pin, TestPartner.Pin);
        Assert.Contains("That is the PIN that you have entered above. Choose another one.", Text());
        Assert.DoesNotContain("hard to guess", Text());
        Assert.Contains("no repeating pattern, and no part of your ID or mobile number", Text());
        await EnterNewAsync(TestPartner.Pin, "123456", "123456");
        Assert.Contains("hard to guess", Text());
        await EnterNewAsync(TestPartner.Pin, Pin, "975310");
        Assert.Contains("The two PINs differ", Text());
        await EnterNewAsync("975310", Pin, Pin);
        Assert.Contains("That is not your PIN", Text());

        await EnterNewAsync(TestPartner.Pin, Pin, Pin);

        Assert.Contains("Your payment PIN is changed", Text());
        await MessageAsync(Person, "Your payment PIN was changed.");
        await elsewhere.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", elsewhere.Address.AbsolutePath);
        await Browser.GoAsync(Own());
        Assert.Equal(Own(), Browser.Address);
        await Browser.SubmitAsync("SignOut");
        await EnterCodeAsync();
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Pin", Pin));
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task Two_taps_change_the_PIN_once_and_count_as_no_wrong_one()
    {
        await SignInAsync();
        await FollowAsync("Change your payment PIN");
        await TapTwiceAsync(null, ("Present", TestPartner.Pin), ("Pin", Pin), ("Again", Pin));

        Assert.True(
            Text() is var text && (text.Contains("is changed") || text.Contains("was changed after")),
            text
        );
        await MessageAsync(Person, "Your payment PIN was changed.");
        var customer = await Shared
            .Server.Get<OpenBanking.Server.Storage.Store>()
            .FirstAsync(
                OpenBanking.Server.Customers.CustomerTables.Customers,
                new World(Partner.SandboxNumber),
                $"1 = {1}"
            );
        Assert.Equal(0, customer!.PinFailures);
        Assert.Single(
            await MessagesAsync(Person),
            message => message.Text.Contains("Your payment PIN was changed.")
        );
    }

    [Fact]
    public async Task A_forgotten_PIN_is_set_anew_by_whoever_is_verified_again()
    {
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        await EnterCodeAsync();
        for (var i = 0; i < 5; i++)
        {
            await Browser.SubmitAsync(("Pin", "975310"));
        }

        Assert.Contains("Below you can set a new one, by “I have forgotten my PIN”.", Text());
        Assert.DoesNotContain("sign in to your own pages", Text());
        await MessageAsync(Person, "Your payment PIN was entered wrong too often and is locked for a day.");
        await FollowAsync("I have forgotten my PIN");
        await ResetAsync("1", "2", Pin, Pin);
        Assert.Contains("not a valid resident ID number", Text());
        Assert.Contains("not a valid card number", Text());
        await ResetAsync(Person.IdNumber, Person.CardNumber, Pin, "975310");
        Assert.Contains("The two PINs differ", Text());
        await ResetAsync(Person.IdNumber, Person.CardNumber, Person.IdNumber[6..12], Person.IdNumber[6..12]);
        Assert.Contains("hard to guess", Text());

        await ResetAsync(Person.IdNumber, Person.CardNumber, Pin, Pin);
        await WaitAsync();

        Assert.Contains("Your new payment PIN is set", Text());
        await MessageAsync(Person, "Your payment PIN was changed.");
        await elsewhere.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", elsewhere.Address.AbsolutePath);
        await FollowAsync("Continue");
        await Browser.SubmitAsync(("Pin", Pin));
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task Details_of_somebody_else_set_no_PIN_and_lock_after_five()
    {
        var other = (await Partner.PersonsAsync())[1];
        await EnterCodeAsync();
        await FollowAsync("I have forgotten my PIN");

        await ResetAsync(other.IdNumber, Person.CardNumber, Pin, Pin);
        Assert.Contains("not the one that we have of you", Text());
        for (var i = 0; i < 4; i++)
        {
            await ResetAsync(Person.IdNumber, other.CardNumber, Pin, Pin);
        }

        Assert.Contains("For a day no PIN can be set anew", Text());
        await ResetAsync(Person.IdNumber, Person.CardNumber, Pin, Pin);
        Assert.Contains("For a day no PIN can be set anew", Text());
        await Browser.GoAsync(Own("/pin"));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task A_card_that_its_bank_does_not_confirm_sets_no_PIN()
    {
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(
                new GiveCardAway(
                    new(Partner.SandboxNumber),
                    Shared.Server.Get<TimeProvider>().GetUtcNow(),
                    Person.CardNumber
                )
            );
        await EnterCodeAsync();
        await FollowAsync("I have forgotten my PIN");

        await ResetAsync(Person.IdNumber, Person.CardNumber, Pin, Pin);
        await WaitAsync();

        Assert.Contains("did not confirm", Text());
        await Browser.GoAsync(Own("/pin"));
        await Browser.SubmitAsync(("Pin", Pin));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task Neither_page_is_anybodys_who_has_not_come_so_far()
    {
        await Browser.GoAsync(Own("/pin-reset"));
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
        await EnterCodeAsync();
        await Browser.GoAsync(Own("/new-pin"));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        await Browser.GoAsync(Own("/pin-reset"));
        Assert.Equal(Own(), Browser.Address);
    }

    private async Task EnterCodeAsync()
    {
        await EnterMobileAsync(Browser, Person);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
    }

    private Task EnterNewAsync(string present, string pin, string again) =>
        Browser.SubmitAsync(("Present", present), ("Pin", pin), ("Again", again));

    private Task ResetAsync(string idNumber, string cardNumber, string pin, string again) =>
        Browser.SubmitAsync(
            ("IdNumber", idNumber),
            ("CardNumber", cardNumber),
            ("Pin", pin),
            ("Again", again)
        );

    private async Task WaitAsync()
    {
        for (var i = 0; i < 400 && Text().Contains("Checking your details"); i++)
        {
            await Task.Delay(25);
            await Browser.GoAsync(Own("/pin-reset"));
        }
    }

    /// <summary>The card is somebody else's from now on, as its bank says.</summary>
    private sealed record GiveCardAway(World World, DateTimeOffset Now, string CardNumber)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) =>
            keys.Want(SandboxTables.Cards, new SandboxCardKey(CardNumber));

        public override Decision<Done> Decide(Book book)
        {
            var card = book.Get(SandboxTables.Cards, new SandboxCardKey(CardNumber));
            book.Update(SandboxTables.Cards, card with { IdNumber = "999999197001010010" });
            return Decision.Accept(new Done());
        }
    }
}
