using Microsoft.AspNetCore.Http;
using OpenBanking.Server.Http;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What binds a browser to its way through the bank's pages, and what keeps others out of it.</summary>
public sealed class SessionTests(SharedServer shared) : BankPageTests(shared)
{
    [Fact]
    public async Task Cookies_are_out_of_reach_of_scripts_and_of_other_sites()
    {
        await SignInAsync();
        Assert.NotEmpty(Browser.SetCookies);
        Assert.All(
            Browser.SetCookies,
            cookie =>
            {
                Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.Contains("samesite=", cookie, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
            }
        );
        var form = Assert.Single(
            Browser.SetCookies,
            cookie => cookie.StartsWith("ob-form", StringComparison.Ordinal)
        );
        // Strict would be missing where a customer comes from an app, and be made anew: no page that is open could be sent.
        Assert.Contains("samesite=lax", form, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_cookies_hold_secrets_and_nothing_of_the_request()
    {
        await SignInAsync();
        Assert.All(
            Browser.SetCookies,
            cookie =>
                Assert.Matches(
                    @"^ob-(ixn_[0-9a-z]{26}=\d+\.[\w-]{40,60}|form=[\w-]{100,}|device=[\w-]{40,60}); ",
                    cookie
                )
        );
    }

    [Fact]
    public void Over_https_the_cookie_is_the_hosts_own()
    {
        var cookies = new InteractionCookies(new ServerAddress(new Uri("https://bank.example")));
        var context = new DefaultHttpContext();

        cookies.Set(context, new World(7), "ixn_1", "secret");

        var header = context.Response.Headers.SetCookie.ToString();
        Assert.StartsWith("__Host-ob-ixn_1=7.secret;", header);
        Assert.Contains("path=/;", header + ";");
        Assert.Contains("secure", header);
        Assert.Contains("httponly", header);
        Assert.Contains("samesite=lax", header);
        Assert.DoesNotContain("domain", header);
    }

    [Fact]
    public async Task Over_https_forms_and_transport_are_guarded_likewise()
    {
        var listens = new Uri($"http://localhost:{Ports.Free()}");
        await using var server = await TestServer.StartAsync(
            settings:
            [
                "Server:PublicAddress=https://bank.example",
                "Server:BehindTlsProxy=true",
                $"urls={listens}",
            ]
        );
        using var http = new HttpClient { BaseAddress = listens };
        using var answer = await http.GetAsync("/bank/sign-out");

        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-ob-form=", cookie);
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("max-age=63072000", answer.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task Of_many_links_a_browser_keeps_the_cookies_of_the_newest()
    {
        var begun = new List<Uri> { Browser.Address };
        for (var link = 0; link < 60; link++)
        {
            await Browser.GoAsync(await StartAsync());
            begun.Add(Browser.Address);
        }

        Assert.InRange(Browser.CountInteractions(), 16, 17);
        foreach (var page in begun.TakeLast(16))
        {
            await Browser.GoAsync(page);
            Assert.Equal(page, Browser.Address);
        }

        await Browser.GoAsync(begun[0]);
        Assert.Equal("/bank/error", Browser.Address.AbsolutePath);

        await Browser.GoAsync(begun[^16]);
        await SignInAsync();
        await Browser.GoAsync(begun[^1]);
        Assert.Equal(begun[^1], Browser.Address);
        Assert.InRange(Browser.CountInteractions(), 16, 17);
    }

    [Fact]
    public async Task The_authorization_endpoint_ends_the_oldest_cookies_of_its_kind_alone()
    {
        using var http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, await StartAsync());
        var begun = Enumerable
            .Range(1, 20)
            .Select(number => $"ixn_{number:00000000000000000000000000}")
            .ToList();
        string[] others =
        [
            .. begun.Select(name => name.Replace("ixn", "apl", StringComparison.Ordinal)),
            "my",
            "pay",
        ];
        string[] odd = ["ixn_", "ixn_1", "ixn_zzzz", "ixn_%0D%0A"];
        request.Headers.Add(
            "Cookie",
            string.Join("; ", begun.Concat(others).Concat(odd).Select(name => $"ob-{name}=0.secret"))
        );

        using var answer = await http.SendAsync(request);

        var set = answer.Headers.GetValues("Set-Cookie").ToList();
        var ended = set.Where(cookie => cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(
            odd.Concat(begun.Take(5)).Order(StringComparer.Ordinal),
            ended
                .Select(cookie => cookie[3..cookie.IndexOf('=', StringComparison.Ordinal)])
                .Order(StringComparer.Ordinal)
        );
        Assert.All(ended, cookie => Assert.Contains("; path=/bank; samesite=lax; httponly", cookie));
        Assert.Single(set.Except(ended), cookie => cookie.StartsWith("ob-ixn_0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("my")]
    [InlineData("visitor")]
    [InlineData("form")]
    [InlineData("my_")]
    [InlineData("_")]
    public void No_other_cookie_is_taken_for_one_of_an_interaction(string odd)
    {
        var cookies = new InteractionCookies(new ServerAddress(new Uri("https://bank.example")));
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = string.Join(
            "; ",
            new[] { "my", "visitor", "form", "device", "pay" }.Select(name => $"__Host-ob-{name}=0.secret")
        );

        cookies.Bound(context, odd);

        Assert.Equal("", context.Response.Headers.SetCookie.ToString());
    }

    [Fact]
    public async Task The_secret_of_one_way_opens_no_other()
    {
        var (mine, name, secret) = (Browser.Address, Browser.CookieName(), Browser.Cookie());
        using var attacker = new Browser();
        await attacker.GoAsync(await StartAsync());
        // The attacker's own way is given the name of the victim's, and the victim's world another number.
        attacker.SetCookie(mine, name, attacker.Cookie());
        await attacker.GoAsync(mine);
        Assert.Equal("/bank/error", attacker.Address.AbsolutePath);

        using var mixed = new Browser();
        mixed.SetCookie(mine, name, $"999999.{secret.Split('.')[1]}");
        await mixed.GoAsync(mine);
        Assert.Equal("/bank/error", mixed.Address.AbsolutePath);
    }

    [Fact]
    public async Task A_form_token_of_one_browser_is_none_of_another()
    {
        using var attacker = new Browser();
        await attacker.GoAsync(await StartAsync());
        var token = attacker.HiddenFields().Single(field => field.Key == "__RequestVerificationToken");
        using var response = await Browser.PostAsync(
            Browser.Address,
            [token, KeyValuePair.Create("Mobile", Person.Mobile)]
        );
        Assert.Equal("/bank/error?code=bad_form", response.Headers.Location?.ToString());
        Assert.Empty(await MessagesAsync());
    }

    [Fact]
    public async Task The_authorization_endpoint_and_the_pages_let_no_other_site_read_them()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        foreach (var path in new[] { "/oauth/authorize", "/bank/sign-out" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Shared.Server.Address, path));
            request.Headers.TryAddWithoutValidation("Origin", "https://attacker.example");
            using var answer = await http.SendAsync(request);
            Assert.DoesNotContain(
                answer.Headers,
                header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)
            );
        }
    }

    [Theory]
    [InlineData("https://attacker.example/")]
    [InlineData("//attacker.example/")]
    [InlineData("/\\attacker.example")]
    public async Task No_page_leads_where_an_address_says(string target)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        string[] requests = ["", "&request_uri=urn:ietf:params:oauth:request_uri:unknown"];
        foreach (var name in new[] { "returnUrl", "ReturnUrl", "redirect_uri", "next", "url" })
        {
            foreach (var request in requests)
            {
                var query = $"client_id={Partner.ClientId}{request}&{name}={Uri.EscapeDataString(target)}";
                using var answer = await http.GetAsync(
                    new Uri(Shared.Server.Address, $"/oauth/authorize?{query}")
                );
                Assert.StartsWith("/bank/error?code=", answer.Headers.Location?.ToString());
            }
        }
    }
}
