using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>What stands in the way of those who use a screen reader, a keyboard or large type, as axe finds it in a copy of
/// the page: axe needs scripts, which the phone may have switched off.</summary>
internal sealed class Accessibility(IPage copy)
{
    internal static readonly Lazy<string> Axe = new(() =>
        File.ReadAllText(
            Path.Combine(Phone.Root, "tests", "Browser", "tools", "node_modules", "axe-core", "axe.min.js")
        )
    );

    public static async Task<Accessibility> NewAsync(IBrowser browser, ColorScheme scheme)
    {
        var context = await browser.NewContextAsync(
            new() { ViewportSize = Phone.Size, ColorScheme = scheme }
        );
        // Chromium keeps it for all documents: to send it for each takes longer than to run it.
        await context.AddInitScriptAsync(Axe.Value);
        return new(await context.NewPageAsync());
    }

    /// <summary>Nothing is found, however small, and the keyboard reaches everything.</summary>
    public async Task AssertAsync(IPage page, string what)
    {
        // A page that waits loads itself again, as it says and has a link for; the copy stands still.
        var html = Regex.Replace(
            await page.ContentAsync(),
            "<meta http-equiv=\"refresh\"[^>]*>",
            "",
            default,
            TimeSpan.FromSeconds(1)
        );
        await StandAtAsync(page.Url);
        var found = await copy.EvaluateAsync<string>(
            """
            async html => {
              document.open();
              const loaded = new Promise(done => addEventListener('load', done, { once: true }));
              document.write(html);
              document.close();
              await loaded;
              const result = await axe.run(document, { resultTypes: ['violations'], preload: false });
              const told = result.violations.flatMap(violation => violation.nodes.map(node =>
                `${violation.impact}: ${violation.id} at ${node.target.join(' ')}: ${node.failureSummary}`));
              return JSON.stringify({ checked: result.passes.length, told });
            }
            """,
            html
        );
        using var report = JsonDocument.Parse(found);
        Assert.True(
            report.RootElement.GetProperty("checked").GetInt32() > 5,
            $"Nothing was checked on {what}."
        );
        var told = report.RootElement.GetProperty("told").EnumerateArray().Select(line => line.GetString());
        Assert.True(!told.Any(), $"On {page.Url} ({what}):\n{string.Join('\n', told)}");
        await Keyboard.StepThroughAsync(copy, what);
    }

    /// <summary>The copy goes to a page's address, where addresses in the page lead to the same. Within a server it stays one
    /// document, whose contents are written anew: to read axe and to compile it for each takes longer than to run it.</summary>
    private async Task StandAtAsync(string address)
    {
        if (ServerOf(copy.Url) == ServerOf(address))
        {
            await copy.EvaluateAsync("address => history.replaceState(null, '', address)", address);
            return;
        }

        await copy.RouteAsync(address, route => route.FulfillAsync(new() { ContentType = "text/html" }));
        await copy.GotoAsync(address);
        await copy.UnrouteAsync(address);
    }

    private static string ServerOf(string address) => new Uri(address).GetLeftPart(UriPartial.Authority);
}
