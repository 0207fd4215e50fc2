using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Sandbox;

namespace OpenBanking.Server.Pages;

/// <summary>Shows the messages that would have gone to phones.</summary>
public sealed class SandboxMessagesModel(Sandboxes sandboxes) : PageModel
{
    public IReadOnlyList<SandboxMessageRow> Shown { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(int sandbox, string? mobile)
    {
        if (mobile?.Any(char.IsControl) is true)
        {
            return BadRequest();
        }

        if (await sandboxes.ListMessagesAsync(new(sandbox), mobile) is not { } found)
        {
            return NotFound();
        }

        Shown = found;
        return Page();
    }
}
