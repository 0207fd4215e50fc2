using Microsoft.Playwright;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>A person opens an account in the sample app, on a phone, and buys with it.</summary>
public sealed class AccountOpeningTests : IAsyncLifetime
{
    private const string Pin = "135791";
    private TestServer server = null!;
    private SampleApp shop = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync(WalkedPages.Watch);
        shop = await SampleApp.StartAsync(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await shop.DisposeAsync();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("zh-CN", false, false)]
    [InlineData("en", true, true)]
    public async Task A_person_opens_an_account_and_buys_a_membership(
        string language,
        bool scripts,
        bool dark
    )
    {
        await using var phone = await Phone.NewAsync(language, language, scripts, dark);
        var person = await PersonAsync(language == "en" ? 2 : 4);
        var page = phone.Page;

        await page.GotoAsync(shop.Address.ToString());
        await phone.LookAsync("shop");
        await page.GetByRole(AriaRole.Link, new() { Name = "Open an account" }).ClickAsync();

        await OpenAccountAsync(phone, person);
        await phone.ArriveAsync(shop.Address + "**");
        await phone.LookAsync("linked");
        Assert.Equal("¥0.00", await page.Locator("#balance").TextContentAsync());

        await page.GetByRole(AriaRole.Button, new() { Name = "Top up" }).ClickAsync();
        Assert.Equal("¥100.00", await page.Locator("#balance").TextContentAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "voucher" }).ClickAsync();
        await phone.LookAsync("ready-to-buy");
        await page.GetByRole(AriaRole.Button, new() { Name = "Buy for ¥14.90" }).ClickAsync();

        await Assertions
            .Expect(page.GetByRole(AriaRole.Heading, new() { Name = "You are in." }))
            .ToBeVisibleAsync();
        Assert.Equal("¥85.10", await page.Locator("#balance").TextContentAsync());
        await phone.LookAsync("delivered");
        await page.GetByRole(AriaRole.Button, new() { Name = "Give it back" }).ClickAsync();
        Assert.Equal("¥100.00", await page.Locator("#balance").TextContentAsync());

        await PayOnceAsync(phone, person);
        Assert.Equal("¥80.10", await page.Locator("#balance").TextContentAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Give it back" }).ClickAsync();
        await PayAgainAsync(phone);
        Assert.Equal("¥80.10", await page.Locator("#balance").TextContentAsync());
    }

    /// <summary>Another month, without the agreement: confirmed on the bank's page.</summary>
    private async Task PayOnceAsync(Phone phone, SandboxPerson person)
    {
        var page = phone.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay once" }).ClickAsync();
        await phone.ArriveAsync("**/pay/pay_*");
        await phone.LookAsync("pay");
        var link = page.Url;
        Assert.Contains("¥19.90", await page.Locator(".price").TextContentAsync());
        await PressFirstButtonAsync(page);

        await phone.ArriveAsync("**/my/sign-in");
        var sandbox = int.Parse(new Uri(shop.Partner.MessagesUrl!).Segments[2].TrimEnd('/'));
        await server.EndPauseAsync(sandbox, person.Mobile);
        await FillAsync(page, "Mobile", person.Mobile);
        await phone.ArriveAsync("**/my/code");
        var english = await page.Locator("html").GetAttributeAsync("lang") == "en";
        var saying = english ? "your accounts" : "登录电子账户";
        await FillAsync(page, "Code", await phone.ReadCodeAsync(person.Mobile, saying));
        await phone.ArriveAsync("**/my/pin");
        await FillAsync(page, "Pin", "246802");
        await phone.ShowAsync("payment");
        await phone.AssertPhoneSizedAsync();
        await FillAsync(page, "Pin", Pin);
        await phone.ArriveAsync(shop.Address.ToString());
        await Assertions
            .Expect(page.GetByRole(AriaRole.Heading, new() { Name = "You are in." }))
            .ToBeVisibleAsync();

        await page.GotoAsync(link);
        await phone.LookAsync("paid");
        await page.GotoAsync(shop.Address.ToString());
    }

    /// <summary>Once more: who is signed in goes straight to the page that asks for the PIN.</summary>
    private async Task PayAgainAsync(Phone phone)
    {
        var page = phone.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay once" }).ClickAsync();
        await phone.ArriveAsync("**/pay/pay_*");
        await PressFirstButtonAsync(page);
        await phone.ArriveAsync("**/confirm");
        await FillAsync(page, "Pin", "246802");
        await phone.LookAsync("confirm-refused");
        await phone.AssertPhoneSizedAsync();
        await FillAsync(page, "Pin", Pin);
        await phone.ArriveAsync(shop.Address.ToString());
    }

    private static async Task OpenAccountAsync(Phone phone, SandboxPerson person)
    {
        var page = phone.Page;
        await phone.ArriveAsync("**/sign-in*");
        await phone.LookAsync("sign-in");
        await FillAsync(page, "Mobile", "123");
        await phone.LookAsync("sign-in-refused");
        await phone.AssertPhoneSizedAsync();
        await FillAsync(page, "Mobile", person.Mobile);

        await phone.ArriveAsync("**/code");
        await phone.LookAsync("code");
        await FillAsync(page, "Code", await phone.ReadCodeAsync(person.Mobile, "5"));

        await phone.ArriveAsync("**/identity");
        await page.Locator("#FullName").FillAsync(person.Name);
        await page.Locator("#IdNumber").FillAsync(person.IdNumber);
        await page.Locator("#CardNumber").FillAsync(person.CardNumber);
        await page.Locator("#Terms").CheckAsync();
        await page.Locator("#WithImages").CheckAsync();
        await phone.ShowAsync("opening");
        await phone.AssertPhoneSizedAsync();
        await ReadAgreementAsync(phone);
        await PressFirstButtonAsync(page);

        await phone.ArriveAsync("**/images");
        await page.Locator("#Portrait")
            .SetInputFilesAsync(Picture("front.jpg", "image/jpeg", Pictures.Jpeg()));
        await page.Locator("#Emblem").SetInputFilesAsync(Picture("back.png", "image/png", Pictures.Jpeg()));
        await PressFirstButtonAsync(page);
        await phone.ArriveAsync("**/images");
        await phone.LookAsync("images-refused");
        await phone.AssertPhoneSizedAsync();
        await Keyboard.ChooseFileAsync(page, "#Emblem", Picture("back.png", "image/png", Pictures.Png()));
        await Keyboard.PressAsync(page, "button.primary");

        await phone.ArriveAsync("**/deposit");
        await FillAsync(page, "Amount", "37");
        await phone.LookAsync("deposit-refused");
        await phone.AssertPhoneSizedAsync();
        await FillAsync(
            page,
            "Amount",
            await phone.ReadMessageAsync(person.Mobile, person.CardNumber[^4..], "0[.][0-9]{2}")
        );

        await phone.ArriveAsync("**/pin");
        await page.Locator("#Pin").FillAsync(Pin);
        await page.Locator("#Again").FillAsync(Pin);
        await phone.LookAsync("pin");
        await PressFirstButtonAsync(page);

        await phone.ArriveAsync("**/consent");
        await page.Locator("#Pin").FillAsync(Pin);
        await phone.ShowAsync("consent");
        await phone.AssertPhoneSizedAsync();
        await PressFirstButtonAsync(page);
    }

    /// <summary>In another tab: what was entered stays.</summary>
    private static async Task ReadAgreementAsync(Phone phone)
    {
        var form = phone.Page;
        var tab = await form.RunAndWaitForPopupAsync(() => form.Locator("a.beside").ClickAsync());
        await phone.InAsync(
            tab,
            async () =>
            {
                await phone.ArriveAsync("**/bank/agreement/*");
                await phone.LookAsync("agreement");
                await phone.AssertPhoneSizedAsync();
            }
        );
    }

    private static FilePayload Picture(string name, string type, byte[] content) =>
        new()
        {
            Name = name,
            MimeType = type,
            Buffer = content,
        };

    private static async Task FillAsync(IPage page, string field, string value)
    {
        await page.Locator("#" + field).FillAsync(value);
        await PressFirstButtonAsync(page);
    }

    private static Task PressFirstButtonAsync(IPage page) => page.Locator("button.primary").ClickAsync();

    /// <summary>With the last of their cards, which its bank does not confirm.</summary>
    private async Task<SandboxPerson> PersonAsync(int number)
    {
        var persons = await PersonsAsync();
        return persons.Last(person => person.IdNumber == persons[number].IdNumber);
    }

    private async Task<IReadOnlyList<SandboxPerson>> PersonsAsync()
    {
        using var http = new HttpClient();
        await using var body = await http.GetStreamAsync(shop.Partner.PersonsUrl + ".json");
        return (
            await System.Text.Json.JsonSerializer.DeserializeAsync(
                body,
                ResponseJson.Default.PageSandboxPerson
            )
        )!.Data;
    }
}
