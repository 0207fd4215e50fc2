using Microsoft.Playwright;

namespace OpenBanking.Tests.Browser;

/// <summary>Chromium as a phone holds it: 375 × 812, in one language, with or without scripts. Every page that is
/// looked at is saved as a picture.</summary>
public sealed class Phone : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly IBrowserContext context;
    private readonly string name;
    private int pictures;

    private Phone(IPlaywright playwright, IBrowser browser, IBrowserContext context, IPage page, string name)
    {
        this.playwright = playwright;
        this.browser = browser;
        this.context = context;
        this.name = name;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Where the pictures go.</summary>
    public static string Pictures { get; } = Path.Combine(Root(), "artifacts", "screenshots");

    public static async Task<Phone> NewAsync(string name, string language, bool scripts, bool dark = false)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
                Args =
                [
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                ],
            }
        );
        var context = await browser.NewContextAsync(
            new()
            {
                ViewportSize = new() { Width = 375, Height = 812 },
                DeviceScaleFactor = 2,
                Locale = language,
                JavaScriptEnabled = scripts,
                ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            }
        );
        return new(playwright, browser, context, await context.NewPageAsync(), name);
    }

    /// <summary>Saves the page as it is.</summary>
    public async Task LookAsync(string what)
    {
        Directory.CreateDirectory(Pictures);
        await Page.ScreenshotAsync(
            new() { Path = Path.Combine(Pictures, $"{name}-{++pictures:00}-{what}.png"), FullPage = true }
        );
    }

    /// <summary>Another tab.</summary>
    public Task<IPage> NewTabAsync() => context.NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenBanking.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
