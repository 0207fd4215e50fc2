using OpenBanking.Server.Customers;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Passkeys on a customer's own pages: adding, signing in, deleting, and what does neither.</summary>
public sealed class PasskeyTests(SharedServer shared) : PasskeyPageTests(shared)
{
    [Fact]
    public async Task A_passkey_takes_the_codes_place_and_the_PIN_is_still_asked_for()
    {
        await AddAsync();
        Assert.Contains("My phone", Text());
        Assert.Contains("Not used yet", Text());

        using var phone = await AtAsync(Own("/sign-in"));
        await EnterAsync(phone, Device);
        Assert.EndsWith("/my/pin", phone.Address.AbsolutePath);
        Assert.DoesNotContain("¥", Text(phone));
        await phone.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Equal(Own(), phone.Address);
        Assert.Contains("¥100.00", Text(phone));

        await Browser.GoAsync(Own("/passkeys"));
        Assert.Contains("Last used", Text());
    }

    [Fact]
    public async Task On_an_apps_way_a_passkey_takes_the_codes_place_and_the_PIN_still_agrees()
    {
        await AddAsync();
        using var phone = await AtAsync(await StartAsync());
        var before = phone.Cookie();
        await EnterAsync(phone, Device);

        Assert.EndsWith("/consent", phone.Address.AbsolutePath);
        Assert.NotEqual(before, phone.Cookie());
        await phone.SubmitAsync(("Pin", "246802"));
        Assert.Contains("not your PIN", Text(phone));
        await phone.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("code=", phone.Address.Query);
    }

    [Fact]
    public async Task A_passkey_helps_where_the_code_was_sent_already()
    {
        await AddAsync();
        using var phone = new Browser();
        await EnterMobileAsync(phone, Person);
        await EnterAsync(phone, Device);
        Assert.EndsWith("/my/pin", phone.Address.AbsolutePath);

        using var other = await AtAsync(await StartAsync());
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await other.SubmitAsync(("Mobile", Person.Mobile));
        Assert.EndsWith("/code", other.Address.AbsolutePath);
        await EnterAsync(other, Device);
        Assert.EndsWith("/consent", other.Address.AbsolutePath);
    }

    [Fact]
    public async Task No_passkey_is_added_without_the_PIN_a_name_or_a_browser_that_was_asked()
    {
        await SignInAsync();
        foreach (
            var (name, pin, words) in ((string, string, string)[])
                [
                    ("My phone", "246802", "not your PIN"),
                    ("My phone", "13579", "six digits"),
                    ("", TestPartner.Pin, "Enter a name"),
                    (new('x', 21), TestPartner.Pin, "Enter a name"),
                ]
        )
        {
            await AskAsync(Browser, name, pin);
            Assert.Contains(words, Text());
            Assert.Null(Browser.Page.QuerySelector("form[data-passkey]"));
        }

        using var visitor = await AtAsync(Own("/sign-in"));
        var forAnother = Asked(visitor)
            .Replace("\"rpId\":", "\"user\":{\"id\":\"AA\"},\"rp\":{\"id\":\"localhost\"},\"x\":");
        await AskAsync(Browser, "My phone", TestPartner.Pin);
        var asked = Asked(Browser);
        foreach (
            var wrong in (string[])
                [
                    Device.Make(forAnother, Browser.Address),
                    Device.With(verifiesUser: false).Make(asked, Browser.Address),
                    Device.With(origin: "https://bank.example").Make(asked, Browser.Address),
                    Device.With(relyingParty: "bank.example").Make(asked, Browser.Address),
                    "",
                ]
        )
        {
            await AskAsync(Browser, "My phone", TestPartner.Pin);
            await Browser.SubmitToAsync("form[data-passkey]", ("Passkey", wrong));
            Assert.Contains("was not taken", Text());
        }

        Assert.Empty(Rows());
    }

    [Fact]
    public async Task Adding_twice_with_one_answer_adds_once()
    {
        await SignInAsync();
        await AskAsync(Browser, "My phone", TestPartner.Pin);
        var answer = Device.Make(Asked(Browser), Browser.Address);
        var token = Browser.HiddenFields("form[data-passkey]").ToList();
        await Browser.SubmitToAsync("form[data-passkey]", ("Passkey", answer));
        Assert.Contains("Not used yet", Text());

        using var again = await Browser.PostAsync(
            Own("/passkeys?handler=Add"),
            [.. token.Where(field => field.Key != "Passkey"), KeyValuePair.Create("Passkey", answer)]
        );

        Assert.Contains("was not taken", await again.Content.ReadAsStringAsync());
        Assert.Single(Rows());
    }

    [Fact]
    public async Task A_deleted_passkey_signs_in_no_more_and_the_code_still_does()
    {
        await AddAsync();
        await Browser.SubmitToAsync(".grants form");
        Assert.Contains("You have no passkey", Text());

        await AssertRefusedAsync(Device);
        using var phone = new Browser();
        await EnterMobileAsync(phone, Person);
    }

    [Fact]
    public async Task A_reported_loss_ends_all_passkeys_and_none_is_added_until_it_is_lifted()
    {
        await AddAsync();
        await Browser.GoAsync(Own());
        await FollowAsync("Type II e-account");
        await FollowAsync("Report a loss");
        Assert.Contains("passkeys end", Text());
        await Browser.SubmitAsync();

        await Browser.GoAsync(Own("/passkeys"));
        Assert.Contains("You have no passkey", Text());
        await AssertRefusedAsync(Device);
        await AskAsync(Browser, "Another", TestPartner.Pin);
        Assert.Contains("A loss is reported", Text());
    }

    [Fact]
    public async Task What_the_right_key_did_not_sign_here_now_and_with_its_user_verified_is_refused()
    {
        await AddAsync();
        using var stranger = new SoftwareAuthenticator { UserHandle = Device.UserHandle };
        foreach (
            var wrong in (SoftwareAuthenticator[])
                [
                    Device.With(origin: "https://bank.example"),
                    Device.With(origin: "not an origin"),
                    Device.With(relyingParty: "bank.example"),
                    Device.With(challenge: "AAAA"),
                    Device.With(framed: true),
                    Device.With(verifiesUser: false),
                    stranger,
                ]
        )
        {
            await AssertRefusedAsync(wrong);
        }

        // Five of them were this passkey's, and lock it.
        await AssertRefusedAsync(Device);
        await Browser.GoAsync(Own("/passkeys"));
        Assert.Contains("Locked for a day", Text());
    }

    [Fact]
    public async Task An_answer_is_good_once_in_the_browser_that_was_asked()
    {
        await AddAsync();
        using var one = await AtAsync(Own("/sign-in"));
        using var other = await AtAsync(Own("/sign-in"));
        var answer = Device.Sign(Asked(one), one.Address);
        await EnterAsync(other, answer);
        Assert.Contains("does not sign you in", Text(other));

        await EnterAsync(one, answer);
        Assert.EndsWith("/my/pin", one.Address.AbsolutePath);
        await one.GoAsync(Own("/sign-in"));
        await EnterAsync(one, answer);
        Assert.Contains("does not sign you in", Text(one));
    }

    [Fact]
    public async Task A_counter_that_goes_backwards_is_refused_and_noted()
    {
        await AddAsync();
        using var copy = Device.With();
        Device.Counter = 7;
        using var phone = await AtAsync(Own("/sign-in"));
        await EnterAsync(phone, Device);
        Assert.EndsWith("/my/pin", phone.Address.AbsolutePath);

        await AssertRefusedAsync(copy);
        await AssertRefusedAsync(Device);
        await Browser.GoAsync(Own("/passkeys"));
        Assert.Contains("may have been copied", Text());
        Assert.NotNull(Rows().Single().CounterFellAt);
    }

    [Fact]
    public async Task A_passkey_is_its_customers_and_its_worlds_alone()
    {
        await AddAsync();
        await Partner.LinkAsync(1);
        using var neighbour = new Browser();
        using var theirs = new SoftwareAuthenticator();
        await SignInAsync(neighbour, (await Partner.PersonsAsync())[1]);
        await AddAsync(neighbour, theirs);

        var own = Device.UserHandle;
        Device.UserHandle = theirs.UserHandle;
        await AssertRefusedAsync(Device);
        Device.UserHandle = own;
        var other = await TestPartner.NewAsync(Shared.Server.Address);
        using var elsewhere = await AtAsync(
            new(Shared.Server.Address, $"/bank/{other.SandboxNumber}/my/sign-in")
        );
        await EnterAsync(elsewhere, Device);
        Assert.Contains("does not sign you in", Text(elsewhere));

        await neighbour.SubmitToAsync(".grants form", ("Credential", Rows().Single(IsMine).CredentialHash));
        Assert.Null(Rows().Single(IsMine).EndedAt);
        bool IsMine(PasskeyRow row) => row.CredentialId.SequenceEqual(Device.CredentialId);
    }

    [Fact]
    public async Task Parts_of_a_good_answer_that_are_garbled_or_too_long_are_refused_on_the_page()
    {
        await AddAsync();
        using var visitor = await AtAsync(Own("/sign-in"));
        var parts = Device.Sign(Asked(visitor), visitor.Address).Split('.');
        foreach (var garbage in (string[])["", "AA", "oWFhoA", new('A', 64), new('A', 20_000)])
        {
            for (var i = 0; i < parts.Length; i++)
            {
                await visitor.GoAsync(Own("/sign-in"));
                await EnterAsync(visitor, string.Join('.', [.. parts[..i], garbage, .. parts[(i + 1)..]]));
                Assert.Contains("does not sign you in", Text(visitor));
            }
        }

        foreach (
            var answer in (string[])
                [
                    "",
                    "....",
                    "a.b.c.d.e",
                    "!.!.!.!.!",
                    "AAAA.AAAA.AAAA.AAAA.AAAA",
                    "AAAA.bnVsbA.AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
                    "AAAA.W10.AAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
                ]
        )
        {
            await EnterAsync(visitor, answer);
            Assert.Contains("does not sign you in", Text(visitor));
        }

        foreach (var garbage in (string[])["", "oA", "o2NmbXRkbm9uZQ", new('A', 4_000)])
        {
            await AskAsync(Browser, "My phone", TestPartner.Pin);
            var made = Device.Make(Asked(Browser), Browser.Address).Split('.');
            await Browser.SubmitToAsync("form[data-passkey]", ("Passkey", $"{made[0]}.{made[1]}.{garbage}"));
            Assert.Contains("was not taken", Text());
        }
    }

    [Fact]
    public async Task The_script_of_passkeys_is_kept_by_its_content()
    {
        using var visitor = await AtAsync(Own("/sign-in"));
        var script = new Uri(
            visitor.Address,
            visitor.Page.QuerySelector("script[src*=passkeys]")!.GetAttribute("src")
        );
        using var http = new HttpClient();
        using var kept = await http.GetAsync(script);
        Assert.Equal("text/javascript", kept.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            "public, max-age=31536000, immutable",
            string.Join(", ", kept.Headers.GetValues("Cache-Control"))
        );
        Assert.NotNull(kept.Headers.ETag);
        using var another = await http.GetAsync(new Uri(script, "?v=another"));
        Assert.True(another.Headers.CacheControl!.NoStore);
    }

    private async Task AssertRefusedAsync(SoftwareAuthenticator device)
    {
        using var visitor = await AtAsync(Own("/sign-in"));
        await EnterAsync(visitor, device);
        Assert.Contains("does not sign you in", Text(visitor));
        await visitor.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", visitor.Address.AbsolutePath);
    }

    private IReadOnlyList<PasskeyRow> Rows() =>
        Shared
            .Server.Get<Store>()
            .ListAsync(PasskeyTables.Passkeys, new World(Partner.SandboxNumber), $"1 = {1}")
            .AsTask()
            .GetAwaiter()
            .GetResult();

    private async Task<Uri> StartAsync() =>
        (
            await Partner.Client.AccountLinks.StartAsync(
                new AccountLinkRequest
                {
                    RedirectUri = TestPartner.RedirectUri,
                    AuthorizationDetails = TestPartner.Everything,
                }
            )
        ).AuthorizationUrl;
}
