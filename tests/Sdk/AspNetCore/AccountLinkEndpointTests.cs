using System.Net;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.AspNetCore;

public sealed class AccountLinkEndpointTests : IAsyncLifetime
{
    private readonly MemoryTokenStore kept = new();
    private readonly FailingStore store;
    private StubBank bank = null!;
    private PartnerApp app = null!;

    public AccountLinkEndpointTests() => store = new(kept) { Fails = false };

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        app = await StartAsync(options => { });
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await bank.DisposeAsync();
    }

    [Fact]
    public async Task A_customer_goes_to_the_bank_and_comes_back_linked()
    {
        var away = await app.Browser.GetAsync("/openbanking/link?user=42");

        Assert.Equal(HttpStatusCode.SeeOther, away.StatusCode);
        Assert.StartsWith(
            bank.Authority.AbsoluteUri + "authorize?",
            away.Headers.Location!.AbsoluteUri,
            StringComparison.Ordinal
        );
        Assert.Equal(
            "client_id,request_uri",
            string.Join(',', HttpUtility.ParseQueryString(away.Headers.Location.Query).AllKeys)
        );
        Assert.Equal(
            app.Address + "openbanking/callback",
            bank.Of("POST /par").Single().Form["redirect_uri"]
        );
        Assert.Equal("zh-CN", bank.Of("POST /par").Single().Form["ui_locales"]);

        var back = await app.Browser.GetAsync(bank.Oauth.Callback());

        Assert.Equal($"linked {Samples.Customer}", await back.Content.ReadAsStringAsync());
        Assert.NotNull(await store.GetAsync(Samples.Customer));
    }

    [Fact]
    public async Task The_session_travels_in_a_cookie_that_hides_it()
    {
        var away = await app.Browser.GetAsync("/openbanking/link");

        var cookie = Assert.Single(away.Headers.GetValues("Set-Cookie")).ToLowerInvariant();
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/openbanking/;", cookie, StringComparison.Ordinal);
        Assert.Contains("; max-age=1800", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("; secure", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(
            bank.Of("POST /par").Single().Form["state"].ToLowerInvariant(),
            cookie,
            StringComparison.Ordinal
        );
        Assert.Equal("no-store", away.Headers.CacheControl!.ToString());
        Assert.Equal("no-referrer", away.Headers.GetValues("Referrer-Policy").Single());
    }

    [Fact]
    public async Task Behind_a_proxy_the_address_is_the_one_that_is_set_and_the_cookie_secure()
    {
        await using var behind = await StartAsync(options =>
            options.RedirectUri = new Uri("https://partner.example/app/openbanking/callback")
        );

        var away = await behind.Browser.GetAsync("/openbanking/link");

        var cookie = Assert.Single(away.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; path=/app/openbanking/;", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.Ordinal);
        Assert.Equal(
            "https://partner.example/app/openbanking/callback",
            bank.Of("POST /par").Single().Form["redirect_uri"]
        );
    }

    [Fact]
    public async Task A_callback_is_good_once()
    {
        await app.Browser.GetAsync("/openbanking/link");
        var callback = bank.Oauth.Callback();
        await app.Browser.GetAsync(callback);

        var again = await app.Browser.GetAsync(callback);

        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task Another_browser_cannot_complete_the_link()
    {
        await app.Browser.GetAsync("/openbanking/link");
        using var other = app.NewBrowser();

        var back = await other.GetAsync(bank.Oauth.Callback());

        Assert.Equal(HttpStatusCode.BadRequest, back.StatusCode);
        Assert.Empty(bank.Of("POST /token"));
        Assert.Contains(app.Logs, line => line.Contains("link_session_invalid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_cookie_is_no_session()
    {
        await app.Browser.GetAsync("/openbanking/link");
        using var other = app.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Get, bank.Oauth.Callback());
        request.Headers.Add("Cookie", ".OpenBanking.Link.1=changed");

        var back = await other.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, back.StatusCode);
    }

    [Fact]
    public async Task Links_in_several_tabs_come_to_their_ends_and_of_many_the_last_four_are_kept()
    {
        for (var tab = 0; tab < 6; tab++)
        {
            await app.Browser.GetAsync("/openbanking/link");
        }

        var states = bank.Of("POST /par").Select(request => request.Form["state"]).ToList();
        var ends = new List<HttpStatusCode>();
        foreach (var state in states)
        {
            ends.Add((await app.Browser.GetAsync(bank.Oauth.Callback(state))).StatusCode);
        }

        const HttpStatusCode Gone = HttpStatusCode.BadRequest;
        const HttpStatusCode Linked = HttpStatusCode.OK;
        Assert.Equal([Gone, Gone, Linked, Linked, Linked, Linked], ends);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(25, null)]
    [InlineData(1, "/openbanking/callback")]
    [InlineData(1, "http://partner.example/openbanking/callback")]
    public async Task Options_that_make_no_sense_are_refused_where_they_are_set(
        int hours,
        string? redirectUri
    )
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() =>
            StartAsync(options =>
            {
                options.SessionLifetime = TimeSpan.FromHours(hours);
                options.RedirectUri = redirectUri is null
                    ? null
                    : new Uri(redirectUri, UriKind.RelativeOrAbsolute);
            })
        );

        Assert.Contains(redirectUri is null ? "SessionLifetime" : "RedirectUri", refusal.Message);
    }

    [Fact]
    public void A_prefix_without_a_slash_is_refused()
    {
        using var server = (IDisposable)WebApplication.CreateSlimBuilder().Build();

        var refusal = Assert.Throws<ArgumentException>(() =>
            ((WebApplication)server).MapOpenBankingAccountLink("openbanking", _ => { })
        );

        Assert.Equal("prefix", refusal.ParamName);
    }

    [Fact]
    public async Task A_customer_who_said_no_is_handed_to_the_app()
    {
        await using var polite = await StartAsync(options =>
            options.OnRefused = (_, refusal) => Task.FromResult(Results.Text($"refused {refusal.Code}"))
        );
        await polite.Browser.GetAsync("/openbanking/link");

        var back = await polite.Browser.GetAsync(bank.Oauth.Callback(extra: "&error=access_denied"));

        Assert.Equal("refused access_denied", await back.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_customer_whose_account_was_not_linked_finds_the_way_on()
    {
        await app.Browser.GetAsync("/openbanking/link");

        var back = await app.Browser.GetAsync(bank.Oauth.Callback(extra: "&error=access_denied"));

        Assert.Equal(HttpStatusCode.BadRequest, back.StatusCode);
        Assert.Equal("text/html; charset=utf-8", back.Content.Headers.ContentType!.ToString());
        var page = await back.Content.ReadAsStringAsync();
        Assert.Contains("<a href=\"link\">Try again", page);
        Assert.Contains("<a href=\"/\">Back", page);
        Assert.Contains(
            app.Logs,
            line =>
                line.StartsWith(
                    "Information A customer came back without a link: access_denied",
                    StringComparison.Ordinal
                )
        );
        Assert.DoesNotContain(app.Logs, line => line.Contains("(null)"));
    }

    [Fact]
    public async Task A_callback_that_a_browser_loads_twice_at_once_links_the_account_once()
    {
        await app.Browser.GetAsync("/openbanking/link");
        var callback = bank.Oauth.Callback();
        // Until the second has come to the app, too.
        bank.Answering = _ => Task.Delay(TimeSpan.FromSeconds(1));

        var pages = await Task.WhenAll(app.Browser.GetAsync(callback), app.Browser.GetAsync(callback));

        foreach (var page in pages)
        {
            Assert.Equal($"linked {Samples.Customer}", await page.Content.ReadAsStringAsync());
        }

        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task A_callback_that_is_loaded_again_does_not_say_that_the_account_was_not_linked()
    {
        await app.Browser.GetAsync("/openbanking/link");
        var callback = bank.Oauth.Callback();
        Assert.True((await app.Browser.GetAsync(callback)).IsSuccessStatusCode);

        var again = await (await app.Browser.GetAsync(callback)).Content.ReadAsStringAsync();

        Assert.Contains("This account link is over.", again);
        Assert.DoesNotContain("not linked", again);
    }

    [Fact]
    public async Task A_payment_that_leads_back_to_the_callback_is_not_taken_for_a_link()
    {
        var answer = await app.Browser.GetAsync(
            "/openbanking/callback?payment_id=pay_0123456789ABCDEFGHJKMNPQRS&status=captured"
        );

        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("You are back from the bank.", page);
        Assert.DoesNotContain("link", page.Replace("lang", "", StringComparison.Ordinal));
        Assert.Contains(app.Logs, line => line.Contains("name another registered address as its return_url"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_was_not_finished_is_finished_when_its_address_is_loaded_again(bool byStore)
    {
        await app.Browser.GetAsync("/openbanking/link");
        var callback = bank.Oauth.Callback();
        if (byStore)
        {
            store.Fails = true;
        }
        else
        {
            bank.Script("GET /jwks", Answers.Problem(429, ProblemCodes.RateLimited, retryAfter: "31"));
        }

        var failed = await app.Browser.GetAsync(callback);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        var page = await failed.Content.ReadAsStringAsync();
        Assert.Contains("This account link is not finished.", page);
        Assert.Contains("<a href=\"\">Try again", page);

        store.Fails = false;
        bank.Unscript("GET /jwks");
        var again = await app.Browser.GetAsync(callback);

        Assert.Equal($"linked {Samples.Customer}", await again.Content.ReadAsStringAsync());
        Assert.NotNull(await kept.GetAsync(Samples.Customer));
        Assert.Single(bank.Of("POST /token"));
    }

    [Fact]
    public async Task A_bank_that_cannot_be_reached_is_handed_to_the_app_too()
    {
        bank.Script(
            "POST /par",
            Answers.OAuthError(400, "invalid_request", "It differs from /Shop/Callback in its path.")
        );

        var away = await app.Browser.GetAsync("/openbanking/link");

        Assert.Equal(HttpStatusCode.BadRequest, away.StatusCode);
        Assert.False(away.Headers.Contains("Set-Cookie"));
        // Who runs the app finds in its log what to do.
        Assert.Contains(
            app.Logs,
            line =>
                line.StartsWith(
                    "Warning An account was not linked: invalid_request, HTTP 400",
                    StringComparison.Ordinal
                ) && line.Contains("It differs from /Shop/Callback in its path.", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task No_code_or_session_gets_into_the_apps_logs()
    {
        await app.Browser.GetAsync("/openbanking/link");
        await app.Browser.GetAsync(bank.Oauth.Callback(state: "wrong"));

        // The app's own server logs the addresses it was asked for; what the package writes is meant here.
        var lines = app.Logs.Where(line => !line.Contains("HTTP/1.1", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(
            bank.Oauth.Secrets,
            secret => Assert.DoesNotContain(lines, line => line.Contains(secret, StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task What_is_missing_is_said_when_the_endpoints_are_mapped()
    {
        await using var server = WebApplication.CreateSlimBuilder().Build();

        Assert.Throws<ArgumentException>(() => server.MapOpenBankingAccountLink("/ob", options => { }));
        Assert.Throws<ArgumentException>(() =>
            server.MapOpenBankingAccountLink(
                "/ob",
                options => options.OnLinked = (_, _) => Task.FromResult(Results.Ok())
            )
        );
        Assert.Throws<ArgumentException>(() => server.MapOpenBankingAccountLink("/{tenant}", options => { }));
        var noClient = Assert.Throws<InvalidOperationException>(() =>
            server.MapOpenBankingAccountLink(
                "/ob",
                options =>
                {
                    options.AuthorizationDetails = _ => [new AccountInformation()];
                    options.OnLinked = (_, _) => Task.FromResult(Results.Ok());
                }
            )
        );
        Assert.Contains("AddOpenBanking", noClient.Message, StringComparison.Ordinal);
    }

    private Task<PartnerApp> StartAsync(Action<AccountLinkEndpointOptions> configure) =>
        PartnerApp.StartAsync(
            services =>
                services
                    .AddSingleton<ITokenStore>(store)
                    .AddOpenBanking(options =>
                    {
                        options.Authority = bank.Authority;
                        options.ClientId = StubOauth.ClientId;
                        options.Key = bank.Oauth.ClientKey;
                    }),
            server =>
                server.MapOpenBankingAccountLink(
                    "/openbanking",
                    options =>
                    {
                        options.AuthorizationDetails = _ => [new AccountInformation()];
                        options.PrepareRequest = (_, request) =>
                            ValueTask.FromResult(request with { UiLocales = "zh-CN" });
                        options.OnLinked = (_, customer) =>
                            Task.FromResult(Results.Text($"linked {customer.CustomerId}"));
                        configure(options);
                    }
                )
        );
}
