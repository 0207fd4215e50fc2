using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A version of the account agreement, for everybody: it names nobody.</summary>
public sealed class AgreementModel(
    AccountAgreements agreements,
    WorldClocks clocks,
    CustomerSessions sessions,
    SessionCookie cookie
) : BankPage
{
    public string Version { get; private set; } = null!;

    public AgreementText Text { get; private set; } = null!;

    /// <summary>The accounts of the customer who is signed in; null when nobody is.</summary>
    public string? Own { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? version)
    {
        Version = version ?? agreements.VersionOn(BusinessCalendar.DateOf(clocks.RealNow));
        if (agreements.Find(Version) is not { } text || !await IsInForceAsync())
        {
            return Fail(PageFailures.NotFound);
        }

        Text = text;
        Own = await cookie.FindOwnAsync(HttpContext, sessions);
        return Page();
    }

    /// <summary>One to come is nobody's yet, but in sandboxes whose clocks are that far ahead.</summary>
    private async Task<bool> IsInForceAsync() =>
        AccountAgreements.IsInForce(Version, BusinessCalendar.DateOf(clocks.RealNow))
        || AccountAgreements.IsInForce(Version, BusinessCalendar.DateOf(await clocks.FarthestNowAsync()));
}
