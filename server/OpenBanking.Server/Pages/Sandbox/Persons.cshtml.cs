using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Shows the made-up persons and cards of a sandbox, and what becomes of an application of each.</summary>
public sealed class SandboxPersonsModel(Sandboxes sandboxes, WorldClocks clocks, LimitRules limits)
    : PageModel
{
    /// <summary>Each with what is on the card, in fen, and the name of the text that says what becomes of it.</summary>
    public IReadOnlyList<(SandboxPerson Person, long OnCard, string Outcome)> Shown { get; private set; } =
    [];

    public async Task<IActionResult> OnGetAsync(int sandbox)
    {
        World world = new(sandbox);
        if (await sandboxes.ListPersonsAsync(world) is not { } found)
        {
            return NotFound();
        }

        var today = BusinessCalendar.DateOf(await clocks.NowAsync(world));
        var minimumAge = limits.MinimumAge(today);
        Shown =
        [
            .. found.Select(one =>
                (one.Person, one.OnCard, SandboxPersons.OutcomeOf(one.Person, today, minimumAge))
            ),
        ];
        return Page();
    }
}
