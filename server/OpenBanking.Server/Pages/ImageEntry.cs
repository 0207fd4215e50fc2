using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>What the pages show that ask for pictures of the ID card.</summary>
public interface IImagesPage
{
    ImageEntry Entry { get; }

    AccountApplicationRow Application { get; }

    /// <summary>Why nothing was taken of what the browser sent.</summary>
    string? Refusal { get; }

    /// <summary>The app that the customer may go back to instead; null where the page leads to none.</summary>
    string? LeaveFor => null;
}

/// <summary>What they do with what was sent. A picture that is good is kept at once, so that only the other one has to be chosen
/// again.</summary>
public sealed class ImageEntry(ImageStore images, ApplicationOptions options, IStringLocalizer<Texts> texts)
{
    /// <summary>What the address says when the browser sent more than is read.</summary>
    public const string TooMuch = "too-much";

    private IdentityImageSide given;

    public bool AreRequired => options.IdentityImages == ImageRule.Required;

    public static int MostMegabytes => ImageFiles.MostBytes / (1024 * 1024);

    public bool Has(AccountApplicationRow application, IdentityImageSide side) =>
        application.Has(side) || given.HasFlag(side);

    public string? RefusalOf(string? refused) =>
        refused == TooMuch ? texts[$"Image_{ImageFault.TooLarge}", MostMegabytes].Value : null;

    /// <summary>Has the person verified when nothing is missing; otherwise says beside the fields what is wrong.</summary>
    public async Task<bool> TryAsync(
        World world,
        AccountApplicationRow application,
        IFormCollection form,
        ModelStateDictionary problems
    )
    {
        foreach (var side in Enum.GetValues<IdentityImageSide>())
        {
            if (
                await FaultOfAsync(world, application, side, form.Files.GetFiles(side.ToString())) is
                { } fault
            )
            {
                problems.AddModelError(side.ToString(), texts[fault, MostMegabytes]);
            }
        }

        if (!problems.IsValid)
        {
            return false;
        }

        await images.SubmitAsync(world, application.Id);
        return true;
    }

    /// <summary>The text that says what is wrong with a side; null when its picture is kept, or none is needed.</summary>
    private async Task<string?> FaultOfAsync(
        World world,
        AccountApplicationRow application,
        IdentityImageSide side,
        IReadOnlyList<IFormFile> files
    )
    {
        if (files.Count == 0)
        {
            return AreRequired && !Has(application, side) ? "ImageNeeded" : null;
        }

        var (image, fault) = files.Count > 1 ? (null, ImageFault.Damaged) : await ReadAsync(files[0]);
        if (image is null)
        {
            return $"Image_{fault}";
        }

        if (await images.IsOfOtherSideAsync(world, application.Id, side, image))
        {
            return "Image_OtherSide";
        }

        if (await images.KeepAsync(world, application.Id, side, image))
        {
            given |= side;
        }

        return null;
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
}

/// <summary>A page where customers who may give pictures of the ID card say whether they do.</summary>
public interface IImageChoicePage
{
    ImageRule Images { get; }

    /// <summary>The box.</summary>
    string? WithImages { get; }

    bool GivesImages =>
        Images == ImageRule.Required || (Images == ImageRule.Optional && WithImages == TermsEntry.Agreed);
}
