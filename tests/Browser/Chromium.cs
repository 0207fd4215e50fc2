using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace OpenBanking.Tests.Browser;

/// <summary>A running Chromium, for one phone or for several.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly ConcurrentDictionary<ColorScheme, Lazy<Task<Accessibility>>> accessibility = [];

    private Chromium(IPlaywright playwright, IBrowser browser)
    {
        this.playwright = playwright;
        Browser = browser;
    }

    public IBrowser Browser { get; }

    public static async Task<Chromium> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(
            new()
            {
                ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? FindProgram(),
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
        return new(playwright, browser);
    }

    /// <summary>What looks at the pages of all phones in these colours, one page at a time.</summary>
    internal Task<Accessibility> AccessibilityAsync(ColorScheme scheme) =>
        accessibility.GetOrAdd(scheme, _ => new(() => Accessibility.NewAsync(Browser, scheme))).Value;

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        playwright.Dispose();
    }

    /// <summary>That without windows, if it is there: it takes two fifths less processor time for the same.</summary>
    private static string FindProgram() =>
        File.Exists("/usr/bin/chromium-headless-shell")
            ? "/usr/bin/chromium-headless-shell"
            : "/usr/bin/chromium";
}
