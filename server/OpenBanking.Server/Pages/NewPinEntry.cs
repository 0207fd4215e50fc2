using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>A page that asks for a new payment PIN, twice.</summary>
public interface INewPinPage
{
    string? Pin { get; }

    string? Again { get; }
}

/// <summary>What the pages that ask for a new payment PIN do with what was entered.</summary>
internal static class NewPinEntry
{
    /// <summary>Says beside the field what is wrong.</summary>
    /// <param name="isAcceptable">Whether others do not guess it first.</param>
    /// <param name="present">The one that it replaces, as it was entered beside it, whether or not that is right; null where none
    /// was.</param>
    public static void Check(
        INewPinPage page,
        bool isAcceptable,
        ModelStateDictionary problems,
        IStringLocalizer<Texts> texts,
        string? present = null
    )
    {
        if (page.Pin == present && PinRules.IsSixDigits(present))
        {
            problems.AddModelError(nameof(page.Pin), texts["PinSame"]);
        }
        else if (!isAcceptable)
        {
            problems.AddModelError(nameof(page.Pin), texts["PinWeak"]);
        }
        else if (page.Pin != page.Again)
        {
            problems.AddModelError(nameof(page.Again), texts["PinDiffers"]);
        }
    }
}
