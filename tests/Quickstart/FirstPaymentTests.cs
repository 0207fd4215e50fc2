using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>The program of the first-payment page, built as it stands there, answers as the page says.</summary>
public sealed class FirstPaymentTests
{
    [Fact]
    public async Task The_program_of_the_first_payment_page_answers_as_the_page_says()
    {
        using var folder = new TemporaryFolder();
        await using var bank = await TestServer.StartAsync();
        var home = new Uri($"http://localhost:{Ports.Free()}");
        await using var processes = new Processes(folder["logs"]);
        var here = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            await processes.StartAsync(
                ProgramFile,
                home,
                $"--BankAddress={bank.Address}",
                $"--AppAddress={home}"
            );
        }
        finally
        {
            Environment.CurrentDirectory = here;
        }

        using var browser = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }
        );
        Assert.Contains("/openbanking/link", await browser.GetStringAsync(home));
        await LinkAsync(browser, home, JsonNode.Parse(await File.ReadAllTextAsync(folder["bank.json"]))!);
        Assert.StartsWith("Linked: account acct_", await browser.GetStringAsync(home));

        var talk = Conversation();
        Assert.Equal(6, talk.Count);
        foreach (var (method, path, answer) in talk)
        {
            Assert.Equal(answer, await AskAsync(browser, method, new Uri(home, path), answer));
        }
    }

    private static string ProgramFile
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(
                Programs.Root,
                "samples/FirstPayment/bin",
                own.Parent!.Name,
                own.Name,
                "OpenBanking.Samples.FirstPayment.dll"
            );
        }
    }

    /// <summary>The page's commands, each with the answer below it.</summary>
    private static List<(HttpMethod Method, string Path, string Answer)> Conversation()
    {
        var lines = File.ReadAllLines(Path.Combine(Programs.Root, "docs/start/first-payment.md"));
        return
        [
            .. lines
                .Zip(lines.Skip(1))
                .Where(pair => pair.First.StartsWith("curl ", StringComparison.Ordinal))
                .Select(pair =>
                    (
                        pair.First.Contains("-X POST") ? HttpMethod.Post : HttpMethod.Get,
                        new Uri(pair.First.Split(' ')[^1]).AbsolutePath,
                        pair.Second
                    )
                ),
        ];
    }

    private static async Task LinkAsync(HttpClient browser, Uri home, JsonNode registered)
    {
        var persons = await browser.GetFromJsonAsync(
            $"{registered["PersonsUrl"]}.json",
            ResponseJson.Default.PageSandboxPerson
        );
        var toTheBank = await browser.GetAsync(new Uri(home, "/openbanking/link"));
        using var customer = new BankCustomer(persons!.Data[0], $"{registered["MessagesUrl"]}", "246813");
        var callback = await customer.AgreeAsync(
            toTheBank.Headers.Location!,
            new Uri(home, "/openbanking/callback")
        );
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(callback)).StatusCode);
    }

    /// <summary>What it answers; a state that only an event brings is waited for.</summary>
    private static async Task<string> AskAsync(
        HttpClient browser,
        HttpMethod method,
        Uri address,
        string expected
    )
    {
        for (var asked = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            using var request = new HttpRequestMessage(method, address);
            using var response = await browser.SendAsync(request);
            var answer = (await response.Content.ReadAsStringAsync()).TrimEnd('\n');
            if (method == HttpMethod.Post || answer == expected || asked.Elapsed > TimeSpan.FromSeconds(10))
            {
                return answer;
            }
        }
    }
}
