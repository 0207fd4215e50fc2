using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Asks the bank to correct the customer's name, which takes papers.</summary>
public sealed class CustomerCorrectNameModel(
    CustomerSessions sessions,
    OwnCases cases,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Text { get; set; }

    /// <summary>The id of this form, which becomes that of the case: sent twice it is one.</summary>
    [BindProperty]
    public Guid Form { get; set; }

    /// <summary>Why it was not taken.</summary>
    public string? Refusal { get; private set; }

    public void OnGet() => Form = cases.NewForm();

    public async Task<IActionResult> OnPostAsync()
    {
        if (Form == Guid.Empty)
        {
            Form = cases.NewForm();
        }

        var (name, text) = (Name?.Trim() ?? "", Text?.ReplaceLineEndings("\n").Trim() ?? "");
        if (!ShownText.IsPersonName(name, CaseRules.LongestName))
        {
            ModelState.AddModelError(nameof(Name), texts["CorrectNameWrong", CaseRules.LongestName]);
        }
        else if (cases.IsNameOf(Session, name))
        {
            ModelState.AddModelError(nameof(Name), texts["CorrectNameSame"]);
        }

        if (!CaseRules.IsText(text))
        {
            ModelState.AddModelError(nameof(Text), texts["CaseTextWrong", CaseRules.LongestText]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        Refusal = await cases.AskForNameAsync(Session, Form, name, text);
        return Refusal is null ? SeeOther(PageRoutes.Cases(World)) : Page();
    }
}
