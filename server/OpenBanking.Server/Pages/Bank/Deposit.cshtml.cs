using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Asks how much came to the card. Who leaves comes back here with the next account link of the app.</summary>
public sealed class DepositModel(
    Interactions interactions,
    ApplicationDeposits deposits,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Deposit), IDepositPage
{
    [BindProperty]
    public string? Amount { get; set; }

    public World World => Open.World;

    public FiveElements Elements => deposits.ElementsOf(Open.Application!);

    public DateTimeOffset Until => Open.Application!.ExpiresAt;

    public async Task<IActionResult> OnPostAsync() =>
        await DepositEntry.TryAsync(Amount, amount => EnterAsync(amount), ModelState, texts)
            ? Next(InteractionStep.Pin)
            : Page();

    public async Task<IActionResult> OnPostOtherAsync()
    {
        await EnterAsync(amount: null);
        return Next(InteractionStep.Identity);
    }

    public async Task<IActionResult> OnPostDeclineAsync() =>
        await LeaveAsync(await Interactions.DeclineAsync(Open));

    private Task<DepositCheck> EnterAsync(int? amount) =>
        deposits.EnterAsync(World, Open.Application!, amount, Open.Row.Id, visit: null);
}
