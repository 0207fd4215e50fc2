using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

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
    public BoundCardRow Card { get; private set; } = null!;

    protected override string DoneRoute => PageRoutes.Cards(World, Account.Id);

    public void OnGet()
    {
        // The form alone.
    }

    public Task<IActionResult> OnPostChooseAsync() => DoAsync(cards.ChooseAsync, "CardChosenMessage");

    public Task<IActionResult> OnPostRemoveAsync() => DoAsync(cards.RemoveAsync, "CardRemovedMessage");

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        var bound = await Queries.ListCardsAsync(World, Account);
        var asked = (string?)RouteData.Values["card"];
        if (bound.FirstOrDefault(card => card.Id.ToString() == asked) is not { } card)
        {
            return false;
        }

        Card = card;
        return true;
    }

    private async Task<IActionResult> DoAsync(
        Func<OpenSession, Accounts.AccountRow, BoundCardRow, string, string, Task<string?>> act,
        string message
    )
    {
        RequirePin();
        return ModelState.IsValid
            ? DoneUnless(
                await act(
                    Session,
                    Account,
                    Card,
                    Pin!,
                    Texts[message, bank.Name, Card.LastFour, Account.LastFour]
                )
            )
            : Page();
    }
}
