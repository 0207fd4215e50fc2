using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Pictures of the ID card, from an applicant of an app.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class ApplicationImagesWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task An_applicant_of_an_app_gives_pictures_after_the_code(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("application-images", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var page = phone.Page;
        var person = (await partner.PersonsAsync())[0];

        var made = await partner.ApplyAndWaitAsync(person, bank.Callback);
        await page.GotoAsync(made.ContinuationUrl!);
        await page.Locator("#WithImages").CheckAsync();
        await page.Locator("#Terms").CheckAsync();
        await phone.PressAsync();
        await phone.ArriveAsync("**/code");
        var saying = language == "en" ? "to open an account" : "开立账户";
        await phone.FillAsync(("Code", await phone.ReadCodeAsync(person.Mobile, saying)));

        await phone.ArriveAsync("**/images");
        await phone.CheckAsync("images");
        await ChooseAsync(page, "Portrait", Pictures.Jpeg());
        await ChooseAsync(page, "Emblem", Pictures.Png());
        await phone.PressAsync();
        await phone.ArriveAsync("**/images");
        await phone.CheckRefusedAsync("images-refused", "Emblem");
        await ChooseAsync(page, "Emblem", Pictures.Jpeg(1300, 800));
        await phone.PressAsync();

        await phone.ArriveAsync("**/pin");
        await phone.FillAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        await phone.ArriveAsync("**/end");
    }

    private static Task ChooseAsync(IPage page, string side, byte[] picture) =>
        page.Locator("#" + side)
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "picture.jpg",
                    MimeType = "image/jpeg",
                    Buffer = picture,
                }
            );
}
