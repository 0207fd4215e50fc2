using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Sandbox;

namespace OpenBanking.Server.Pages;

/// <summary>Shows the made-up persons and cards of a sandbox.</summary>
public sealed class SandboxPersonsModel(Sandboxes sandboxes) : PageModel
{
    public IReadOnlyList<SandboxPerson> Shown { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(int sandbox)
    {
        if (await sandboxes.ListPersonsAsync(new(sandbox)) is not { } found)
        {
            return NotFound();
        }

        Shown = found;
        return Page();
    }
}
