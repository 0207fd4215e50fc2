using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>What every walk does.</summary>
internal static class Steps
{
    /// <summary>A PIN that is not the customer's.</summary>
    public const string WrongPin = "246802";

    public static Task PressAsync(this Phone phone, string button = "button.primary") =>
        phone.Page.Locator(button).ClickAsync();

    /// <summary>Fills fields by their ids, and presses the first button.</summary>
    public static async Task FillAsync(this Phone phone, params (string Field, string Value)[] entered)
    {
        foreach (var (field, value) in entered)
        {
            await phone.Page.Locator("#" + field).FillAsync(value);
        }

        await phone.PressAsync();
    }

    /// <summary>What was refused is said beside its field, in what describes the field to those who do not see it.</summary>
    public static async Task CheckRefusedAsync(this Phone phone, string what, params string[] fields)
    {
        foreach (var field in fields)
        {
            var input = phone.Page.Locator("#" + field);
            Assert.Equal("true", await input.GetAttributeAsync("aria-invalid"));
            var described = await input.GetAttributeAsync("aria-describedby") ?? "";
            var told = phone.Page.Locator(
                "#"
                    + Assert.Single(
                        described.Split(' '),
                        id => id.EndsWith("-error", StringComparison.Ordinal)
                    )
            );
            Assert.NotEqual("", (await told.TextContentAsync())!.Trim());
        }

        await phone.CheckAsync(what);
    }

    /// <summary>Enters the number and the code that comes to it, on the own pages or on an app's way through the bank.</summary>
    public static async Task SignInAsync(
        this Phone phone,
        WalkedBank bank,
        TestPartner partner,
        string mobile
    )
    {
        await bank.Server.EndPauseAsync(partner, mobile);
        var before = await CountMessagesAsync(partner, mobile);
        await phone.FillAsync(("Mobile", mobile));
        await phone.ArriveAsync("**/code");
        await phone.FillAsync(("Code", await ReadCodeAsync(partner, mobile, before)));
    }

    /// <summary>Comes from an app that asks for something, and signs in.</summary>
    public static async Task ToBankAsync(
        this Phone phone,
        WalkedBank bank,
        TestPartner partner,
        SandboxPerson person,
        IReadOnlyList<AuthorizationDetail> details
    )
    {
        await phone.ToSignInAsync(bank, partner, details);
        await phone.SignInAsync(bank, partner, person.Mobile);
    }

    /// <summary>Comes from an app that asks for something.</summary>
    public static async Task ToSignInAsync(
        this Phone phone,
        WalkedBank bank,
        TestPartner partner,
        IReadOnlyList<AuthorizationDetail> details
    )
    {
        var link = await partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest { RedirectUri = bank.Callback, AuthorizationDetails = details }
        );
        await phone.Page.GotoAsync(link.AuthorizationUrl.ToString());
        await phone.ArriveAsync("**/sign-in*");
    }

    /// <summary>An app asks for a payment that the customer confirms.</summary>
    public static Task<Payment> AskAsync(
        this TestPartner partner,
        WalkedBank bank,
        decimal yuan,
        Func<CreatePaymentRequest, CreatePaymentRequest>? change = null
    )
    {
        var order = new CreatePaymentRequest
        {
            OrderNo = $"order-{yuan}",
            Amount = Money.Yuan(yuan),
            Description = "One month of films",
            ReturnUrl = bank.Callback.ToString(),
        };
        return partner.Client.Payments.CreateAsync(
            change?.Invoke(order) ?? order,
            IdempotencyKey.FromOrder(order.OrderNo, "payment")
        );
    }

    /// <summary>Signs in to the own pages with the PIN, too.</summary>
    public static async Task SignInToOwnAsync(
        this Phone phone,
        WalkedBank bank,
        TestPartner partner,
        string mobile
    )
    {
        await phone.Page.GotoAsync(bank.OwnPages(partner));
        await phone.SignInAsync(bank, partner, mobile);
        await phone.ArriveAsync("**/my/pin");
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync(bank.OwnPages(partner));
    }

    /// <summary>How many messages have come to a phone.</summary>
    public static async Task<int> CountMessagesAsync(TestPartner partner, string mobile) =>
        (await partner.MessagesAsync(mobile)).Count;

    /// <summary>The code in the message after those that had come before.</summary>
    public static async Task<string> ReadCodeAsync(TestPartner partner, string mobile, int before)
    {
        for (var i = 0; i < 400; i++)
        {
            if (await partner.MessagesAsync(mobile) is [var newest, ..] all && all.Count > before)
            {
                return Regex.Match(newest.Text, "[0-9]{6}", default, TimeSpan.FromSeconds(1)).Value;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException("No message came.");
    }

    /// <summary>A code that is not this one.</summary>
    public static string Other(string code) => code == "123456" ? "654321" : "123456";
}
