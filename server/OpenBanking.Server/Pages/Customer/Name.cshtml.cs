using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Gives an account a name of the customer's own.</summary>
public sealed class CustomerNameModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    [BindProperty]
    public string? Nickname { get; set; }

    protected override string DoneRoute => PageRoutes.Account(World, Account.Id, done: "name");

    protected override string? FieldOf(string refusal) =>
        refusal == OwnAccountRules.Refusals.Nickname ? nameof(Nickname) : null;

    public void OnGet() => Nickname = Account.Nickname;

    public async Task<IActionResult> OnPostAsync() =>
        DoneUnless(
            await accounts.NameAsync(
                Session,
                Account,
                string.IsNullOrWhiteSpace(Nickname) ? null : Nickname.Trim()
            )
        );
}
