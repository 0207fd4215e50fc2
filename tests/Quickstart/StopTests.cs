using System.Net;
using System.Net.Http.Json;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;
using static OpenBanking.Tests.Quickstart.QuickstartProcess;

namespace OpenBanking.Tests.Quickstart;

/// <summary>Stopping takes everything along that was started; and what is left behind keeps its secrets.</summary>
public sealed class StopTests
{
    private const UnixFileMode ForOthers = (UnixFileMode)0b000_111_111;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_while_it_serves_stops_all_and_leaves_no_secrets_to_read(string signal)
    {
        using var folder = new TemporaryFolder();
        // A relative folder is one of the caller's.
        using var quickstart = Start(folder.Path, FreePorts(), "--data", "kept/here");
        await quickstart.WaitForAsync("Press Ctrl+C");
        await LinkInSampleAsync(quickstart, new PartnerFolder(folder["kept/here/partner"]).Read()!);

        await quickstart.SignalAsync(signal);
        var ended = await quickstart.EndAsync();

        Assert.True(ended.ExitCode == 0, $"{ended}");
        Assert.True(quickstart.PortsAreFree());
        Assert.Contains($"{quickstart.Server.GetLeftPart(UriPartial.Authority)}/swagger", ended.Output);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(folder["kept/here"]) & ForOthers);
        var files = Directory
            .GetFiles(folder["kept/here"], "*", SearchOption.AllDirectories)
            .Where(file => !file.StartsWith(folder["kept/here/server/"], StringComparison.Ordinal))
            .ToList();
        Assert.Contains(
            files,
            file => file.StartsWith(folder["kept/here/partner/tokens/"], StringComparison.Ordinal)
        );
        Assert.All(files, file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & ForOthers));
        Assert.All(
            Directory.GetFiles(folder["kept/here/logs"]),
            log => Assert.DoesNotContain("code=", File.ReadAllText(log))
        );
    }

    [Theory]
    [InlineData("INT", "listens on")]
    [InlineData("TERM", "3a The account")]
    public async Task A_signal_before_the_end_stops_all_and_says_that_it_did(string signal, string when)
    {
        using var folder = new TemporaryFolder();
        using var quickstart = Start(folder.Path, FreePorts(), "--data", folder.Path);
        await quickstart.WaitForAsync(when);

        await quickstart.SignalAsync(signal);
        var ended = await quickstart.EndAsync();

        Assert.True(ended.ExitCode == 1, $"{ended}");
        Assert.Contains("It was stopped before every step was played.", ended.Errors);
        Assert.True(quickstart.PortsAreFree());
    }

    [Fact]
    public async Task A_signal_while_the_server_starts_leaves_nothing_running()
    {
        using var folder = new TemporaryFolder();
        using var quickstart = Start(folder.Path, FreePorts(), "--data", folder.Path);
        while (!File.Exists(folder["server/openbanking.db.lock"]))
        {
            await Task.Delay(5);
        }

        await quickstart.SignalAsync("INT");
        var ended = await quickstart.EndAsync();

        Assert.True(ended.ExitCode == 1, $"{ended}");
        Assert.True(quickstart.PortsAreFree());
        DataFolder.Open(folder.Path, reset: true).Dispose();
    }

    /// <summary>A person links an account in the sample app, as with a browser.</summary>
    private static async Task LinkInSampleAsync(QuickstartProcess quickstart, PartnerCredentials partner)
    {
        using var browser = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }
        );
        var persons = await browser.GetFromJsonAsync(
            partner.PersonsUrl + ".json",
            ResponseJson.Default.PageSandboxPerson
        );
        var toTheBank = await browser.GetAsync(new Uri(quickstart.Sample, "/openbanking/link"));
        using var customer = new BankCustomer(persons!.Data[1], partner.MessagesUrl, "135791");
        var callback = await customer.AgreeAsync(
            toTheBank.Headers.Location!,
            new Uri(quickstart.Sample, "/openbanking/callback")
        );
        var linked = await browser.GetAsync(callback);
        Assert.Equal(HttpStatusCode.Redirect, linked.StatusCode);
        Assert.Equal("/", linked.Headers.Location?.ToString());
    }
}
