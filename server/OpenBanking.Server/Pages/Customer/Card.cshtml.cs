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
    private const string Removed = "removed";

    /// <summary>What the page that follows says.</summary>
    private string done = "";

    /// <summary>Null when it was removed.</summary>
    public BoundCardRow? Card { get; private set; }

    /// <summary>A card that was removed has no page.</summary>
    public override string? WhyNotNow => Card is null ? null : base.WhyNotNow;

    protected override string DoneRoute => PageRoutes.Cards(World, Account.Id, done);

    /// <summary>Back to the cards, among which one that was removed is no more.</summary>
    public IActionResult OnGet() => Card is null ? SeeOther(PageRoutes.Cards(World, Account.Id)) : Page();

    public Task<IActionResult> OnPostChooseAsync() =>
        DoAsync(cards.ChooseAsync, "default", "CardChosenMessage");

    public Task<IActionResult> OnPostRemoveAsync() =>
        DoAsync(cards.RemoveAsync, Removed, "CardRemovedMessage");

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
        string what,
        string message
    )
    {
        done = what;
        if (Card is not { } card)
        {
            return Gone();
        }

        RequirePin();
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = Texts[message, bank.Name, card.LastFour, Account.LastFour];
        var refusal = await act(Session, Account, card, Pin!, notice);
        // Of two taps one removes it, and the other finds it removed.
        return refusal == OwnCardRules.Refusals.NotBound ? Gone() : DoneUnless(refusal);
    }

    /// <summary>To the cards, among which this one is no more; they say so to whoever removed it.</summary>
    private IActionResult Gone() =>
        SeeOther(done == Removed ? DoneRoute : PageRoutes.Cards(World, Account.Id));
}
