using OpenBanking.Server.Customers;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Who taps twice with a wrong PIN has tried once.</summary>
public sealed class PinTapTests(SharedServer shared) : OwnPageTests(shared)
{
    private const string WrongPin = "975310";

    [Theory]
    [InlineData("/new-pin", "Present")]
    [InlineData("/passkeys", "Pin")]
    [InlineData("/mobile", "Pin")]
    public async Task Of_two_taps_one_counts_on_a_page_of_the_customers(string page, string field)
    {
        await SignInAsync();
        await AssertTapsCountOnceAsync(
            Own(page),
            handler: null,
            (field, WrongPin),
            ("Pin", field == "Pin" ? WrongPin : "746358"),
            ("Again", "746358"),
            ("Name", "My phone"),
            ("Mobile", "19900009999"),
            ("CardNumber", Person.CardNumber)
        );
    }

    [Theory]
    [InlineData("/close", null)]
    [InlineData("/cards/new", null)]
    [InlineData("/withdraw", "Confirm")]
    [InlineData("/top-up", "Confirm")]
    public async Task Of_two_taps_one_counts_on_a_page_of_an_account(string page, string? handler)
    {
        await SignInAsync();
        var account = Browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        await AssertTapsCountOnceAsync(
            new(Shared.Server.Address, account + page),
            handler,
            ("Pin", WrongPin),
            ("Amount", "10"),
            ("CardNumber", "6225884609137285462")
        );
    }

    [Fact]
    public async Task Of_two_taps_one_counts_where_the_customer_signs_in_or_agrees()
    {
        await EnterMobileAsync(Browser, Person);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        await AssertTapsCountOnceAsync(Browser.Address, null, ("Pin", WrongPin));

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = [new AccountInformation()],
            }
        );
        var before = await NewestAsync(Person);
        await Browser.GoAsync(link.AuthorizationUrl);
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        var message = await NewerAsync(Person, before);
        await Browser.SubmitAsync(
            ("Code", new string([.. message.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]))
        );
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        await AssertTapsCountOnceAsync(Browser.Address, null, ("Pin", WrongPin));
    }

    private async Task AssertTapsCountOnceAsync(
        Uri page,
        string? handler,
        params (string Name, string Value)[] entered
    )
    {
        var before = await FailuresAsync();
        await Browser.GoAsync(page);
        await TapAsync();
        Assert.Equal(before + 1, await FailuresAsync());

        // The same page, asked for once more, has another form.
        await Browser.GoAsync(page);
        await TapAsync();
        Assert.Equal(before + 2, await FailuresAsync());

        async Task TapAsync()
        {
            var fields = Browser
                .HiddenFields()
                .Where(input => entered.All(field => field.Name != input.Key))
                .Concat(
                    entered
                        .DistinctBy(field => field.Name)
                        .Select(field => KeyValuePair.Create(field.Name, field.Value))
                )
                .ToList();
            var address = new Uri(page, handler is null ? "" : $"?handler={handler}");
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Browser.PostAsync(address, fields)));
            await Browser.PostAsync(address, fields);
        }
    }

    private async Task<int> FailuresAsync() =>
        (
            await Shared
                .Server.Get<Store>()
                .FirstAsync(CustomerTables.Customers, new World(Partner.SandboxNumber), $"1 = {1}")
        )!.PinFailures;
}
