using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for pictures of the ID card. A picture that is good is kept at once, so that only the other one has to be chosen
/// again.</summary>
[TakesImages]
public sealed class ImagesModel(
    Interactions interactions,
    ImageStore images,
    ApplicationOptions options,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Images)
{
    /// <summary>What the address says when the browser sent more than is read.</summary>
    public const string TooMuch = "too-much";

    public bool AreRequired => options.IdentityImages == ImageRule.Required;

    public int MostMegabytes => ImageFiles.MostBytes / (1024 * 1024);

    public string? Refusal { get; private set; }

    private IdentityImageSide given;

    public bool Has(IdentityImageSide side) => Open.Application!.Has(side) || given.HasFlag(side);

    public void OnGet(string? refused) =>
        Refusal = refused == TooMuch ? texts[$"Image_{ImageFault.TooLarge}", MostMegabytes].Value : null;

    public async Task<IActionResult> OnPostAsync()
    {
        foreach (var side in Enum.GetValues<IdentityImageSide>())
        {
            await TakeAsync(side);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        // With whatever is next, a step that has come meanwhile too.
        return await images.SubmitAsync(Open.World, Open.Application!.Id)
            ? Next(InteractionStep.Verifying)
            : Next(InteractionStep.Images);
    }

    public async Task<IActionResult> OnPostDeclineAsync() => Leave(await Interactions.DeclineAsync(Open));

    private async Task TakeAsync(IdentityImageSide side)
    {
        var files = Request.Form.Files.GetFiles(side.ToString());
        if (files.Count == 0)
        {
            Require(!AreRequired || Has(side), side, "ImageNeeded");
            return;
        }

        var (image, fault) = files.Count > 1 ? (null, ImageFault.Damaged) : await ReadAsync(files[0]);
        Require(image is not null, side, $"Image_{fault}");
        if (image is not null && await images.KeepAsync(Open.World, Open.Application!.Id, side, image))
        {
            given |= side;
        }
    }

    private static async Task<(IdentityImage? Image, ImageFault Fault)> ReadAsync(IFormFile file)
    {
        if (file.Length > ImageFiles.MostBytes)
        {
            return (null, ImageFault.TooLarge);
        }

        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content);
        return ImageFiles.Read(content.GetBuffer().AsSpan(0, (int)content.Length), file.ContentType);
    }

    private void Require(bool holds, IdentityImageSide side, string text)
    {
        if (!holds)
        {
            ModelState.AddModelError(side.ToString(), texts[text, MostMegabytes]);
        }
    }
}
