using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Localization;

namespace OpenBanking.Server.Pages;

/// <summary>A page where the account agreement is accepted.</summary>
public interface ITermsPage
{
    string? Terms { get; }

    /// <summary>The version that the customer was shown.</summary>
    string? Agreement { get; }

    /// <summary>The version in force.</summary>
    string AgreementVersion { get; }
}

/// <summary>What these pages do with the box.</summary>
internal static class TermsEntry
{
    /// <summary>What a ticked box sends.</summary>
    public const string Agreed = "true";

    /// <summary>Says beside the box what is wrong. Nobody accepts a text that they were not shown.</summary>
    public static void Check(ITermsPage page, ModelStateDictionary problems, IStringLocalizer<Texts> texts)
    {
        if (page.Terms != Agreed)
        {
            problems.AddModelError(nameof(page.Terms), texts["TermsNeeded"]);
        }
        else if (page.Agreement != page.AgreementVersion)
        {
            problems.AddModelError(nameof(page.Terms), texts["TermsChanged"]);
        }
    }
}
