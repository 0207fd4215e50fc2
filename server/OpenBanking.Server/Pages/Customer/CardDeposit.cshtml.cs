using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Deposits;

namespace OpenBanking.Server.Pages;

/// <summary>Asks how much came to a card that is being added to an account.</summary>
public sealed class CustomerCardDepositModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    CardDeposits deposits,
    IStringLocalizer<Texts> texts
) : CustomerAccountPage(sessions, queries), IDepositPage
{
    private CardDepositRow? asked;

    [BindProperty]
    public string? Amount { get; set; }

    public FiveElements Elements => deposits.ElementsOf(asked!);

    public DateTimeOffset Until => asked!.ExpiresAt;

    public string UntilText => "DepositCardUntil";

    /// <summary>Back to the cards, which say what became of it, when there is nothing to enter.</summary>
    public async Task<IActionResult> OnGetAsync() => await IsAskedAsync() ? Page() : ToCards();

    public async Task<IActionResult> OnPostAsync() =>
        !await IsAskedAsync() || await DepositEntry.TryAsync(Amount, EnterAsync, ModelState, texts)
            ? SeeOther(PageRoutes.Cards(World, Account.Id, done: "card"))
            : Page();

    public async Task<IActionResult> OnPostOtherAsync()
    {
        if (!await IsAskedAsync())
        {
            return ToCards();
        }

        await deposits.EnterAsync(World, Account, asked!, amount: null);
        return SeeOther(PageRoutes.NewCard(World, Account.Id));
    }

    private async Task<bool> IsAskedAsync() =>
        (asked = await deposits.FindAskedAsync(World, Account)) is not null;

    private Task<DepositCheck> EnterAsync(int amount) => deposits.EnterAsync(World, Account, asked!, amount);

    private IActionResult ToCards() => SeeOther(PageRoutes.Cards(World, Account.Id));
}
