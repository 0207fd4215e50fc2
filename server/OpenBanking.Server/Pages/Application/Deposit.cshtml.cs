using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Asks how much came to the card, in a browser that has proven the applicant's number.</summary>
public sealed class ApplicationDepositModel(
    Continuations continuations,
    ApplicationDeposits deposits,
    IStringLocalizer<Texts> texts
) : ApplicationPage(continuations, ContinuationStep.Deposit), IDepositPage
{
    [BindProperty]
    public string? Amount { get; set; }

    public World World => Open.World;

    public FiveElements Elements => deposits.ElementsOf(Open.Row);

    /// <summary>The card is the app's to send: another one comes with another application.</summary>
    public string OtherText => "OpeningOtherCard";

    public DateTimeOffset Until => Open.Row.ExpiresAt;

    public async Task<IActionResult> OnPostAsync() =>
        await DepositEntry.TryAsync(Amount, amount => EnterAsync(amount), ModelState, texts)
            ? Next(ContinuationStep.Pin)
            : Page();

    public async Task<IActionResult> OnPostOtherAsync()
    {
        await EnterAsync(amount: null);
        return Next(ContinuationStep.Over);
    }

    private Task<DepositCheck> EnterAsync(int? amount) =>
        deposits.EnterAsync(World, Open.Row, amount, interaction: null, Open.Visit!.Id);
}
