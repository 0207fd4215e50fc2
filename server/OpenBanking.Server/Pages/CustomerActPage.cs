using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
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
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    /// <summary>Why it was not done; what is wrong with a field is said beside it.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The name of the text that says why the account as it is takes no form here; null where it does.</summary>
    public virtual string? WhyNotNow =>
        Account.State == AccountState.Closed ? $"Own_{DeclineCodes.AccountClosed}" : null;

    protected IStringLocalizer<Texts> Texts { get; } = texts;

    /// <summary>Where it leads when it is done.</summary>
    protected virtual string DoneRoute => AccountRoute;

    protected override IActionResult? Instead() => WhyNotNow is null ? null : Page();

    /// <summary>The field that a refusal is of, beside which it is said; null for one of the whole.</summary>
    protected virtual string? FieldOf(string refusal) => null;

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
            case var known when FieldOf(known) is { } field:
                ModelState.AddModelError(field, Texts[$"Own_{known}"]);
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
