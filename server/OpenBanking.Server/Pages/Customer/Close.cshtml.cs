using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Closes an account, after saying what becomes of its money and what stops.</summary>
public sealed class CustomerCloseModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    WorldClocks clocks,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    public BoundCardRow Card { get; private set; } = null!;

    /// <summary>What apps may do with the account.</summary>
    public IReadOnlyList<AppAccess> Access { get; private set; } = [];

    /// <summary>The name of the text that says why it cannot be closed now; null when it can.</summary>
    public string? Hindrance { get; private set; }

    /// <summary>The page itself says what hinders, beside where a form that was sent has led.</summary>
    public override string? WhyNotNow => null;

    public IActionResult OnGet() => IsDone(Account) ? SeeOther(DoneRoute) : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        RequirePin();
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var refusal = await accounts.CloseAsync(
            Session,
            Account,
            Pin!,
            Texts["ClosingMessage", bank.Name, Account.LastFour, Card.LastFour]
        );
        // Of two taps one closes, and the other finds it done.
        if (refusal is not null && IsDone((await Queries.FindAccountAsync(World, CustomerId, Account.Id))!))
        {
            return SeeOther(DoneRoute);
        }

        var result = DoneUnless(refusal);
        // What has come in between since the page was asked for.
        Hindrance ??= Refusal is null ? null : $"Own_{Refusal}";
        return result;
    }

    private static bool IsDone(AccountRow account) =>
        account.State is AccountState.Closing or AccountState.Closed;

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        Card = await Queries.FindCardAsync(World, Account);
        var access = await Queries.ListAccessAsync(World, CustomerId, await clocks.NowAsync(World));
        Hindrance = await accounts.WhyNotCloseAsync(World, Account) switch
        {
            null => null,
            OwnAccountRules.Refusals.NotNow => $"CloseNot_{Account.State}",
            var refusal => $"Own_{refusal}",
        };
        Access = [.. access.Where(one => one.Account.Id == Account.Id)];
        return true;
    }
}
