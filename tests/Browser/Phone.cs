using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>Chromium as a phone holds it: 375 × 812, in one language, with or without scripts. Every page that is
/// looked at is saved as a picture.</summary>
public sealed class Phone : IAsyncDisposable
{
    private const int MostLooks = 600;
    private static readonly TimeSpan betweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>How large it is.</summary>
    internal static readonly ViewportSize Size = new() { Width = 375, Height = 812 };

    private readonly Chromium? own;
    private readonly IBrowserContext context;
    private readonly Accessibility accessibility;
    private readonly string name;
    private readonly string language;
    private readonly ColorScheme scheme;
    private int pictures;

    private Phone(
        Chromium? own,
        IBrowserContext context,
        IPage page,
        Accessibility accessibility,
        string name,
        BrowserNewContextOptions options
    )
    {
        this.own = own;
        this.context = context;
        this.accessibility = accessibility;
        this.name = name;
        language = options.Locale!;
        scheme = options.ColorScheme!.Value;
        Page = page;
    }

    public IPage Page { get; private set; }

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Where the pictures go.</summary>
    public static string Screenshots { get; } = Path.Combine(Root, "artifacts", "screenshots");

    /// <summary>Where those go that the guides show.</summary>
    private static readonly string shown = Path.Combine(Root, "docs", "guides", "pictures");

    private static readonly bool updatesDocs = Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1";

    /// <param name="shared">The browser that other phones share; one of its own when null.</param>
    public static async Task<Phone> NewAsync(
        string name,
        string language,
        bool scripts,
        bool dark = false,
        Chromium? shared = null
    )
    {
        var own = shared is null ? await Chromium.StartAsync() : null;
        var chromium = own ?? shared!;
        var options = new BrowserNewContextOptions
        {
            ViewportSize = Size,
            // Finer for the guides' pictures only: all are drawn, and most are never looked at.
            DeviceScaleFactor = updatesDocs ? 2 : 1,
            Locale = language,
            JavaScriptEnabled = scripts,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        };
        var context = await chromium.Browser.NewContextAsync(options);
        var accessibility = await chromium.AccessibilityAsync(options.ColorScheme.Value);
        return new(own, context, await context.NewPageAsync(), accessibility, name, options);
    }

    /// <summary>Waits until a page is there as a whole. The page itself is asked: what tells of it may have passed before
    /// anybody listens.</summary>
    /// <param name="address">Where <c>**</c> stands for anything, and <c>*</c> for anything but a slash.</param>
    public Task ArriveAsync(string address) => ArriveAsync(Page, address);

    /// <inheritdoc cref="ArriveAsync(string)" />
    public static async Task ArriveAsync(IPage tab, string address)
    {
        var pattern = $"^{Regex.Escape(address).Replace(@"\*\*", ".*").Replace(@"\*", "[^/]*")}$";
        for (var i = 0; i < MostLooks && !await HasArrivedAsync(tab, pattern); i++)
        {
            await Task.Delay(betweenLooks);
        }

        Assert.Matches(pattern, tab.Url);
    }

    private static async Task<bool> HasArrivedAsync(IPage tab, string pattern)
    {
        try
        {
            return Regex.IsMatch(tab.Url, pattern, default, TimeSpan.FromSeconds(1))
                && await tab.EvaluateAsync<string>("document.readyState") == "complete";
        }
        catch (PlaywrightException)
        {
            // It went on while it was asked.
            return false;
        }
    }

    /// <summary>Does something in another tab, which is closed then.</summary>
    public async Task InAsync(IPage tab, Func<Task> act)
    {
        var before = Page;
        Page = tab;
        await act();
        Page = before;
        await tab.CloseAsync();
    }

    /// <summary>Gives the phone a place for passkeys, whose owner always shows a finger.</summary>
    public async Task TakePasskeysAsync()
    {
        var tools = await context.NewCDPSessionAsync(Page);
        await tools.SendAsync("WebAuthn.enable");
        await tools.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new()
            {
                ["options"] = new Dictionary<string, object>
                {
                    ["protocol"] = "ctap2",
                    ["transport"] = "internal",
                    ["hasResidentKey"] = true,
                    ["hasUserVerification"] = true,
                    ["isUserVerified"] = true,
                    ["automaticPresenceSimulation"] = true,
                },
            }
        );
    }

    /// <summary>Saves the page as it is, and asks whether everybody can use it.</summary>
    public async Task LookAsync(string what)
    {
        Directory.CreateDirectory(Screenshots);
        await Page.ScreenshotAsync(
            new() { Path = Path.Combine(Screenshots, $"{name}-{++pictures:00}-{what}.png"), FullPage = true }
        );
        await accessibility.AssertAsync(Page, what);
        WalkedPages.NoteLook(Page.Url, await SeeAsync());
    }

    /// <summary>Reads a page, also one that looks as another that was looked at and says something else: it leads on, and shows who gets
    /// how much with the field for a code or a PIN.</summary>
    /// <returns>Its language.</returns>
    public async Task<string> SeeAsync()
    {
        var read = await Page.EvaluateAsync<string[]>(
            """
            () => {
              const main = document.querySelector('main');
              const [price, secret] = ['.price', '#Code, #Pin'].map(selector => main?.querySelector(selector));
              const [above, below] = [price, secret].map(element => element?.getBoundingClientRect());
              const seen = price && above.bottom <= below?.top && below.bottom - above.top <= innerHeight;
              return [
                document.documentElement.lang,
                (main ?? document.body).innerText,
                main?.querySelector('a[href], button') ? 'leads on' : '',
                secret && (price || location.pathname.includes('/pay/')) && !seen ? 'unseen' : '',
              ];
            }
            """
        );
        Assert.True(
            read[3].Length == 0,
            $"{Page.Url} asks for a secret, and does not show the amount with it."
        );
        var said = Outcomes.In(read[1], read[0]);
        Assert.True(
            read[2].Length > 0 || !Page.Url.Contains("/bank/") || said.Overlaps(Outcomes.LeadingOn),
            $"{Page.Url} leads nowhere: {read[1]}"
        );
        WalkedPages.NoteOutcomes(Page.Url, read[0], said);
        return read[0];
    }

    /// <summary>Looks at a page as <see cref="LookAsync"/> does, and whether it fits a phone.</summary>
    public async Task CheckAsync(string what)
    {
        await LookAsync(what);
        await AssertPhoneSizedAsync();
    }

    /// <summary>The same of a page that waits and loads itself again: not while it is looked at, nor later.</summary>
    public async Task CheckWaitingAsync(string what)
    {
        var (address, stopped) = (Page.Url, new TaskCompletionSource());
        await Page.RouteAsync(
            address,
            async route =>
            {
                await route.AbortAsync("aborted");
                stopped.TrySetResult();
            }
        );
        await CheckAsync(what);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await Page.UnrouteAsync(address);
    }

    /// <summary>Loads a page that waits once more, which it may be doing by itself at the same time, until it leads on.</summary>
    public async Task WaitOnAsync(string address)
    {
        try
        {
            await Page.ReloadAsync();
        }
        catch (PlaywrightException)
        {
            // It was loading itself.
        }

        await ArriveAsync(address);
    }

    /// <summary>Presses the browser's back button, which leads to a page and to no error.</summary>
    public async Task GoBackAsync(string address)
    {
        await Page.GoBackAsync();
        await ArriveAsync(address);
    }

    /// <summary>The same, of a page that a guide shows: with UPDATE_DOCS=1 its picture is made anew, as small as a phone is, in
    /// light unless it is to be dark.</summary>
    public async Task ShowAsync(string what, bool dark = false)
    {
        await LookAsync(what);
        if (updatesDocs)
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
            var picture = await Page.ScreenshotAsync(new() { FullPage = true, Scale = ScreenshotScale.Css });
            await File.WriteAllBytesAsync(
                Path.Combine(shown, $"{what}.{language}.png"),
                SmallPng.From(picture)
            );
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        }
    }

    /// <summary>The code as a person reads it: in the message box, in another tab.</summary>
    /// <param name="saying">What the message says: it may come after an older one.</param>
    public Task<string> ReadCodeAsync(string mobile, string saying) =>
        ReadMessageAsync(mobile, saying, "[0-9]{6}");

    /// <summary>What a message says in the form of a pattern.</summary>
    public async Task<string> ReadMessageAsync(string mobile, string saying, string pattern)
    {
        var address = await Page.Locator(".sandbox a").GetAttributeAsync("href");
        Assert.Contains(mobile, address);
        var tab = await context.NewPageAsync();
        await tab.GotoAsync(new Uri(new Uri(Page.Url), address).ToString());
        var bubble = tab.Locator(".bubble", new() { HasText = saying }).First;
        for (var i = 0; i < 100 && await bubble.CountAsync() == 0; i++)
        {
            await tab.ReloadAsync();
        }

        var message = await bubble.TextContentAsync();
        await tab.CloseAsync();
        return Regex.Match(message!, pattern, default, TimeSpan.FromSeconds(1)).Value;
    }

    /// <summary>Nothing is cut off at the side of a phone, and fingers find every button.</summary>
    public async Task AssertPhoneSizedAsync()
    {
        // One question for the whole page: one for each element takes longer than the page itself.
        var wrong = await Page.EvaluateAsync<string[]>(
            """
            () => {
              const seen = selector => [...document.querySelectorAll(selector)].filter(element =>
                element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden');
              const box = element => element.getBoundingClientRect();
              return [
                ...seen('main *').filter(element => box(element).right > 375.5)
                  .map(element => `${element.outerHTML} is wider than the phone.`),
                ...seen('button').filter(element => box(element).height < 44 || box(element).height > 200)
                  .map(element => `${element.outerHTML} is no button for a finger.`),
                // A link in a sentence is as large as its words.
                ...seen('a').filter(element => box(element).height < 44 &&
                  ![...element.parentElement.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
                  .map(element => `${element.outerHTML} is no link for a finger.`),
              ];
            }
            """
        );
        Assert.Empty(wrong);
    }

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenBanking.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
