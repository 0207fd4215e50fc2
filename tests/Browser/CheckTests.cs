using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>The checks of every page can fail.</summary>
public sealed class CheckTests
{
    [Fact]
    public void A_test_that_looks_at_no_page_counts_as_run() =>
        Assert.True(
            WalkedPages.HasRun(
                typeof(CheckTests).GetMethod(nameof(A_test_that_looks_at_no_page_counts_as_run))!
            )
        );

    [Fact]
    public async Task A_page_that_the_keyboard_does_not_get_through_is_found()
    {
        await using var chromium = await Chromium.StartAsync();
        var page = await chromium.Browser.NewPageAsync();
        foreach (
            var (html, told) in ((string, string)[])
                [
                    ("<a href=x>1</a><a href=x tabindex=1>2</a>", "Not reached"),
                    (
                        "<style>a:focus-visible { outline: none }</style><a href=x>1</a>",
                        "Nobody sees the focus"
                    ),
                    ("<a href=x></a>", "Without a name"),
                    ("<input aria-label=1 onkeydown='event.preventDefault()'>", "Nobody gets out"),
                    ("<a href=x onfocus='this.blur()'>1</a><p><a href=x>2</a></p>", "is reached"),
                ]
        )
        {
            await page.SetContentAsync(
                $"<style>html {{ background: white }} :focus-visible {{ outline: 3px solid black }}</style>{html}"
            );
            await page.AddScriptTagAsync(new() { Content = Accessibility.Axe.Value });
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => Keyboard.StepThroughAsync(page, html));
            Assert.Contains(told, failure.Message);
        }
    }

    [Fact]
    public async Task A_page_that_not_everybody_can_read_is_found_after_one_that_everybody_can()
    {
        await using var chromium = await Chromium.StartAsync();
        var page = await chromium.Browser.NewPageAsync();
        var accessibility = await chromium.AccessibilityAsync(ColorScheme.Light);
        foreach (
            var (color, told) in ((string, string?)[])
                [("black", null), ("#bbb", "color-contrast"), ("black", null)]
        )
        {
            await page.RouteAsync(
                "http://pages.test/**",
                route =>
                    route.FulfillAsync(
                        new()
                        {
                            ContentType = "text/html",
                            Body =
                                "<!doctype html><html lang=en><title>A page</title><style>html { background: white } "
                                + $":focus-visible {{ outline: 3px solid black }} p {{ color: {color} }}</style>"
                                + "<main><h1>A page</h1><p>Words</p><a href=x>On</a></main>",
                        }
                    )
            );
            await page.GotoAsync($"http://pages.test/{color.TrimStart('#')}");
            var failure = await Record.ExceptionAsync(() => accessibility.AssertAsync(page, color));
            if (told is null)
            {
                Assert.Null(failure);
            }
            else
            {
                Assert.Contains(told, failure?.Message);
            }
        }
    }
}
