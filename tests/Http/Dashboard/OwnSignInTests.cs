using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Who comes to a customer's own pages, and who does not.</summary>
public sealed class OwnSignInTests(SharedServer shared) : OwnPageTests(shared)
{
    [Theory]
    [InlineData("+86 {0}")]
    [InlineData("-{0}-")]
    [InlineData("0086{0}")]
    [InlineData("＋８６ {0}")]
    [InlineData("（+86）{0}")]
    [InlineData("86{0}")]
    [InlineData("\u202d{0}\u202c\u200b")]
    public async Task A_number_is_read_however_a_list_of_contacts_writes_it(string written)
    {
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var before = await NewestAsync(Person);
        await Browser.GoAsync(Own());
        foreach (var wrong in (string[])["+86", "+1{0}", "+8{0}", "+86+86{0}"])
        {
            await Browser.SubmitAsync(("Mobile", string.Format(null, wrong, Person.Mobile)));
            Assert.Contains("Enter the eleven digits", Text());
        }

        await Browser.SubmitAsync(("Mobile", string.Format(null, written, Person.Mobile)));
        Assert.EndsWith("/my/code", Browser.Address.AbsolutePath);
        await NewerAsync(Person, before);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task Code_and_PIN_lead_to_the_customers_accounts_and_signing_out_ends_it()
    {
        await SignInAsync();
        Assert.Contains("¥100.00", Text());
        var session = Browser.SetCookies.Where(cookie => IsSessions(cookie)).ToList();
        Assert.Equal(3, session.Select(cookie => cookie.Split(';')[0]).Distinct().Count());
        Assert.All(
            session,
            cookie =>
            {
                Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
            }
        );

        await Browser.SubmitAsync("SignOut");

        Assert.Contains("You are signed out", Text());
        await Browser.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task The_code_alone_shows_nothing_and_wrong_PINs_lock()
    {
        await EnterMobileAsync(Browser, Person);
        await Browser.GoAsync(Own("/accounts/acct_0"));
        Assert.EndsWith("/my/code", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Code", "12345x"));
        Assert.Contains("That is not the code", Text());
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        await Browser.GoAsync(Own());
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
        Assert.DoesNotContain("¥", Text());

        await Browser.SubmitAsync(("Pin", "13579"));
        Assert.Contains("Enter the six digits", Text());
        for (var i = 0; i < 5; i++)
        {
            await Browser.SubmitAsync(("Pin", "246802"));
        }

        Assert.Contains("locked for a day", Text());
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task A_number_that_nobody_has_is_told_so_only_after_its_code()
    {
        var stranger = (await Partner.PersonsAsync())[1];
        await EnterMobileAsync(Browser, stranger);
        await Browser.SubmitAsync(("Code", await CodeAsync(stranger)));

        Assert.EndsWith("/my/no-account", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync();
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task A_session_ends_by_itself_and_with_the_page_that_signs_out_of_everything()
    {
        await SignInAsync();
        var row = (
            await Shared
                .Server.Get<Store>()
                .ListAsync(
                    SessionTables.Sessions,
                    new World(Partner.SandboxNumber),
                    $"state = {SessionState.SignedIn}"
                )
        ).Single();
        Assert.InRange(
            row.ExpiresAt - DateTimeOffset.UtcNow,
            TimeSpan.FromMinutes(28),
            SessionRules.Lifetime
        );

        await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank/sign-out"));
        await Browser.SubmitAsync();
        Assert.Contains("You are signed out", Text());
        await Browser.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task There_are_no_pages_of_a_world_that_there_is_not()
    {
        await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank/1/my"));
        Assert.Contains("There is no such page", Text());
    }

    [Fact]
    public async Task The_short_address_leads_to_the_pages_of_the_sandbox_that_the_browser_was_at()
    {
        await SignInAsync();
        await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank"));
        Assert.Equal(Own().AbsolutePath, Browser.Address.AbsolutePath);
    }

    [Theory]
    [InlineData("en", "with the sandbox's number instead of 1")]
    [InlineData("zh-CN", "请将 1 换成沙箱编号")]
    public async Task A_browser_that_was_at_no_sandbox_is_told_where_their_customers_sign_in(
        string language,
        string where
    )
    {
        using var stranger = new Browser();
        await stranger.GoAsync(new Uri(Shared.Server.Address, $"/bank?lang={language}"));
        Assert.Contains(where, stranger.Text());
        // It leads to no page that leads back here.
        Assert.Empty(stranger.Page.QuerySelectorAll("main a"));
    }

    [Fact]
    public async Task A_cookie_of_one_world_opens_no_other_and_a_made_up_one_none()
    {
        await SignInAsync();
        var other = await TestPartner.NewAsync(Shared.Server.Address);
        await Browser.GoAsync(new Uri(Shared.Server.Address, $"/bank/{other.SandboxNumber}/my"));
        Assert.EndsWith($"/bank/{other.SandboxNumber}/my/sign-in", Browser.Address.AbsolutePath);

        using var attacker = new Browser();
        var session = Browser.SetCookies.Last(cookie => IsSessions(cookie)).Split(';')[0]["ob-my=".Length..];
        attacker.SetCookie(Own(), "ob-my", session[..^1] + (session[^1] == 'A' ? 'B' : 'A'));
        await attacker.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", attacker.Address.AbsolutePath);
    }

    private static bool IsSessions(string cookie) => cookie.StartsWith("ob-my=", StringComparison.Ordinal);
}
