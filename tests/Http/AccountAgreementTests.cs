using AngleSharp.Dom;
using OpenBanking.Server;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The account agreement that customers accept when they open an account.</summary>
public sealed class AccountAgreementTests(SharedServer shared) : ApplicationPageTests(shared)
{
    [Fact]
    public async Task The_agreement_is_open_where_it_is_accepted_and_stays_on_the_accounts_page()
    {
        await SignInAsync();
        var form = Browser.Address;
        await Browser.GoAsync(LinkTo("/bank/agreement/"));
        Assert.Equal("Account agreement", Browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Contains("In force from 2026-01-01", Browser.Page.Body!.TextContent);
        Assert.Contains("Sample Bank opens an electronic account for you", Browser.Page.Body.TextContent);
        Assert.DoesNotContain("{bank}", Browser.Content);
        await Browser.GoAsync(new Uri(Browser.Address, "?lang=zh-CN"));
        Assert.Equal("电子账户协议", Browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Contains("示例银行按申请页面所示", Browser.Page.Body!.TextContent);
        await Browser.GoAsync(new Uri(form + "?lang=en"));

        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));

        var own = new Uri(Shared.Server.Address, $"/bank/{Partner.SandboxNumber}/my");
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.GoAsync(own);
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await Browser.SubmitAsync(("Code", await CodeAsync(after: 1)));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Equal(own, Browser.Address);
        await Browser.GoAsync(LinkTo("/accounts/"));
        Assert.Matches("You accepted it on 20[0-9-]{8}[.]", Browser.Page.Body!.TextContent);
        await Browser.GoAsync(LinkTo("/bank/agreement/2026-01-01"));
        Assert.Equal("Account agreement", Browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Equal(own.AbsolutePath, Browser.Page.QuerySelector("main a")!.GetAttribute("href"));
        await Browser.GoAsync(new Uri(own + "/data.json"));
        Assert.Contains("\"agreement_version\": \"2026-01-01\"", Browser.Content);
    }

    [Fact]
    public async Task An_applicant_accepts_it_with_the_code_that_comes_to_them()
    {
        var application = await ToOtpAsync();
        await Browser.GoAsync(new Uri(application.ContinuationUrl!));
        Assert.NotNull(LinkTo("/bank/agreement/2026-01-01"));
        await Browser.SubmitAsync(("Terms", "true"));
        Assert.Null((await RowAsync(application)).AgreementVersion);

        await Browser.SubmitAsync(("Code", await CodeAsync()));

        var row = await RowAsync(application);
        Assert.Equal("2026-01-01", row.AgreementVersion);
        Assert.NotNull(row.AgreedAt);
    }

    [Fact]
    public async Task A_version_that_never_was_is_not_found()
    {
        foreach (var wrong in (string[])["2025-12-31", "x", "..%2F2026-01-01"])
        {
            await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank/agreement/" + wrong));
            Assert.EndsWith("/bank/error", Browser.Address.AbsolutePath);
            Assert.Contains("not_found", Browser.Page.Body!.TextContent);
        }

        await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank/agreement"));
        Assert.Equal("Account agreement", Browser.Page.QuerySelector("h1")!.TextContent);
    }

    [Fact]
    public async Task Nobody_accepts_a_text_that_they_were_not_shown()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-agreements-").FullName;
        var next = BusinessCalendar.DateOf(DateTimeOffset.UtcNow).AddDays(2);
        Write(folder, "2020-01-01", "Old terms");
        Write(folder, $"{next:yyyy-MM-dd}", "New terms");
        await using var server = await TestServer.StartAsync(
            settings: [$"Bank:AgreementFolder={folder}", "Bank:NameEn=Harbour Bank"]
        );
        await ComeAsync(await TestPartner.NewAsync(server.Address));
        await SignInAsync();
        Assert.EndsWith("/2020-01-01", LinkTo("/bank/agreement/").AbsolutePath);

        var isToCome = new Uri(server.Address, $"/bank/agreement/{next:yyyy-MM-dd}");
        using var reader = new HttpClient();
        Assert.EndsWith("/bank/error", await WhereAsync());

        await server.Get<SandboxClock>().AdvanceAsync(new(Partner.SandboxNumber), TimeSpan.FromDays(3));
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        Assert.EndsWith("/identity", Browser.Address.AbsolutePath);
        Assert.Contains("has a new text", Browser.Page.QuerySelector("#terms-error")!.TextContent);

        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        var application = Assert.Single(
            await server
                .Get<Store>()
                .ListAsync(ApplicationTables.Applications, new(Partner.SandboxNumber), $"1 = {1} ORDER BY id")
        );
        Assert.Equal($"{next:yyyy-MM-dd}", application.AgreementVersion);
        Assert.EndsWith($"/{next:yyyy-MM-dd}", await WhereAsync());
        await Browser.GoAsync(new Uri(server.Address, "/bank/agreement/2020-01-01"));
        Assert.Equal("Old terms", Browser.Page.QuerySelector("h1")!.TextContent);
        Assert.Contains("Harbour Bank & you <b>agree</b>.", Browser.Page.Body!.TextContent);
        Directory.Delete(folder, recursive: true);

        async Task<string> WhereAsync()
        {
            using var shown = await reader.GetAsync(isToCome, TestContext.Current.CancellationToken);
            return shown.RequestMessage!.RequestUri!.AbsolutePath;
        }
    }

    [Theory]
    [InlineData("2026-01-01.en.txt", "T\n\nText", "2026-01-01 is not like that")]
    [InlineData("terms.en.txt", "T\n\nText", "terms is not like that")]
    [InlineData("2026-01-01.en.txt", "Only a title", "has no title or no text")]
    [InlineData("readme.md", "x", "holds no account agreement")]
    public async Task A_server_does_not_start_with_half_an_agreement(string file, string text, string why)
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-agreements-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, file), text, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<WrongSettingException>(() =>
            TestServer.StartAsync(settings: [$"Bank:AgreementFolder={folder}"])
        );
        Assert.Contains(why, failure.Message);
        Directory.Delete(folder, recursive: true);
        failure = await Assert.ThrowsAsync<WrongSettingException>(() =>
            TestServer.StartAsync(settings: [$"Bank:AgreementFolder={folder}"])
        );
        Assert.Contains("there is no folder", failure.Message);
    }

    [Fact]
    public async Task A_server_does_not_start_while_no_agreement_is_in_force()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-agreements-").FullName;
        Write(folder, "2099-01-01", "Terms to come");
        var failure = await Assert.ThrowsAsync<WrongSettingException>(() =>
            TestServer.StartAsync(settings: [$"Bank:AgreementFolder={folder}"])
        );
        Assert.Contains("Bank:AgreementFolder: no version is in force today, on ", failure.Message);
        Assert.EndsWith("the first comes into force on 2099-01-01.", failure.Message);
        Directory.Delete(folder, recursive: true);
    }

    private static void Write(string folder, string version, string title)
    {
        foreach (var language in (string[])["en", "zh-CN"])
        {
            File.WriteAllText(
                Path.Combine(folder, $"{version}.{language}.txt"),
                $"{title}\n\n## 1.\n\n{{bank}} & you <b>agree</b>.\n"
            );
        }
    }

    private Uri LinkTo(string path) =>
        new(Browser.Address, Browser.Page.QuerySelector($"main a[href*='{path}']")!.GetAttribute("href"));

    private async Task<AccountApplicationRow> RowAsync(AccountApplication application) =>
        (
            await Shared
                .Server.Get<Store>()
                .FindAsync(
                    ApplicationTables.Applications,
                    new(Partner.SandboxNumber),
                    Id<AccountApplicationRow>.TryParse(application.Id, out var id) ? id : default
                )
        )!;
}
