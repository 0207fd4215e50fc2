using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OpenBanking.Samples.VideoMembership.Pages;

/// <summary>For the shop's owner: what the bank has paid out, and what it took for it.</summary>
public sealed class SettlementModel(OpenBankingClient bank, ILogger<SettlementModel> logger) : PageModel
{
    /// <summary>The newest first.</summary>
    public IReadOnlyList<Payout> Payouts { get; private set; } = [];

    public Notice? Notice { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (!ThisMachine.Calls(HttpContext))
        {
            return NotFound();
        }

        try
        {
            // <payouts>
            var payouts = new List<Payout>();
            await foreach (var payout in bank.Payouts.ListAsync(cancellationToken))
            {
                payouts.Add(payout);
            }
            // </payouts>
            payouts.Reverse();
            Payouts = payouts;
        }
        catch (OpenBankingException failure)
        {
            Notice = Notices.Find(Notices.Of(failure, logger));
        }

        return Page();
    }

    /// <summary>What the owner can do about a payout that failed; nothing for one that did not.</summary>
    public static string? AdviceOn(Payout payout) =>
        payout.DeclineCode is null
            ? null
            : PayoutDeclineCodes
                .Catalogue.FirstOrDefault(entry => entry.Code == payout.DeclineCode)
                ?.PartnerAdvice
                ?? payout.DeclineCode;
}
