using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Says in plain words what the app may do, from the stored request, and asks for agreement.</summary>
public sealed class ConsentModel(
    Interactions interactions,
    Store store,
    WorldClocks clocks,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Consent)
{
    [BindProperty]
    public string? Pin { get; set; }

    /// <summary>The types of the optional details whose boxes are ticked.</summary>
    [BindProperty]
    public List<string> Allowed { get; set; } = [];

    /// <summary>Whether there is something that may be left out.</summary>
    public bool HasChoice => Open.Details.Any(detail => detail.Optional is true);

    /// <summary>Whether everything may be left out.</summary>
    public bool HasChoiceAlone => Open.Details.All(detail => detail.Optional is true);

    public BoundCardRow Card { get; private set; } = null!;

    public string EndsOn { get; private set; } = null!;

    public Grant GrantOf(AuthorizationDetail detail) => new(Open.App.Name, Open.Account!, Card, detail);

    protected override async Task PrepareAsync()
    {
        Card = (await store.FindAsync(CustomerTables.BoundCards, Open.World, Open.Account!.CardId))!;
        EndsOn = BusinessCalendar
            .DateOf(await clocks.NowAsync(Open.World) + AuthorizationServerOptions.ConsentLifetime)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var granted = Open.GrantedWith(Allowed);
        if (granted.Count == 0)
        {
            ModelState.AddModelError(nameof(Allowed), texts["NothingAllowed"]);
            return Page();
        }

        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinSixDigits"]);
            return Page();
        }

        var (check, location) = await Interactions.AgreeAsync(Open, granted, Pin!);
        if (check == PinCheck.Right)
        {
            return Leave(location);
        }

        ModelState.AddModelError(
            nameof(Pin),
            check == PinCheck.Wrong ? texts["PinWrong"] : texts["PinLocked"]
        );
        return Page();
    }

    public async Task<IActionResult> OnPostDeclineAsync() => Leave(await Interactions.DeclineAsync(Open));
}
