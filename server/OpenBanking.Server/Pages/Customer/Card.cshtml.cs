using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Pages;

/// <summary>Makes a card the default card of an account, or removes it.</summary>
public sealed class CustomerCardModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnCards cards,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerActPage(sessions, queries, texts)
{
    /// <summary>Null when it was removed.</summary>
    public BoundCardRow? Card { get; private set; }

    protected override string DoneRoute => PageRoutes.Cards(World, Account.Id);

    /// <summary>Back to the cards, among which one that was removed is no more.</summary>
    public IActionResult OnGet() => Card is null ? SeeOther(DoneRoute) : Page();

    public Task<IActionResult> OnPostChooseAsync() => DoAsync(cards.ChooseAsync, "CardChosenMessage");

    public Task<IActionResult> OnPostRemoveAsync() => DoAsync(cards.RemoveAsync, "CardRemovedMessage");

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        if (!Id<BoundCardRow>.TryParse((string?)RouteData.Values["card"], out var id))
        {
            return false;
        }

        var bound = await Queries.ListCardsAsync(World, Account);
        Card = bound.FirstOrDefault(card => card.Id == id);
        return Card is not null || await Queries.WasBoundAsync(World, Account, id);
    }

    private async Task<IActionResult> DoAsync(
        Func<OpenSession, AccountRow, BoundCardRow, string, string, Task<string?>> act,
        string message
    )
    {
        if (Card is not { } card)
        {
            return SeeOther(DoneRoute);
        }

        RequirePin();
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = Texts[message, bank.Name, card.LastFour, Account.LastFour];
        var refusal = await act(Session, Account, card, Pin!, notice);
        // Of two taps one removes it, and the other finds it removed.
        return refusal == OwnCardRules.Refusals.NotBound ? SeeOther(DoneRoute) : DoneUnless(refusal);
    }
}
