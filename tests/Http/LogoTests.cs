using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenBanking.Tests.Http.Confirmations;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The logos of apps on the bank's pages.</summary>
public sealed class LogoTests(SharedServer shared) : ConfirmationPageTests(shared)
{
    /// <summary>With what a drawing program writes into it.</summary>
    private static readonly byte[] drawn = Pictures.Png(
        128,
        96,
        Pictures.Chunk("tEXt", [.. "Author\0somebody"u8])
    );

    private static readonly byte[] bare = Pictures.Png(128, 96);

    public override async ValueTask InitializeAsync()
    {
        Partner = await TestPartner.NewAsync(Shared.Server.Address, logo: UriOf("image/png", drawn));
        Person = (await Partner.PersonsAsync())[0];
    }

    [Fact]
    public async Task A_logo_stands_beside_the_apps_name_from_the_banks_own_address()
    {
        Assert.Equal(UriOf("image/png", bare), Partner.App.LogoUri);
        await GoToLinkAsync(Partner);
        var address = LogoOf(Browser);
        Assert.StartsWith($"/bank/{Partner.SandboxNumber}/logos/{Partner.ClientId}/", address);
        Assert.Contains("img-src 'self'", Browser.Header("Content-Security-Policy"));

        using var http = new HttpClient();
        using var logo = await http.GetAsync(new Uri(Browser.Address, address));
        Assert.Equal(HttpStatusCode.OK, logo.StatusCode);
        Assert.Equal("image/png", logo.Content.Headers.ContentType!.ToString());
        Assert.Equal(bare, await logo.Content.ReadAsByteArrayAsync());
        Assert.Equal("public, max-age=31536000, immutable", logo.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", logo.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("default-src 'none'", logo.Headers.GetValues("Content-Security-Policy").Single());

        // The same on a payment, on the way to it, and on the customer's own pages.
        Customer = await Partner.LinkAsync();
        await Partner.TopUpAsync(Customer, Money.Yuan(100));
        var asked = await AskAsync(20);
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        Assert.Equal(address, LogoOf(Browser));
        await Browser.SubmitAsync();
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
        Assert.Equal(address, LogoOf(Browser));
        await ToConfirmAsync(asked);
        Assert.Equal(address, LogoOf(Browser));
        await Browser.GoAsync(Own());
        Assert.Equal(address, LogoOf(Browser));
        await Browser.GoAsync(
            new Uri(Browser.Address, Browser.Page.QuerySelector("a[href*='/apps/']")!.GetAttribute("href"))
        );
        Assert.Equal(address, LogoOf(Browser));

        // Of another merchant who sells through the app it would be the wrong one.
        var noodles = await Partner.Client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "𠮷野家" },
            Key("noodles")
        );
        var theirs = await AskAsync(Order(5, "order-2") with { SubMerchantId = noodles.Id });
        await Browser.GoAsync(new Uri(theirs.NextAction!.ConfirmationUrl));
        Assert.Null(LogoOf(Browser));
        Assert.Equal("𠮷", Browser.Page.QuerySelector(".app-initial")!.TextContent);
    }

    [Fact]
    public async Task A_logo_is_read_changed_and_taken_back_with_the_registration()
    {
        using var raw = new RawClient(Partner, Shared.Server.Address);
        var (status, read) = await ManageAsync(raw, HttpMethod.Get, body: null);
        Assert.Equal((200, UriOf("image/png", bare)), (status, read["logo_uri"]!.GetValue<string>()));
        await GoToLinkAsync(Partner);
        var first = new Uri(Browser.Address, LogoOf(Browser));

        var body = Registration();
        body["logo_uri"] = UriOf("image/jpeg", Pictures.Jpeg(64, 64));
        (status, var changed) = await ManageAsync(raw, HttpMethod.Put, body);
        Assert.Equal(
            (200, UriOf("image/jpeg", Pictures.Jpeg(64, 64))),
            (status, changed["logo_uri"]!.GetValue<string>())
        );
        await GoToLinkAsync(Partner);
        var second = new Uri(Browser.Address, LogoOf(Browser));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using (var gone = await http.GetAsync(first))
        {
            Assert.Equal(HttpStatusCode.SeeOther, gone.StatusCode);
        }

        using (var there = await http.GetAsync(second))
        {
            Assert.Equal("image/jpeg", there.Content.Headers.ContentType!.ToString());
        }

        (status, var without) = await ManageAsync(raw, HttpMethod.Put, Registration());
        Assert.Equal((200, null), (status, without["logo_uri"]));
        await GoToLinkAsync(Partner);
        Assert.Null(LogoOf(Browser));
        Assert.Equal("T", Browser.Page.QuerySelector(".app-initial")!.TextContent);
        using (var gone = await http.GetAsync(second))
        {
            Assert.Equal(HttpStatusCode.SeeOther, gone.StatusCode);
        }
    }

    public static TheoryData<string, string> WrongLogos() =>
        new()
        {
            { "an address", "https://cdn.example/logo.png" },
            { "an address inside", "http://169.254.169.254/latest" },
            { "a file", "file:///etc/passwd" },
            { "nothing", "" },
            { "a drawing", "data:image/svg+xml;base64," + Convert.ToBase64String("<svg/>"u8) },
            { "no base64", "data:image/png,abc" },
            { "wrong base64", "data:image/png;base64,####" },
            { "no picture", UriOf("image/png", [1, 2, 3]) },
            { "another kind", UriOf("image/jpeg", Pictures.Png(64, 64)) },
            {
                "parameters",
                "data:image/png;charset=x;base64," + Convert.ToBase64String(Pictures.Png(64, 64))
            },
            { "too small", UriOf("image/png", Pictures.Png(63, 64)) },
            { "too wide", UriOf("image/png", Pictures.Png(1025, 64)) },
            { "too high", UriOf("image/png", Pictures.Png(64, 1025)) },
            {
                "too long",
                UriOf("image/png", Pictures.Png(64, 64, Pictures.Chunk("tEXt", new byte[32 * 1024])))
            },
        };

    [Theory]
    [MemberData(nameof(WrongLogos))]
    public async Task A_logo_that_is_no_small_picture_is_refused(string what, string uri)
    {
        using var raw = new RawClient(Partner, Shared.Server.Address);
        var body = Registration();
        body["logo_uri"] = uri;
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(Shared.Server.Address, "/oauth/register")
        );
        request.Content = new StringContent(
            body.ToJsonString(),
            System.Text.Encoding.UTF8,
            "application/json"
        );
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Partner.InitialAccessToken}");
        var answer = await raw.SendAsync(request);
        Assert.Equal((400, "invalid_client_metadata", what), (answer.Status, answer.Code, what));
        Assert.Contains("logo_uri must be the picture itself", answer.Text);
    }

    [Theory]
    [InlineData("logos/app_00000000000000000000000000/AAAA")]
    [InlineData("logos/x/AAAA")]
    [InlineData("logos/CLIENT/AAAA")]
    public async Task A_logo_that_is_not_there_is_not_found(string path)
    {
        await Browser.GoAsync(
            new Uri(
                Shared.Server.Address,
                $"/bank/{Partner.SandboxNumber}/{path.Replace("CLIENT", Partner.ClientId)}"
            )
        );
        Assert.Contains("not_found", Browser.Address.Query);
    }

    private async Task GoToLinkAsync(TestPartner partner)
    {
        var link = await partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        await Browser.GoAsync(link.AuthorizationUrl);
    }

    private string token = "";

    private async Task<(int Status, JsonNode Answer)> ManageAsync(
        RawClient raw,
        HttpMethod method,
        JsonObject? body
    )
    {
        using var request = new HttpRequestMessage(
            method,
            new Uri(Shared.Server.Address, $"/oauth/register/{Partner.ClientId}")
        );
        if (body is not null)
        {
            request.Content = new StringContent(
                body.ToJsonString(),
                System.Text.Encoding.UTF8,
                "application/json"
            );
        }

        token = token.Length == 0 ? Partner.App.RegistrationAccessToken! : token;
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        var answer = await raw.SendAsync(request);
        token = answer.Json["registration_access_token"]?.GetValue<string>() ?? token;
        return (answer.Status, answer.Json);
    }

    private JsonObject Registration() =>
        new()
        {
            ["client_name"] = "Test App",
            ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
            ["jwks"] = JsonSerializer.SerializeToNode(
                new JsonWebKeySetDocument { Keys = [Partner.Key.PublicJwk] },
                ResponseJson.Default.JsonWebKeySetDocument
            ),
        };

    private static string UriOf(string type, byte[] file) =>
        $"data:{type};base64,{Convert.ToBase64String(file)}";

    private static string? LogoOf(Browser browser) =>
        browser.Page.QuerySelector("img.app-logo")?.GetAttribute("src");
}
