using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Wakes a dormant account: the customer shows again who they are.</summary>
public sealed class CustomerWakeModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    [BindProperty]
    public string? IdNumber { get; set; }

    public void OnGet()
    {
        // The form alone.
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var idNumber = IdNumber?.Replace(" ", "").ToUpperInvariant() ?? "";
        if (!IdentityNumbers.IsResidentId(idNumber))
        {
            ModelState.AddModelError(nameof(IdNumber), Texts["IdNumberWrong"]);
        }

        RequirePin();
        return ModelState.IsValid
            ? DoneUnless(await accounts.WakeAsync(Session, Account, idNumber, Pin!))
            : Page();
    }
}
