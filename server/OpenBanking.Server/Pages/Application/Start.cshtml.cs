using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Shows who applies through which app, masked, and sends the code to the number that the card's bank confirmed.</summary>
public sealed class ApplicationStartModel(
    Continuations continuations,
    BankOptions bank,
    CodeSources sources,
    IStringLocalizer<Texts> texts
) : ApplicationPage(continuations, ContinuationStep.Start)
{
    [BindProperty]
    public string? Terms { get; set; }

    public FiveElements Elements => Continuations.ElementsOf(Open);

    /// <summary>Also the way to another code.</summary>
    protected override bool Serves(ContinuationStep current) =>
        current is ContinuationStep.Start or ContinuationStep.Code;

    public async Task<IActionResult> OnPostAsync()
    {
        if (Terms != IdentityModel.Agreed)
        {
            ModelState.AddModelError(nameof(Terms), texts["TermsNeeded"]);
            return Page();
        }

        var cookie = await Continuations.SendCodeAsync(
            Open,
            sources.Of(HttpContext),
            code => texts["OpeningCodeMessage", bank.Name, code, Open.App.Name]
        );
        if (cookie is null)
        {
            ModelState.AddModelError(nameof(Terms), texts["TooManyCodes"]);
            return Page();
        }

        Keep(cookie);
        return Next(ContinuationStep.Code);
    }
}
