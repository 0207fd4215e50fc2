using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Reports a loss: nothing goes out of the account until the bank lifts it.</summary>
public sealed class CustomerLostModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    public void OnGet()
    {
        // The form alone.
    }

    public async Task<IActionResult> OnPostAsync() =>
        DoneUnless(await accounts.ReportLossAsync(Session, Account));
}
