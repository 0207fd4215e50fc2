using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Pages as they are read: in large letters, and on paper.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class ReadingTests(WalkedBank bank)
{
    private static readonly string[] ofCustomers =
    [
        "",
        "/payments",
        "/cases",
        "/passkeys",
        "/purposes",
        "/mobile",
        "/correct-name",
        "/erase",
        "/new-pin",
    ];

    private static readonly string[] ofAccounts =
    [
        "",
        "/name",
        "/limits",
        "/cards",
        "/cards/new",
        "/statement",
        "/top-up",
        "/withdraw",
        "/complain",
        "/lost",
        "/close",
    ];

    /// <summary>Letters of twice the size (WCAG 2.2, 1.4.4), with nothing beside the screen to scroll to (1.4.10).</summary>
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public async Task Letters_of_twice_the_size_fit_a_phone(string language)
    {
        await using var phone = await bank.NewPhoneAsync("large", language, scripts: true);
        var partner = await bank.NewPartnerAsync();
        var page = phone.Page;
        var link = await partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = bank.Callback,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        await page.GotoAsync(link.AuthorizationUrl.ToString());
        await AssertFitsAsync(page);
        await phone.SignInAsync(bank, partner, (await partner.PersonsAsync())[1].Mobile);
        await phone.ArriveAsync("**/identity");
        await phone.PressAsync();
        await AssertFitsAsync(page);

        var (own, account) = await ToAccountAsync(phone, partner);
        string[] addresses =
        [
            .. ofCustomers.Select(rest => own + rest),
            .. ofAccounts.Select(rest => account + rest),
        ];
        foreach (var address in addresses)
        {
            await page.GotoAsync(address);
            await AssertFitsAsync(page);
        }

        await page.GotoAsync(own);
        await page.Locator(".grants a").First.ClickAsync();
        await phone.ArriveAsync("**/apps/cns_*");
        await AssertFitsAsync(page);
        await phone.LookAsync("app");
        await page.GotoAsync(account + "/withdraw");
        await phone.FillAsync(("Amount", "10"));
        await AssertFitsAsync(page);
    }

    [Theory]
    [InlineData("zh-CN", ColorScheme.Light)]
    [InlineData("en", ColorScheme.Dark)]
    public async Task A_statement_is_printed_without_what_only_a_screen_needs(
        string language,
        ColorScheme scheme
    )
    {
        await using var phone = await bank.NewPhoneAsync("paper", language, scripts: false);
        var partner = await bank.NewPartnerAsync();
        var (_, account) = await ToAccountAsync(phone, partner);
        var page = phone.Page;
        await page.GotoAsync(account + "/statement");
        Assert.NotEqual(0, await CountSeenAsync(page, "a, button, select, footer"));

        await page.EmulateMediaAsync(new() { Media = Media.Print, ColorScheme = scheme });

        await phone.LookAsync("statement");
        Assert.Equal(0, await CountSeenAsync(page, "a, button, input, select, form, footer, .hint.screen"));
        Assert.Equal(1, await CountSeenAsync(page, ".bank-name"));
        Assert.Equal(1, await CountSeenAsync(page, "h1"));
        Assert.Equal(6, await CountSeenAsync(page, "dd"));
        Assert.Matches(@"^\*+\S$", (await page.Locator("dd").First.TextContentAsync())!);
        Assert.Equal(2, await CountSeenAsync(page, ".lines li"));
        Assert.Equal(
            ["rgb(0, 0, 0)", "rgb(255, 255, 255)"],
            await page.EvaluateAsync<string[]>(
                "() => (style => [style.color, style.backgroundColor])(getComputedStyle(document.querySelector('main')))"
            )
        );
    }

    /// <summary>A customer with lines on the account, signed in; where their own pages are, and the account's.</summary>
    private async Task<(string Own, string Account)> ToAccountAsync(Phone phone, TestPartner partner)
    {
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(12_345.67m));
        await partner.PayAsync(customer, "order-1", Money.Yuan(2_345.67m));
        await partner.IssueCouponAsync(customer);
        await phone.SignInToOwnAsync(bank, partner, (await partner.PersonsAsync())[0].Mobile);
        await phone.PressAsync("a.account");
        await phone.ArriveAsync("**/accounts/acct_*");
        return (bank.OwnPages(partner), phone.Page.Url);
    }

    private static Task<int> CountSeenAsync(IPage page, string selector) =>
        page.EvaluateAsync<int>(
            """
            selector => [...document.querySelectorAll(selector)].filter(element =>
              element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden').length
            """,
            selector
        );

    private static async Task AssertFitsAsync(IPage page)
    {
        var wrong = await page.EvaluateAsync<string[]>(
            """
            () => {
              document.documentElement.style.fontSize = '200%';
              const width = document.documentElement.clientWidth;
              return document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll('body *')]
                .filter(element => element.getBoundingClientRect().right > width + 0.5)
                .map(element => element.outerHTML);
            }
            """
        );
        Assert.True(wrong is [], $"{page.Url} is wider than the phone: {string.Join('\n', wrong)}");
    }
}
