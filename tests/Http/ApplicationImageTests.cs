using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Pictures of the ID card on the way to an account that an app applied for.</summary>
public sealed class ApplicationImageTests(SharedServer shared) : ApplicationPageTests(shared)
{
    private static readonly (string, byte[], string) portrait = ("Portrait", Pictures.Jpeg(), "image/jpeg");
    private static readonly (string, byte[], string) emblem = ("Emblem", Pictures.Png(), "image/png");

    private World World => new(Partner.SandboxNumber);

    [Fact]
    public async Task A_customer_who_wants_to_gives_pictures_after_the_code_and_is_verified_with_them()
    {
        var made = await ToImagesAsync();
        await Browser.SubmitFilesAsync(portrait, ("Emblem", Pictures.Png(), "image/jpeg"));
        Assert.Contains("Received", Browser.Page.QuerySelector("#portrait-hint")!.TextContent);
        Assert.Contains("not of the type", Browser.Page.QuerySelector("#emblem-error")!.TextContent);
        Assert.Equal(
            AccountApplicationStatus.OtpPending,
            (await Partner.Client.AccountApplications.GetAsync(made.Id)).Status
        );

        await Browser.SubmitFilesAsync(emblem);
        await ToPinAsync();

        var rows = await Shared
            .Server.Get<Store>()
            .ListAsync(IdentityImageTables.Images, World, $"1 = {1} ORDER BY side");
        Assert.Equal(["image/jpeg", "image/png"], rows.Select(row => row.MediaType));
        Assert.All(rows, row => Assert.False(row.Content.AsSpan().IndexOf("JFIF"u8) >= 0));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Equal(
            [
                EventTypes.AccountApplicationCreated,
                EventTypes.AccountApplicationIdentityVerifying,
                EventTypes.AccountApplicationOtpPending,
                EventTypes.AccountApplicationIdentityVerifying,
                EventTypes.AccountApplicationOpened,
            ],
            await EventsAsync(made.Id, EventTypes.AccountApplicationOpened)
        );
    }

    [Fact]
    public async Task Who_changes_their_mind_and_gives_none_has_the_account_all_the_same()
    {
        await ToImagesAsync();

        await Browser.SubmitFilesAsync();

        await ToPinAsync();
    }

    [Fact]
    public async Task Pictures_that_the_bank_refuses_end_the_application_and_are_deleted()
    {
        var made = await ToImagesAsync();
        await Browser.SubmitFilesAsync(("Portrait", Pictures.Jpeg(900, 900), "image/jpeg"));
        await WaitWhileVerifyingAsync();

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Contains("show somebody else", Browser.Page.QuerySelector("[role=alert]")!.TextContent);
        var ended = await WaitAsync(made.Id, AccountApplicationStatus.IdentityFailed);
        Assert.Equal(ApplicationReasons.ImagesNotVerified, ended.Reason);
        ImageStore.Sweep(Shared.Server.Get<Engine>(), DateTimeOffset.UtcNow);
        var store = Shared.Server.Get<Store>();
        // It comes with a batch, perhaps after its answers.
        for (
            var tries = 0;
            (await store.ListAsync(IdentityImageTables.Images, World, $"side > 0")).Count > 0;
            tries++
        )
        {
            Assert.True(tries < 200, "The pictures were not deleted.");
            await Task.Delay(25);
        }
    }

    [Fact]
    public async Task A_browser_that_has_not_entered_the_code_gives_none_and_another_one_goes_on_with_those_given()
    {
        var made = await ToImagesAsync();
        await Browser.SubmitFilesAsync(portrait, ("Emblem", [], "image/png"));
        using var other = new Browser();
        await other.GoAsync(new Uri(made.ContinuationUrl + "/images"));
        Assert.Equal(made.ContinuationUrl, other.Address.ToString());

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var before = (await MessagesAsync()).Count;
        await other.SubmitAsync(("Terms", "true"));
        await other.SubmitAsync(("Code", await CodeAsync(before)));

        Assert.EndsWith("/images", other.Address.AbsolutePath);
        Assert.Contains("Received", other.Page.QuerySelector("#portrait-hint")!.TextContent);
    }

    [Fact]
    public async Task Whose_card_was_proven_by_an_amount_gives_them_after_it()
    {
        Person = MagicPersons.WithUnconfirmedCard.Person;
        var made = await WaitAsync((await ApplyAsync()).Id, AccountApplicationStatus.DepositPending);
        await BeginAsync(made, after: 1);
        Assert.EndsWith("/deposit", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Amount", await AmountAsync()));
        Assert.EndsWith("/images", Browser.Address.AbsolutePath);

        await Browser.SubmitFilesAsync(portrait, emblem);

        await ToPinAsync();
    }

    [Fact]
    public async Task A_bank_that_requires_both_sides_opens_no_account_without_them()
    {
        await using var server = await TestServer.StartAsync(
            dataFolder: null,
            settings: "Applications:IdentityImages=Required"
        );
        await ComeAsync(await TestPartner.NewAsync(server.Address));
        var made = await ToOtpAsync();
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.Null(Browser.Page.QuerySelector("#WithImages"));
        Assert.Contains(
            "Pictures of both sides of your ID card are needed",
            Browser.Page.QuerySelector("#images-hint")!.TextContent
        );
        Assert.Equal(
            "images-hint",
            Browser.Page.QuerySelector("button.primary")!.GetAttribute("aria-describedby")
        );
        await ConfirmAsync(made);
        Assert.EndsWith("/images", Browser.Address.AbsolutePath);

        await Browser.SubmitFilesAsync(portrait);
        Assert.Contains("picture of this side", Browser.Page.QuerySelector("#emblem-error")!.TextContent);
        await Browser.SubmitFilesAsync();
        Assert.EndsWith("/images", Browser.Address.AbsolutePath);
        await Browser.SubmitFilesAsync(emblem);

        await ToPinAsync();
    }

    private async Task<AccountApplication> ToImagesAsync()
    {
        var made = await ToOtpAsync();
        await BeginAsync(made);
        Assert.EndsWith("/images", Browser.Address.AbsolutePath);
        return made;
    }

    private async Task BeginAsync(AccountApplication made, int after = 0)
    {
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        await Browser.SubmitAsync(("Terms", "true"), ("WithImages", "true"));
        await Browser.SubmitAsync(("Code", await CodeAsync(after)));
    }

    private async Task ToPinAsync()
    {
        await WaitWhileVerifyingAsync();
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
    }
}
