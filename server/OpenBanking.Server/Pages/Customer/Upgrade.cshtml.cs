using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Makes a Type III account one of Type II, once the person is verified again; the page loads itself until then, and leads
/// back to the account.</summary>
public sealed class CustomerUpgradeModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnAccounts accounts,
    WorldClocks clocks,
    LimitRules rules,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    [BindProperty]
    public string? IdNumber { get; set; }

    [BindProperty]
    public string? CardNumber { get; set; }

    public bool Verifying { get; private set; }

    /// <summary>Why the last try came to nothing.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>What the account may do then.</summary>
    public AccountLimits Limits { get; private set; } = null!;

    protected override string DoneRoute => AccountRoute + "/upgrade";

    public IActionResult OnGet() =>
        Account.Type == AccountType.TypeThree.Value
            ? Page()
            : SeeOther(PageRoutes.Account(World, Account.Id, done: "upgrade"));

    public async Task<IActionResult> OnPostAsync()
    {
        LastRefusal = null;
        var idNumber = IdentityNumbers.Read(IdNumber).ToUpperInvariant();
        var cardNumber = IdentityNumbers.Read(CardNumber);
        if (!IdentityNumbers.IsResidentId(idNumber))
        {
            ModelState.AddModelError(nameof(IdNumber), Texts["IdNumberWrong"]);
        }

        if (!IdentityNumbers.IsCardNumber(cardNumber))
        {
            ModelState.AddModelError(nameof(CardNumber), Texts["CardNumberWrong"]);
        }

        RequirePin();
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = Texts["UpgradedMessage", bank.Name, Account.LastFour];
        var refusal = await accounts.UpgradeAsync(Session, Account, idNumber, cardNumber, Pin!, notice);
        // Of two taps one begins it; the page that comes next shows how far that is, or the account that it made.
        return
            refusal == VerificationRules.Refusals.UnderWay || (refusal is not null && await IsTypeTwoAsync())
            ? SeeOther(DoneRoute)
            : DoneUnless(refusal);
    }

    private async Task<bool> IsTypeTwoAsync() =>
        (await Queries.FindAccountAsync(World, CustomerId, Account.Id))!.Type == AccountType.TypeTwo.Value;

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        var verification = await Queries.FindVerificationAsync(World, Account, VerificationPurpose.Upgrade);
        Verifying = verification?.State == VerificationState.Verifying;
        LastRefusal = verification?.Reason;
        var today = BusinessCalendar.DateOf(await clocks.NowAsync(World));
        Limits = rules.For(AccountType.TypeTwo.Value, today);
        return true;
    }
}
