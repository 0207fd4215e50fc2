using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Reports a loss: nothing goes out of the account until the bank lifts it.</summary>
public sealed class CustomerLostModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    /// <summary>The account's page says what a report has done.</summary>
    public IActionResult OnGet() =>
        Account.FrozenFor.HasFlag(FreezeReasons.LossReport) ? SeeOther(DoneRoute) : Page();

    public async Task<IActionResult> OnPostAsync() =>
        DoneUnless(
            await accounts.ReportLossAsync(
                Session,
                Account,
                Texts["LostMessage", bank.Name, Account.LastFour]
            )
        );
}
