using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Samples.Quickstart;

namespace OpenBanking.Tests.Quickstart;

/// <summary>Lets the bank send every person of a sandbox the ten codes that it sends in an hour.</summary>
public static partial class UsedCodes
{
    private const int MostInHour = 10;

    /// <param name="folder">A data folder that nothing is running on.</param>
    public static async Task UseUpAsync(string folder)
    {
        var clock = new FastClock();
        await using var server = await TestServer.StartAsync(
            builder => builder.Services.AddSingleton<TimeProvider>(clock),
            Path.Combine(folder, "server")
        );
        var files = new PartnerFolder(Path.Combine(folder, "partner"));
        var partner = files.Read()!;
        var client = Registration.NewClient(server.Address, partner.ClientId, files.ReadOrCreateKey());
        var visits = new List<Visit>();
        foreach (var person in await PersonsAsync(server.Address, partner))
        {
            var link = await client.AccountLinks.StartAsync(
                new AccountLinkRequest
                {
                    RedirectUri = new Uri(partner.SampleApp, "/openbanking/callback"),
                    AuthorizationDetails = [new AccountInformation()],
                }
            );
            visits.Add(await Visit.BeginAsync(person.Mobile, link.AuthorizationUrl));
        }

        for (var code = 0; code < MostInHour; code++)
        {
            clock.Pass(TimeSpan.FromSeconds(11));
            await Task.WhenAll(visits.Select(visit => visit.AskForCodeAsync()));
        }

        visits.ForEach(visit => visit.Dispose());
    }

    private static async Task<IReadOnlyList<SandboxPerson>> PersonsAsync(
        Uri server,
        PartnerCredentials partner
    )
    {
        using var http = new HttpClient();
        var persons = new Uri(server, new Uri(partner.PersonsUrl).AbsolutePath + ".json");
        return (await http.GetFromJsonAsync(persons, ResponseJson.Default.PageSandboxPerson))!.Data;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Token();

    /// <summary>A person at the page that asks for the number, in a browser of their own: one browser may not ask for so
    /// many codes.</summary>
    private sealed class Visit(HttpClient browser, Uri address, string mobile, string token) : IDisposable
    {
        public static async Task<Visit> BeginAsync(string mobile, Uri authorization)
        {
            var browser = new HttpClient();
            using var page = await browser.GetAsync(authorization);
            var token = Token().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
            return new(browser, page.RequestMessage!.RequestUri!, mobile, token);
        }

        public async Task AskForCodeAsync()
        {
            using var form = new FormUrlEncodedContent([
                new("Mobile", mobile),
                new("__RequestVerificationToken", token),
            ]);
            using var answer = await browser.PostAsync(address, form);
        }

        public void Dispose() => browser.Dispose();
    }

    /// <summary>Runs as ever, and can be set forward.</summary>
    private sealed class FastClock : TimeProvider
    {
        private TimeSpan ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;

        public void Pass(TimeSpan time) => ahead += time;
    }
}
