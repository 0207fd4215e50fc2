using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>The program of the first-payment page, made from its template with the packages that partners install, answers
/// as the page says.</summary>
public sealed class FirstPaymentTests(Feed feed) : IClassFixture<Feed>
{
    [Fact]
    public async Task The_program_of_the_first_payment_page_answers_as_the_page_says()
    {
        feed.MakeApp("shop");
        Assert.DoesNotMatch("(?m)^// <", await File.ReadAllTextAsync(feed["shop/Program.cs"]));
        feed.Build("shop");

        await PlayAsync("dotnet", feed["shop/bin/Release/net10.0/shop.dll"]);
    }

    /// <summary>With the runtime and the ASP.NET Core of .NET 8 beside it: nothing of a newer one is there to be used. Its customers'
    /// tokens are kept in a distributed cache there.</summary>
    [Fact]
    public async Task It_answers_so_on_the_ASP_NET_Core_of_NET_8()
    {
        feed.MakeApp("shop8", "--framework", "net8.0");
        // The framework's lines of requests would have the callback's code.
        Assert.Contains(
            "\"Microsoft.AspNetCore\": \"Warning\"",
            await File.ReadAllTextAsync(feed["shop8/appsettings.json"])
        );
        File.Copy(
            Path.Combine(Programs.Root, "tests/Net8/DistributedTokens.cs"),
            feed["shop8/DistributedTokens.cs"]
        );
        feed.Build("shop8", "--use-current-runtime", "--self-contained");
        var built = Directory
            .GetParent(
                Directory.GetFiles(feed["shop8/bin"], "shop8.dll", SearchOption.AllDirectories).Single()
            )!
            .FullName;
        var runsOn = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(built, "shop8.runtimeconfig.json"))
        )!["runtimeOptions"]!["includedFrameworks"]!.AsArray();
        Assert.Equal(
            ["Microsoft.AspNetCore.App 8", "Microsoft.NETCore.App 8"],
            runsOn.Select(each => $"{each!["name"]} {$"{each["version"]}".Split('.')[0]}").Order()
        );
        foreach (var package in new[] { "Contract", "Sdk", "Sdk.AspNetCore" })
        {
            Assert.Equal(
                await File.ReadAllBytesAsync(
                    feed[
                        $"installed/openbanking.{package.ToLowerInvariant()}/0.1.0/lib/net8.0/OpenBanking.{package}.dll"
                    ]
                ),
                await File.ReadAllBytesAsync(Path.Combine(built, $"OpenBanking.{package}.dll"))
            );
        }

        await PlayAsync(
            async (browser, home) =>
                Assert.Matches(
                    @"^openbanking::cus_\w+$",
                    await browser.GetStringAsync(new Uri(home, "/kept"))
                ),
            Path.Combine(built, "shop8")
        );
    }

    [Fact]
    public async Task The_test_class_of_the_guide_passes_with_the_package_for_tests()
    {
        Directory.CreateDirectory(feed["tests"]);
        await File.WriteAllTextAsync(
            feed["tests/tests.csproj"],
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="OpenBanking.Sdk.Testing" Version="0.1.0" />
                <PackageReference Include="xunit.v3" Version="{VersionOf("xunit.v3")}" />
              </ItemGroup>
            </Project>
            """
        );
        await File.WriteAllTextAsync(feed["tests/PaymentTests.cs"], FirstCodeOf("docs/guides/testing.md"));

        // Where not every version of it is to be had, a package that does not say which one has a first restore warn.
        Assert.DoesNotContain("System.Formats.Cbor", feed.Build("tests"));
        Assert.Contains(
            "Total: 1, Errors: 0, Failed: 0, Skipped: 0",
            feed.Run(feed["tests/bin/Release/net10.0/tests.dll"])
        );
    }

    /// <summary>The version of a package that this repository builds with.</summary>
    private static string VersionOf(string package) =>
        XDocument
            .Load(Path.Combine(Programs.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Single(each => (string?)each.Attribute("Include") == package)
            .Attribute("Version")!
            .Value;

    private static string FirstCodeOf(string page) =>
        File.ReadAllText(Path.Combine(Programs.Root, page)).Split("```csharp\n")[1].Split("```")[0];

    private static Task PlayAsync(params string[] program) =>
        PlayAsync((_, _) => Task.CompletedTask, program);

    /// <summary>Runs the program, and has a customer do with it what the page does.</summary>
    /// <param name="andThen">What is looked at then, by the customer's browser at the app's address.</param>
    private static async Task PlayAsync(Func<HttpClient, Uri, Task> andThen, params string[] program)
    {
        using var folder = new TemporaryFolder();
        await using var bank = await TestServer.StartAsync();
        var home = new Uri($"http://localhost:{Ports.Free()}");
        using var app = await StartedProgram.StartAsync(
            [.. program, $"--BankAddress={bank.Address}", $"--AppAddress={home}"],
            folder.Path,
            home
        );

        using var browser = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }
        );
        Assert.Contains("/openbanking/link", await browser.GetStringAsync(home));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(folder["bank.json"])
            );
        }

        var first = $"Link a customer first: {home}";
        await RefusesAsync(browser, new Uri(home, "/top-ups/top-up-1"), HttpStatusCode.Conflict, first);
        await RefusesAsync(browser, new Uri(home, "/orders/order-1/pay"), HttpStatusCode.Conflict, first);
        await LinkAsync(browser, home, JsonNode.Parse(await File.ReadAllTextAsync(folder["bank.json"]))!);
        Assert.StartsWith("Linked: account acct_", await browser.GetStringAsync(home));

        await RefusesAsync(
            browser,
            new Uri(home, "/orders/never-paid/refund"),
            HttpStatusCode.NotFound,
            "There is no payment of never-paid."
        );

        Assert.Matches(
            @"^Declined: [A-Z].+\. .+\. \(decline code insufficient_funds\)$",
            await AskAsync(browser, HttpMethod.Post, new Uri(home, "/orders/too-early/pay"), "")
        );
        using (var refused = await browser.PostAsync(new Uri(home, "/orders/too-early/refund"), null))
        {
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.StartsWith("payment_not_refundable: ", await refused.Content.ReadAsStringAsync());
        }

        var talk = Conversation();
        Assert.Equal(6, talk.Count);
        foreach (var (method, path, answer) in talk)
        {
            Assert.Equal(answer, await AskAsync(browser, method, new Uri(home, path), answer));
        }

        // A number that was sent before is answered as things are now.
        Assert.Equal(
            "refunded",
            await AskAsync(browser, HttpMethod.Post, new Uri(home, "/orders/order-1001/pay"), "")
        );
        await andThen(browser, home);
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

    private static async Task RefusesAsync(
        HttpClient browser,
        Uri address,
        HttpStatusCode status,
        string sentence
    )
    {
        using var response = await browser.PostAsync(address, null);
        Assert.Equal(
            (status, $"{sentence}\n"),
            (response.StatusCode, await response.Content.ReadAsStringAsync())
        );
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
