using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>A page used by keyboard alone.</summary>
internal static class Keyboard
{
    /// <summary>What the tabulator reaches, in the order of the page; and why the focus is not where it should be after so many
    /// steps, or nobody sees it there: its outline differs from what is behind.</summary>
    private const string Define = """
        window.stops = [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex="-1"])')]
          .filter(element => element.getClientRects().length > 0 && (element.type !== 'radio' || element.checked));
        window.look = place => {
          const [at, wanted] = [document.activeElement, stops[place]];
          if (at !== wanted && !(at.type === 'radio' && at.name === wanted?.name)) {
            return `Not ${wanted?.outerHTML ?? 'the end'}, but ${at.outerHTML.slice(0, 200)} is reached.`;
          }
          const parts = color => color.match(/[\d.]+/g).map(Number);
          let behind = at.parentElement;
          while (behind.parentElement && parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
          const light = color => parts(color).slice(0, 3)
            .map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
          const style = getComputedStyle(at);
          const [more, less] = [light(style.outlineColor), light(getComputedStyle(behind).backgroundColor)].sort((a, b) => b - a);
          return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && (more + 0.05) / (less + 0.05) >= 3
            ? '' : `Nobody sees the focus on ${at.outerHTML}: ${style.outline} on ${getComputedStyle(behind).backgroundColor}.`;
        };
        """;

    private const string Begin = $$"""
        () => {
          {{Define}}
          stops[0].focus();
          return stops.map(element => element.id || element.name || element.textContent.trim());
        }
        """;

    /// <summary>Notes each step from the beginning of the page on. Gives where the stops stand, in which colours, and what has no
    /// name.</summary>
    private const string Watch = $$"""
        () => {
          {{Define}}
          window.told = [];
          document.addEventListener('focusin', () => told.push(look(told.length)));
          const begin = document.createElement('span');
          document.body.prepend(begin);
          begin.tabIndex = -1;
          begin.focus();
          told.length = 0;
          axe.setup(document);
          const nameless = stops.filter(stop => axe.commons.text.accessibleText(stop).trim() === '');
          axe.teardown();
          const place = element => element ? `${place(element.parentElement)}>${element.localName}.${element.className}` : '';
          return [
            stops.map(stop => place(stop) + (stop.type ?? '')).join('\n') + matchMedia('(prefers-color-scheme: dark)').matches,
            stops.length,
            nameless.map(stop => stop.outerHTML).join('\n'),
          ].map(String);
        }
        """;

    private static readonly ConcurrentDictionary<string, bool> steppedThrough = [];

    /// <summary>Steps through a page that nobody is at with the tabulator: everything that can have the focus has a name, is reached
    /// in the order of the page, and is seen to have it; and the page is left at its end. One that is laid out as another in
    /// the same colours is not stepped through a second time.</summary>
    public static async Task StepThroughAsync(IPage copy, string what)
    {
        var told = await copy.EvaluateAsync<string[]>(Watch);
        Assert.True(told[2].Length == 0, $"Without a name ({what}): {told[2]}");
        if (!steppedThrough.TryAdd(told[0], true))
        {
            return;
        }

        for (var left = int.Parse(told[1], CultureInfo.InvariantCulture); left > 0; left--)
        {
            await copy.Keyboard.PressAsync("Tab");
        }

        var wrong = await copy.EvaluateAsync<string[]>(
            "() => [...told, ...stops.slice(told.length).map(stop => `Not reached: ${stop.outerHTML}`)].filter(Boolean)"
        );
        Assert.True(wrong.Length == 0, $"On {copy.Url} ({what}):\n{string.Join('\n', wrong)}");
        await copy.Keyboard.PressAsync("Tab");
        Assert.True(
            await copy.EvaluateAsync<bool>(
                "() => stops.length === 0 || document.activeElement !== stops.at(-1)"
            ),
            $"Nobody gets out of the last field of {copy.Url} ({what})."
        );
    }

    /// <summary>Goes through the page with the tabulator: every link, field and button comes in the order of the page, and is
    /// seen to have the focus. What is to be entered is typed on the way; then a field is gone back to, and Enter sends the
    /// form.</summary>
    /// <param name="sendFrom">The field.</param>
    /// <param name="entered">The text of a field, or the keys pressed on a choice.</param>
    public static async Task FillAndSendAsync(
        IPage page,
        string sendFrom,
        params (string Field, string Text)[] entered
    )
    {
        var stops = await FillAsync(page, entered);
        for (var place = stops.Length; place >= Array.IndexOf(stops, sendFrom); place--)
        {
            if (await page.EvaluateAsync<string>("document.activeElement.id") == sendFrom)
            {
                break;
            }

            await page.Keyboard.PressAsync("Shift+Tab");
        }

        Assert.Equal(sendFrom, await page.EvaluateAsync<string>("document.activeElement.id"));
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>The same, and nothing is sent. Gives what was gone through.</summary>
    public static async Task<string[]> FillAsync(IPage page, params (string Field, string Text)[] entered)
    {
        var stops = await page.EvaluateAsync<string[]>(Begin);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Shift+Tab");
        for (var place = 0; place < stops.Length; place++)
        {
            Assert.Equal("", await page.EvaluateAsync<string>("place => look(place)", place));
            if (entered.FirstOrDefault(field => field.Field == stops[place]).Text is { } text)
            {
                await EnterAsync(page, text);
            }

            await page.Keyboard.PressAsync("Tab");
        }

        Assert.All(entered, field => Assert.Contains(field.Field, stops));
        return stops;
    }

    /// <summary>Goes on to where a file is chosen, and chooses one.</summary>
    public static async Task ChooseFileAsync(IPage page, string selector, FilePayload file)
    {
        var chooser = await page.RunAndWaitForFileChooserAsync(() => PressAsync(page, selector));
        await chooser.SetFilesAsync(file);
    }

    /// <summary>Goes on with the tabulator to a button or a link, and presses it.</summary>
    public static async Task PressAsync(IPage page, string selector)
    {
        var stops = await page.EvaluateAsync<string[]>(Begin);
        var reached = false;
        for (var place = 0; place < stops.Length && !reached; place++)
        {
            reached = await page.EvaluateAsync<bool>(
                "selector => document.activeElement.matches(selector)",
                selector
            );
            await page.Keyboard.PressAsync(reached ? "Enter" : "Tab");
        }

        Assert.True(reached, $"{selector} is not reached.");
    }

    private static async Task EnterAsync(IPage page, string text)
    {
        if (!text.StartsWith("Arrow", StringComparison.Ordinal) && text != "Space")
        {
            await page.Keyboard.TypeAsync(text);
            return;
        }

        foreach (var key in text.Split(' '))
        {
            await page.Keyboard.PressAsync(key);
        }
    }
}
