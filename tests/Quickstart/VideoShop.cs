using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>The sample shop as a process, a bank for it, and a way between them on which requests come to harm; and one of its users
/// with a browser.</summary>
public abstract partial class VideoShop : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private readonly CookieContainer cookies = new();
    private readonly HttpClient halting;
    private Processes processes = null!;
    private Process running = null!;

    protected VideoShop()
    {
        Browser = new(new HttpClientHandler { CookieContainer = cookies });
        halting = new(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false });
    }

    /// <summary>Where the shop listens.</summary>
    protected Uri Address { get; } = new($"http://localhost:{Ports.Free()}");

    protected HttpClient Browser { get; }

    protected SandboxBank Bank { get; private set; } = null!;

    /// <summary>Where the bank posts the shop's events to.</summary>
    protected string EndpointId { get; private set; } = "";

    /// <summary>What the bank signs them with.</summary>
    protected string EndpointSecret { get; private set; } = "";

    private protected FaultyWay Way { get; private set; } = null!;

    protected Uri Callback => new(Address, "/openbanking/callback");

    protected Uri LinkAddress => new(Address, "/openbanking/link");

    public async ValueTask InitializeAsync()
    {
        Way = await FaultyWay.StartAsync();
        processes = new(folder.Path)
        {
            Variables = new Dictionary<string, string> { ["http_proxy"] = Way.Address.ToString() },
        };
        Bank = await SandboxBank.StartAsync(new() { RedirectUri = Callback });
        var endpoint = await Bank.Client.WebhookEndpoints.CreateAsync(
            new()
            {
                Url = new Uri(Address, "/openbanking/webhooks").ToString(),
                Events = [EventTypes.PaymentCaptured, EventTypes.PaymentRefunded],
            }
        );
        EndpointId = endpoint.Id;
        EndpointSecret = endpoint.Secret!;
        new PartnerFolder(folder.Path).Write(
            new PartnerCredentials(
                Bank.Address,
                Address,
                Bank.ClientId,
                endpoint.Secret!,
                Bank.InitialAccessToken,
                Bank.MessagesUrl.ToString(),
                PersonsUrl: ""
            )
        );
        await File.WriteAllTextAsync(folder["key.pem"], Bank.Key.ToPem());
        await StartShopAsync();
    }

    /// <summary>Starts the shop, again when it was stopped.</summary>
    protected async Task StartShopAsync() =>
        running = await processes.StartAsync(
            Programs.Sample,
            new Uri(Address, "/health"),
            $"--urls={Address}",
            $"--Partner:Folder={folder.Path}"
        );

    protected Task StopShopAsync() => processes.StopAsync(running);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await processes.DisposeAsync();
        await Way.DisposeAsync();
        await Bank.DisposeAsync();
        Browser.Dispose();
        halting.Dispose();
        folder.Dispose();
    }

    protected async Task LinkAsync(SandboxPerson? who = null)
    {
        using var toBank = await halting.GetAsync(LinkAddress);
        using var person = new BankCustomer(
            who ?? MagicPersons.All[0].Person,
            Bank.MessagesUrl.ToString(),
            SandboxBank.Pin
        );
        var back = await person.AgreeAsync(toBank.Headers.Location!, Callback);
        Assert.Contains("Your e-account", await PageAsync(back.PathAndQuery));
    }

    /// <summary>What the page shows after one of its buttons.</summary>
    protected async Task<string> PressAsync(string button, string? refusal = null, int times = 1)
    {
        var token = Token().Match(await Browser.GetStringAsync(Address)).Groups[1].Value;
        if (refusal is not null)
        {
            Bank.RefuseNext(refusal, times);
        }

        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]);
        using var answer = await Browser.PostAsync(new Uri(Address, $"/?handler={button}"), form);
        return await ReadAsync(answer);
    }

    protected async Task<string> PageAsync(string path)
    {
        using var answer = await Browser.GetAsync(new Uri(Address, path));
        return await ReadAsync(answer);
    }

    private static async Task<string> ReadAsync(HttpResponseMessage answer)
    {
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {page}");
        return page;
    }

    /// <summary>Waits until the page shows something: the webhook may come after the page.</summary>
    protected async Task ShowsAsync(string text)
    {
        for (var i = 0; !(await PageAsync("/")).Contains(text, StringComparison.Ordinal); i++)
        {
            Assert.True(i < 300, $"The page does not show: {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Waits until the shop's log says something: a line may come after the page that it is about.</summary>
    protected async Task SaysAsync([StringSyntax(StringSyntaxAttribute.Regex)] string pattern)
    {
        for (var i = 0; !Regex.IsMatch(LogOfShop(), pattern, default, TimeSpan.FromSeconds(1)); i++)
        {
            Assert.True(i < 100, $"The log does not say: {pattern}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    private string LogOfShop()
    {
        using var log = new FileStream(
            folder[Path.GetFileNameWithoutExtension(Programs.Sample) + ".log"],
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite
        );
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    /// <summary>The numbers of the shop's orders.</summary>
    protected List<string> Orders()
    {
        using var kept = JsonDocument.Parse(File.ReadAllText(folder["video/shop.json"]));
        return [.. kept.RootElement.GetProperty("Orders").EnumerateObject().Select(order => order.Name)];
    }

    [GeneratedRegex(
        "name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Token();
}
