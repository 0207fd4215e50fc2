using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Wakes a dormant account: the customer shows again who they are.</summary>
public sealed class CustomerWakeModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    [BindProperty]
    public string? IdNumber { get; set; }

    protected override string DoneRoute => PageRoutes.Account(World, Account.Id, done: "wake");

    protected override string? FieldOf(string refusal) =>
        refusal == OwnAccounts.DetailsWrong ? nameof(IdNumber) : null;

    public void OnGet()
    {
        // The form alone.
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var idNumber = IdentityNumbers.Read(IdNumber).ToUpperInvariant();
        if (!IdentityNumbers.IsResidentId(idNumber))
        {
            ModelState.AddModelError(nameof(IdNumber), Texts["IdNumberWrong"]);
        }

        RequirePin();
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = Texts["AwakeMessage", bank.Name, Account.LastFour];
        var refusal = await accounts.WakeAsync(Session, Account, idNumber, Pin!, notice);
        // Of two taps one wakes it, and the other finds it awake.
        return refusal == OwnAccountRules.Refusals.NotNow && await IsAwakeAsync()
            ? SeeOther(DoneRoute)
            : DoneUnless(refusal);
    }

    private async Task<bool> IsAwakeAsync() =>
        (await Queries.FindAccountAsync(World, CustomerId, Account.Id))!.State == AccountState.Active;
}
