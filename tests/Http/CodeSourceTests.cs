using System.Net;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Http.Dashboard;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Every page that sends a one-time code says to the bank which browser asks, and from which address.</summary>
public sealed class CodeSourceTests(SharedServer shared) : OwnPageTests(shared)
{
    private static readonly IPAddress here = IPAddress.Parse("127.0.0.3");
    private static readonly IPAddress elsewhere = IPAddress.Parse("127.0.0.2");

    private readonly Browser spent = new(here);
    private int orders;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Partner.TopUpAsync(Customer, Money.Yuan(2_900), "top-up-2");
        await SignInAsync(spent, Person);
    }

    public override ValueTask DisposeAsync()
    {
        spent.Dispose();
        return base.DisposeAsync();
    }

    [Fact]
    public async Task A_browser_that_asked_for_codes_to_many_numbers_gets_none_on_any_page_and_another_one_does()
    {
        // One code was sent to sign in with.
        await spent.GoAsync(await LinkAsync());
        var page = spent.Address;
        for (var asked = 1; asked < CodeSources.MostOfBrowser; asked++)
        {
            await spent.GoAsync(page);
            Assert.Equal(page, spent.Address);
            await spent.SubmitAsync(("Mobile", $"137000000{asked:00}"));
            Assert.EndsWith("/code", spent.Address.AbsolutePath);
        }

        await AssertNoPageSendsACodeAsync(spent);
        // Without its cookie it is another browser.
        using var another = new Browser(here);
        await AssertPagesSendCodesAsync(another);
        using var atHome = new Browser(elsewhere);
        await AssertPagesSendCodesAsync(atHome);
    }

    [Fact]
    public async Task An_address_that_asked_for_very_many_codes_gets_none_on_any_page_and_another_one_does()
    {
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(
                new Spend(
                    new(Partner.SandboxNumber),
                    DateTimeOffset.UtcNow,
                    Shared.Server.Get<Vault>().BlindIndex("address", $"{here}")
                )
            );

        await AssertNoPageSendsACodeAsync(spent);
        using var neighbour = new Browser(here);
        await neighbour.GoAsync(await LinkAsync());
        await AssertRefusedAsync(neighbour, () => neighbour.SubmitAsync(("Mobile", "13700000099")));
        using var atHome = new Browser(elsewhere);
        await AssertPagesSendCodesAsync(atHome);
    }

    /// <summary>All six pages that send codes; the numbers have had none lately.</summary>
    private async Task AssertNoPageSendsACodeAsync(Browser browser)
    {
        await browser.GoAsync(await LinkAsync());
        await AssertRefusedAsync(browser, () => browser.SubmitAsync(("Mobile", "13700000098")));

        await browser.GoAsync(await ApplyAsync());
        await AssertRefusedAsync(browser, () => browser.SubmitAsync(("Terms", "true")));
        Assert.Contains("Too many codes", browser.Page.QuerySelector(".notice")!.TextContent);
        Assert.Empty(browser.Page.QuerySelector("#terms-error")!.TextContent.Trim());

        await browser.GoAsync(Own("/mobile"));
        await AssertRefusedAsync(
            browser,
            () =>
                browser.SubmitAsync(
                    ("Mobile", "1991" + Person.Mobile[4..]),
                    ("CardNumber", Person.CardNumber),
                    ("Pin", TestPartner.Pin)
                )
        );

        await ToWithdrawalAsync(browser);
        await AssertRefusedAsync(browser, () => browser.SubmitAsync("Code"));

        await ToPaymentAsync(browser);
        await AssertRefusedAsync(browser, () => browser.SubmitAsync("Code"));

        await browser.GoAsync(Own());
        await browser.SubmitAsync("SignOut");
        await browser.GoAsync(Own());
        await AssertRefusedAsync(browser, () => browser.SubmitAsync(("Mobile", Person.Mobile)));
    }

    private async Task AssertPagesSendCodesAsync(Browser browser)
    {
        await SignInAsync(browser, Person);

        await ToWithdrawalAsync(browser);
        await browser.SubmitAsync("Code");
        Assert.NotNull(browser.Page.QuerySelector("#Code"));

        await ToPaymentAsync(browser);
        await browser.SubmitAsync("Code");
        Assert.NotNull(browser.Page.QuerySelector("#Code"));
    }

    private static async Task AssertRefusedAsync(Browser browser, Func<Task> ask)
    {
        await ask();
        Assert.Contains(
            "Too many codes were sent to this number, or asked for from here.",
            browser.Page.QuerySelector("main")!.TextContent
        );
    }

    private async Task<Uri> LinkAsync() =>
        (
            await Partner.Client.AccountLinks.StartAsync(
                new AccountLinkRequest
                {
                    RedirectUri = TestPartner.RedirectUri,
                    AuthorizationDetails = TestPartner.Everything,
                }
            )
        ).AuthorizationUrl;

    /// <summary>The partner applies for another person, who may confirm now.</summary>
    private async Task<Uri> ApplyAsync()
    {
        var made = await Partner.ApplyAndWaitAsync((await Partner.PersonsAsync())[1]);
        Assert.Equal(AccountApplicationStatus.OtpPending, made.Status);
        return new(made.ContinuationUrl!);
    }

    private async Task ToWithdrawalAsync(Browser browser)
    {
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await browser.GoAsync(Own());
        var account = browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        await browser.GoAsync(new Uri(browser.Address, $"{account}/withdraw"));
        await browser.SubmitAsync(("Amount", "1200"));
        Assert.Contains("needs a code beside your PIN", Text(browser));
        Assert.Null(browser.Page.QuerySelector("#Code"));
    }

    private async Task ToPaymentAsync(Browser browser)
    {
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var order = $"order-{++orders}";
        var asked = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = order, Amount = Money.Yuan(1_200) },
            IdempotencyKey.FromOrder(order, "payment")
        );
        await browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        await browser.SubmitAsync();
        Assert.EndsWith("/confirm", browser.Address.AbsolutePath);
        Assert.Null(browser.Page.QuerySelector("#Code"));
    }

    /// <summary>As if so many codes had been asked for from an address as it may have in an hour.</summary>
    private sealed record Spend(World World, DateTimeOffset Now, string Index) : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(CustomerTables.OneTimeCodeRates, new(Index));

        public override Decision<Done> Decide(Book book)
        {
            var rate = book.Get(CustomerTables.OneTimeCodeRates, new(Index));
            book.Update(CustomerTables.OneTimeCodeRates, rate with { Sent = CodeSources.MostOfAddress });
            return Decision.Accept(new Done());
        }
    }
}
