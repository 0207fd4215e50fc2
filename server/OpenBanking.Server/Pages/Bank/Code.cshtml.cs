using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the one-time code.</summary>
public sealed class CodeModel(
    Interactions interactions,
    InteractionCookies cookies,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Code)
{
    [BindProperty, MaxLength(12)]
    public string? Code { get; set; }

    public string Mobile => Interactions.MobileOf(Open);

    public string MaskedMobile => Masks.Mobile(Mobile);

    public async Task<IActionResult> OnPostAsync()
    {
        var (check, secret) = await Interactions.EnterCodeAsync(Open, Code?.Trim() ?? "");
        if (check == CodeCheck.Right)
        {
            var id = Open.Row.Id.ToString();
            cookies.Set(HttpContext, id, secret!);
            return Next(InteractionStep.Consent);
        }

        ModelState.AddModelError(
            nameof(Code),
            check == CodeCheck.Wrong ? texts["CodeWrong"] : texts["CodeOver"]
        );
        return Page();
    }
}
