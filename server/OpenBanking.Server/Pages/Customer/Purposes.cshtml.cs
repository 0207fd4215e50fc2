using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Purposes;

namespace OpenBanking.Server.Pages;

/// <summary>What the bank processes personal information for, and what of it the customer consents to.</summary>
public sealed class CustomerPurposesModel(CustomerSessions sessions, OwnPurposes purposes)
    : CustomerPage(sessions)
{
    private const int MostShown = 50;

    public PurposeConsents Consents { get; private set; } = null!;

    public IEnumerable<PurposeChoiceRow> Newest => Consents.History.Reverse().Take(MostShown);

    /// <summary>Why a choice was not taken.</summary>
    public string? Refusal { get; private set; }

    public async Task OnGetAsync() => Consents = await purposes.FindAsync(Session);

    /// <param name="version">Of the text that was shown: where it is another by now, the page is shown again.</param>
    public async Task<IActionResult> OnPostChooseAsync(string? purpose, bool given, int version)
    {
        if (Purpose.Find(purpose) is not { } chosen)
        {
            return Fail(PageFailures.BadForm);
        }

        return version != chosen.Version
            ? SeeOther(PageRoutes.Purposes(World))
            : await ShowAsync(await purposes.ChooseAsync(Session, chosen, given, version));
    }

    public async Task<IActionResult> OnPostSwitchOffAsync() =>
        await ShowAsync(await purposes.SwitchPersonalisationOffAsync(Session));

    private async Task<IActionResult> ShowAsync(string? refusal)
    {
        if (refusal is null)
        {
            return SeeOther(PageRoutes.Purposes(World));
        }

        Refusal = refusal;
        Consents = await purposes.FindAsync(Session);
        return Page();
    }
}
