using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the one-time code.</summary>
public sealed class ApplicationCodeModel(Continuations continuations, IStringLocalizer<Texts> texts)
    : ApplicationPage(continuations, ContinuationStep.Code)
{
    [BindProperty]
    public string? Code { get; set; }

    public string Mobile => Continuations.ElementsOf(Open).Mobile;

    public string MaskedMobile => Masks.Mobile(Mobile);

    public async Task<IActionResult> OnPostAsync()
    {
        var cookie = await CodeEntry.TryAsync(
            Code,
            code => Continuations.EnterCodeAsync(Open, code),
            ModelState,
            texts
        );
        if (cookie is null)
        {
            // With the last guess that there may be the application is over.
            return await IsOverAsync() ? Next(ContinuationStep.Over) : Page();
        }

        Keep(cookie);
        return Next(ContinuationStep.Pin);
    }

    public Task<IActionResult> OnPostRefuseAsync() => RefuseAsync();
}
