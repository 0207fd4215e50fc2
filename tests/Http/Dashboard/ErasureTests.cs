using OpenBanking.Server;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Cases;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How a customer's profile is erased, and what stays.</summary>
public sealed class ErasureTests(SharedServer shared) : OwnPageTests(shared)
{
    private Store Store => Shared.Server.Get<Store>();

    private World World => new(Partner.SandboxNumber);

    [Fact]
    public async Task Nothing_is_erased_while_an_account_is_open()
    {
        await SignInAsync();
        await FollowAsync("Erase your data");
        Assert.Contains("Close these accounts first", Text());
        Assert.Contains("for 10 years (Anti-Money Laundering Law)", Text());
        Assert.Null(Browser.Page.QuerySelector("form"));

        await Browser.GoAsync(Own("/new-pin"));
        var fields = Browser.HiddenFields().Append(KeyValuePair.Create("Pin", TestPartner.Pin)).ToList();
        using var answer = await Browser.PostAsync(Own("/erase"), fields);

        Assert.Contains("not closed yet", await answer.Content.ReadAsStringAsync());
        await Browser.GoAsync(Own());
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task Two_taps_erase_once_and_neither_says_that_it_cannot_be()
    {
        await SignInAsync();
        await CloseAsync();
        await Browser.GoAsync(Own("/erase"));
        var fields = Browser.HiddenFields().Append(KeyValuePair.Create("Pin", TestPartner.Pin)).ToList();

        var answers = await Browser.PostAtOnceAsync(4, Own("/erase"), fields);

        Assert.All(answers, answer => Assert.Equal(System.Net.HttpStatusCode.SeeOther, answer.StatusCode));
        Assert.All(answers, answer => Assert.Equal("/bank/erased", $"{answer.Headers.Location}"));
        await MessageAsync(Person, "Your data at our bank was erased");
        Assert.Single(await MessagesAsync(Person), message => message.Text.Contains("was erased"));
    }

    [Fact]
    public async Task A_profile_is_erased_and_who_it_was_lies_sealed()
    {
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        var payment = await Partner.PayAsync(Customer, "order-1", Money.Yuan(30));
        await MessageAsync(Person, "30.00");
        await SignInAsync();
        await LeaveTracesAsync();
        await CloseAsync();
        var erased = (await Store.FirstAsync(CustomerTables.Customers, World, $"1 = {1}"))!;
        await Browser.GoAsync(Own("/erase"));
        Assert.DoesNotContain("Close these accounts first", Text());
        await Browser.SubmitAsync(("Pin", "1"));
        Assert.Contains("Enter the six digits", Text());
        await Browser.SubmitAsync(("Pin", "975310"));
        Assert.Contains("That is not your PIN", Text());

        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        Assert.EndsWith("/bank/erased", Browser.Address.AbsolutePath);
        await MessageAsync(Person, "Your data at our bank was erased");
        await AssertNothingIsLeftAsync(erased);
        await elsewhere.GoAsync(Own("/data.json"));
        Assert.EndsWith("/my/no-account", elsewhere.Address.AbsolutePath);
        await EnterMobileAsync(Browser, Person);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.EndsWith("/my/no-account", Browser.Address.AbsolutePath);
        Assert.Equal(
            ConsentStatus.Revoked,
            (await Partner.Client.Consents.GetAsync(Customer.ConsentId)).Status
        );

        // What others owe is still paid: a refund goes to the card that was bound.
        var before = await CardAsync();
        await Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id },
            IdempotencyKey.FromOrder("order-1", "refund")
        );
        await EventuallyAsync(async () => await CardAsync() == before + 30_00);

        // The person may come back, as somebody new.
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var again = await Partner.LinkAsync();
        Assert.NotEqual(Customer.CustomerId, again.CustomerId);
        await Partner.TopUpAsync(again, Money.Yuan(10), "top-up-2");
        Assert.Equal(Money.Yuan(10), await Partner.BalanceAsync(again));
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        using var newcomer = new Browser();
        await SignInAsync(newcomer, Person);
        await newcomer.GoAsync(Own("/cases"));
        Assert.Contains("You have sent none.", Text(newcomer));
    }

    private async Task AssertNothingIsLeftAsync(CustomerRow before)
    {
        var after = (await Store.FindAsync(CustomerTables.Customers, World, before.Id))!;
        Assert.Empty(after.Profile);
        Assert.Null(after.PinHash);
        Assert.NotNull(after.ErasedAt);
        Assert.All(await Store.ListAsync(CaseTables.Cases, World, $"1 = {1}"), row => Assert.Empty(row.Text));
        Assert.All(
            await Store.ListAsync(ApplicationTables.Applications, World, $"1 = {1}"),
            row => Assert.Equal((0, "", ""), (row.Elements.Length, row.IdNumberIndex, row.MobileIndex))
        );
        Assert.All(
            await Store.ListAsync(AccountTables.Accounts, World, $"1 = {1}"),
            row => Assert.Null(row.Nickname)
        );
        await EventuallyAsync(async () =>
            (await Store.ListAsync(PurposeTables.Choices, World, $"1 = {1}")).Count == 0
            && (await Store.ListAsync(CustomerTables.Mobiles, World, $"1 = {1}")).Count == 0
            && (await Store.ListAsync(CustomerTables.Identities, World, $"1 = {1}")).Count == 0
        );
        var identity = Assert.Single(
            await Store.ListAsync(SealedIdentityTables.Identities, World, $"1 = {1}")
        );
        Assert.Equal(
            new(Person.Name, Person.IdNumber, Person.Mobile),
            Shared.Server.Get<Vault>().OpenJson<CustomerProfile>(identity.Profile, identity.Id.Value)
        );
        Assert.Equal(before.Id, identity.CustomerId);
        Assert.DoesNotContain(
            World,
            (await CustomerCommands.FindAsync(Shared.Server.Services, Person.Mobile)).Select(found =>
                found.World
            )
        );
    }

    /// <summary>A name, a complaint that waits, and a consent.</summary>
    private async Task LeaveTracesAsync()
    {
        await OpenAccountAsync();
        await FollowAsync("Name");
        await Browser.SubmitAsync(("Nickname", "Noodles"));
        await FollowAsync("Complain");
        await Browser.SubmitAsync(("Kind", nameof(CaseKind.Other)), ("Text", "Too dear"));
        await Browser.GoAsync(Own("/purposes"));
        await Browser.SubmitToAsync($"form:has(input[value={Purpose.PersonalisedOffers.Name}])");
        Assert.Contains("Personalisation is on", Text());
    }

    private async Task CloseAsync()
    {
        await Browser.GoAsync(Own());
        await OpenAccountAsync();
        await FollowAsync("Close the account");
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        await EventuallyAsync(async () =>
            (await Store.FirstAsync(AccountTables.Accounts, World, $"1 = {1}"))!.State == AccountState.Closed
        );
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
    }

    private Task OpenAccountAsync()
    {
        var link = Browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        return Browser.GoAsync(new Uri(Browser.Address, link));
    }

    private async Task<long> CardAsync() =>
        (await Store.FindAsync(SandboxTables.Cards, World, new SandboxCardKey(Person.CardNumber)))!.Balance;

    private static async Task EventuallyAsync(Func<Task<bool>> isSoAsync)
    {
        for (var i = 0; i < 400; i++)
        {
            if (await isSoAsync())
            {
                return;
            }

            await Task.Delay(25);
        }

        Assert.Fail("It did not come to be.");
    }
}
