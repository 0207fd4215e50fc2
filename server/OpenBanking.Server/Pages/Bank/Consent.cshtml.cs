using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Says in plain words what the app may do, from the stored request, and asks for agreement.</summary>
public sealed class ConsentModel(
    Interactions interactions,
    WorldClocks clocks,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Consent)
{
    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    /// <summary>The types of the optional details whose boxes are ticked.</summary>
    [BindProperty]
    public List<string> Allowed { get; set; } = [];

    /// <summary>The account that was chosen; null for the one that stood chosen.</summary>
    [BindProperty]
    public string? Account { get; set; }

    /// <summary>Whether there is something that may be left out.</summary>
    public bool HasChoice => Open.Details.Any(detail => detail.Optional is true);

    /// <summary>Whether everything may be left out.</summary>
    public bool HasChoiceAlone => Open.Details.All(detail => detail.Optional is true);

    /// <summary>Whether the customer has several accounts that the app may be given.</summary>
    public bool HasAccountChoice => Open.Accounts.Count > 1;

    /// <summary>The account that stands chosen: one of the customer's own that may be used.</summary>
    public AccountRow Chosen =>
        Open.Accounts.FirstOrDefault(account => account.Id.ToString() == Account) ?? Open.Account!;

    /// <summary>Whether the PIN cannot be entered now, and is set anew on the own pages.</summary>
    public bool IsPinLocked { get; private set; }

    public string EndsOn { get; private set; } = null!;

    public Grant GrantOf(AuthorizationDetail detail) =>
        new(Open.App.Name, Open.Account!, Card: null, detail)
        {
            IsToBeChosen = HasAccountChoice,
            IsOpened = !HasAccountChoice && Open.Application?.AccountId == Open.Account!.Id,
        };

    protected override async Task PrepareAsync()
    {
        EndsOn = BusinessCalendar
            .DateOf(await clocks.NowAsync(Open.World) + AuthorizationServerOptions.ConsentLifetime)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        // No other account takes the place of the chosen one unasked.
        if (Account is not null && Account != Chosen.Id.ToString())
        {
            ModelState.AddModelError(nameof(Account), texts["Pay_account_gone"]);
            return Page();
        }

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

        var (check, location) = await Interactions.AgreeAsync(
            Open with
            {
                Account = Chosen,
            },
            granted,
            Pin!,
            texts["AgreedMessage", bank.Name, Open.App.Name, Chosen.LastFour]
        );
        if (check == PinCheck.Right)
        {
            return await LeaveAsync(location);
        }

        IsPinLocked = check == PinCheck.Locked;
        ModelState.AddModelError(nameof(Pin), IsPinLocked ? texts["PinLocked"] : texts["PinWrong"]);
        return Page();
    }

    public async Task<IActionResult> OnPostDeclineAsync() =>
        await LeaveAsync(await Interactions.DeclineAsync(Open));
}
