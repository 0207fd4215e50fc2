using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>A page on which a customer does something with an account.</summary>
public abstract class CustomerActPage(
    CustomerSessions sessions,
    DashboardQueries queries,
    IStringLocalizer<Texts> texts
) : CustomerAccountPage(sessions, queries)
{
    [BindProperty]
    public string? Pin { get; set; }

    /// <summary>Why it was not done; what is wrong with the PIN is said beside its field.</summary>
    public string? Refusal { get; private set; }

    protected IStringLocalizer<Texts> Texts { get; } = texts;

    /// <summary>Where it leads when it is done.</summary>
    protected virtual string DoneRoute => AccountRoute;

    /// <summary>On when it is done, else back to the form, which says why.</summary>
    protected IActionResult DoneUnless(string? refusal)
    {
        switch (refusal)
        {
            case null:
                return SeeOther(DoneRoute);
            case OwnAccounts.PinWrong:
                ModelState.AddModelError(nameof(Pin), Texts["PinWrong"]);
                break;
            case OwnAccounts.PinLocked:
                ModelState.AddModelError(nameof(Pin), Texts["PinLocked"]);
                break;
            default:
                Refusal = refusal;
                break;
        }

        return Page();
    }

    /// <summary>What cannot be a PIN is a slip of the finger, and no guess.</summary>
    protected void RequirePin()
    {
        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), Texts["PinSixDigits"]);
        }
    }
}
