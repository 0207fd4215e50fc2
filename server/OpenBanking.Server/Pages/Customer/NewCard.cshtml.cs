using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Adds a card to an account, once its bank has confirmed that it is the customer's own.</summary>
public sealed class CustomerNewCardModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnCards cards,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    [BindProperty]
    public string? CardNumber { get; set; }

    protected override string DoneRoute => PageRoutes.Cards(World, Account.Id, done: "card");

    protected override string? FieldOf(string refusal) =>
        refusal == OwnCardRules.Refusals.Bound ? nameof(CardNumber) : null;

    public void OnGet()
    {
        // The form alone.
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var number = IdentityNumbers.Read(CardNumber);
        if (!IdentityNumbers.IsCardNumber(number))
        {
            ModelState.AddModelError(nameof(CardNumber), Texts["CardNumberWrong"]);
        }

        RequirePin();
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = Texts["CardAddedMessage", bank.Name, number[^4..], Account.LastFour];
        var refusal = await cards.AddAsync(Session, Account, number, Pin!, notice);
        // Of two taps one adds it; the cards show how far that is.
        return
            refusal is VerificationRules.Refusals.UnderWay or OwnCardRules.Refusals.Changed
            && await cards.IsBeingAddedAsync(Session, Account, number)
            ? SeeOther(DoneRoute)
            : DoneUnless(refusal);
    }
}
