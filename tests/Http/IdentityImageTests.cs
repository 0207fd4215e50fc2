using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OpenBanking.Server;
using OpenBanking.Server.Applications;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Pictures of the ID card on the way to an account.</summary>
public sealed class IdentityImageTests(SharedServer shared) : BankPageTests(shared)
{
    private const string Secret = "39.9042N-116.4074E";

    private World World => new(Partner.SandboxNumber);

    private Store Store => Shared.Server.Get<Store>();

    [Fact]
    public async Task Good_pictures_are_kept_sealed_and_bare_and_go_with_the_account()
    {
        await ToImagesAsync();
        await Browser.SubmitFilesAsync(
            ("Portrait", Pictures.Jpeg(1200, 800, Pictures.Exif(6, Secret)), "image/jpeg"),
            ("Emblem", Pictures.Png(), "image/jpeg")
        );
        Assert.EndsWith("/images", Browser.Address.AbsolutePath);
        Assert.Empty(ErrorOf("portrait"));
        Assert.Contains("Received", Browser.Page.QuerySelector("#portrait-hint")!.TextContent);
        Assert.Contains("not of the type", ErrorOf("emblem"));
        await Browser.SubmitFilesAsync(
            ("Emblem", Pictures.Jpeg(1200, 800, Pictures.Exif(6, Secret)), "image/jpeg")
        );
        Assert.Contains("the other side", ErrorOf("emblem"));
        await Browser.SubmitFilesAsync(("Emblem", Pictures.Png(), "image/png"));
        await OpenAsync();

        var rows = await Store.ListAsync(IdentityImageTables.Images, World, $"width = 1200 ORDER BY side");
        Assert.Equal(["image/jpeg", "image/png"], rows.Select(row => row.MediaType));
        foreach (var file in Shared.Server.Files)
        {
            Assert.False((await ReadAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) >= 0);
        }

        var folder = Path.Combine(Shared.Server.DataFolder, "pictures");
        var written = await WriteAsync(folder);
        Assert.Equal(["portrait.jpg", "emblem.png"], written.Select(file => file.Split('-')[^1]));
        Assert.Equal(Pictures.Png(), await File.ReadAllBytesAsync(written[1]));

        await EraseAsync();
        Assert.Empty(await WriteAsync(folder));
        Assert.True(await HasImagesAsync());
    }

    /// <summary>Whoever applies again before the first PIN goes on with the same account.</summary>
    [Fact]
    public async Task Pictures_of_every_application_that_came_to_an_account_are_written()
    {
        await ToImagesAsync();
        await Browser.SubmitFilesAsync(("Portrait", Pictures.Jpeg(), "image/jpeg"));
        await OpenAsync();
        var application = await ApplicationAsync();
        var account = application.AccountId!.Value.ToString();
        var again = application with { Id = Shared.Server.Get<Ids>().New<AccountApplicationRow>() };
        var image = IdentityImageRow.IdOf(again.Id, IdentityImageSide.Portrait);
        var content = Pictures.Jpeg(600, 400);
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(
                new PutAnother(
                    World,
                    DateTimeOffset.UtcNow,
                    again,
                    new()
                    {
                        Id = image,
                        ApplicationId = again.Id,
                        Side = IdentityImageSide.Portrait,
                        MediaType = "image/jpeg",
                        Width = 600,
                        Height = 400,
                        GivenAt = DateTimeOffset.UtcNow,
                        Content = Shared.Server.Get<Vault>().Seal(content, image.Value),
                    }
                )
            );

        var written = await ImageCommands.WriteAsync(
            Shared.Server.Services,
            account,
            Path.Combine(Shared.Server.DataFolder, account)
        );

        Assert.Equal(
            [$"{account}-portrait.jpg", $"{account}-2-portrait.jpg"],
            written.Select(Path.GetFileName)
        );
        Assert.NotEqual(content, await File.ReadAllBytesAsync(written[0]));
        Assert.Equal(content, await File.ReadAllBytesAsync(written[1]));
    }

    [Fact]
    public async Task Pictures_that_the_bank_refuses_are_deleted_and_new_ones_are_asked_for()
    {
        await ToImagesAsync();
        await Browser.SubmitFilesAsync(("Portrait", Pictures.Jpeg(900, 900), "image/jpeg"));
        await WaitWhileVerifyingAsync();

        Assert.Contains("show somebody else", Browser.Page.QuerySelector(".notice")!.TextContent);
        Assert.True(await HasImagesAsync());
        ImageStore.Sweep(Shared.Server.Get<Engine>(), DateTimeOffset.UtcNow);
        await SubmitIdentityAsync(withImages: true);
        await Browser.SubmitFilesAsync();
        await OpenAsync();
        // It comes with a batch, perhaps after its answers.
        for (var tries = 0; await HasImagesAsync(); tries++)
        {
            Assert.True(tries < 200, "The pictures were not deleted.");
            await Task.Delay(25);
        }
    }

    [Fact]
    public async Task Whatever_is_sent_in_their_place_is_answered_and_kept_by_nobody()
    {
        await ToImagesAsync();
        var token = Browser.HiddenFields().Single();
        await Browser.SubmitFilesAsync(
            ("Portrait", [], "image/jpeg"),
            ("Emblem", Pictures.Jpeg()[..^2], "image/jpeg")
        );
        Assert.Contains("empty", ErrorOf("portrait"));
        Assert.Contains("damaged", ErrorOf("emblem"));
        await Browser.SubmitFilesAsync(
            ("Portrait", new byte[ImageFiles.MostBytes + 1], "image/jpeg"),
            ("Emblem", Pictures.Jpeg(), "image/jpeg"),
            ("Emblem", Pictures.Jpeg(), "image/jpeg")
        );
        Assert.Contains("too large", ErrorOf("portrait"));
        Assert.Contains("damaged", ErrorOf("emblem"));
        await Browser.SubmitFilesAsync(("Portrait", new byte[20 * 1024 * 1024], "image/jpeg"));
        Assert.Contains("too large", Browser.Page.QuerySelector(".notice")!.TextContent);

        foreach (var body in Broken(token))
        {
            Assert.InRange((int)await Browser.SendAsync(body), 300, 499);
        }

        Assert.False(await HasImagesAsync());
        await Browser.SubmitFilesAsync(("../../Portrait", Pictures.Jpeg(), "image/jpeg"));
        await OpenAsync();
    }

    [Fact]
    public async Task A_browser_that_is_not_asked_sends_no_more_than_any_request()
    {
        var address = new Uri(Browser.Address, Browser.Address.AbsolutePath.Replace("/sign-in", "/images"));
        // Asks before it sends: the answer to what nobody reads may come with the end of the connection.
        using var http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                Expect100ContinueTimeout = TimeSpan.FromSeconds(30),
            }
        );
        http.DefaultRequestHeaders.ExpectContinue = true;
        using var body = new MultipartFormDataContent
        {
            { new ByteArrayContent(new byte[400_000]), "Portrait", "a" },
        };

        using var answer = await http.PostAsync(address, body);

        Assert.Equal("/bank/error?code=bad_form", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_bank_that_requires_both_sides_opens_no_account_without_them()
    {
        await using var server = await TestServer.StartAsync(
            dataFolder: null,
            settings: "Applications:IdentityImages=Required"
        );
        await ComeAsync(await TestPartner.NewAsync(server.Address));
        await SignInAsync();
        Assert.Null(Browser.Page.QuerySelector("#WithImages"));
        await SubmitIdentityAsync(withImages: false);
        await Browser.SubmitFilesAsync(("Portrait", Pictures.Jpeg(), "image/jpeg"));
        Assert.Equal("", ErrorOf("portrait"));
        Assert.Contains("picture of this side", ErrorOf("emblem"));
        await Browser.SubmitFilesAsync(("Emblem", Pictures.Png(), "image/png"));
        await OpenAsync();
    }

    private static IEnumerable<HttpContent> Broken(KeyValuePair<string, string> token)
    {
        yield return Typed([], "multipart/form-data");
        yield return Typed([], "multipart/form-data; boundary=x");
        yield return Typed("--x\r\nContent-Disposition: form-data"u8, "multipart/form-data; boundary=x");
        yield return Typed("--x--"u8, $"multipart/form-data; boundary={new string('x', 500)}");
        yield return Typed([0xFF, 0xD8, 0xFF], "image/jpeg");
        yield return Typed("{}"u8, "application/json");
        yield return new FormUrlEncodedContent([new("Portrait", "x")]);
        var many = new MultipartFormDataContent { { new StringContent(token.Value), token.Key } };
        for (var i = 0; i < 20; i++)
        {
            many.Add(new StringContent("x"), $"Field{i}");
        }

        yield return many;
    }

    private static ByteArrayContent Typed(ReadOnlySpan<byte> body, string type)
    {
        var content = new ByteArrayContent(body.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private async Task ToImagesAsync()
    {
        await SignInAsync();
        await SubmitIdentityAsync(withImages: true);
        Assert.EndsWith("/images", Browser.Address.AbsolutePath);
    }

    private Task SubmitIdentityAsync(bool withImages) =>
        Browser.SubmitAsync(
            ("FullName", Person.Name),
            ("IdNumber", Person.IdNumber),
            ("CardNumber", Person.CardNumber),
            ("Terms", "true"),
            ("WithImages", withImages ? "true" : "")
        );

    private async Task OpenAsync()
    {
        await WaitWhileVerifyingAsync();
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
    }

    /// <summary>As the customer does it: the PIN is set, the account closed, and the profile erased.</summary>
    private async Task EraseAsync()
    {
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        var own = new Uri(Shared.Server.Address, $"/bank/{Partner.SandboxNumber}/my");
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var before = (await MessagesAsync()).Count;
        await Browser.GoAsync(own);
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await Browser.SubmitAsync(("Code", await CodeAsync(before)));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        var account = Browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        await Browser.GoAsync(new(own, $"{account}/close"));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        do
        {
            // The account is closed once nothing is on its way to the card.
            await Task.Delay(25);
            await Browser.GoAsync(new($"{own}/erase"));
        } while (Browser.Page.QuerySelector("form") is null);

        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.EndsWith("/bank/erased", Browser.Address.AbsolutePath);
    }

    private string ErrorOf(string side) => Browser.Page.QuerySelector($"#{side}-error")!.TextContent.Trim();

    private async Task<bool> HasImagesAsync() =>
        (await Store.ListAsync(IdentityImageTables.Images, World, $"side > 0")).Count > 0;

    private async Task<AccountApplicationRow> ApplicationAsync() =>
        (await Store.ListAsync(ApplicationTables.Applications, World, $"images > 0")).Single();

    private async Task<IReadOnlyList<string>> WriteAsync(string folder) =>
        await ImageCommands.WriteAsync(
            Shared.Server.Services,
            (await ApplicationAsync()).AccountId!.Value.ToString(),
            folder
        );

    private sealed record PutAnother(
        World World,
        DateTimeOffset Now,
        AccountApplicationRow Application,
        IdentityImageRow Image
    ) : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys)
        {
            // Both are new.
        }

        public override Decision<Done> Decide(Book book)
        {
            book.Insert(ApplicationTables.Applications, Application);
            book.Insert(IdentityImageTables.Images, Image);
            return Decision.Accept(new Done());
        }
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
