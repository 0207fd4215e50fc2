using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Sandbox;

namespace OpenBanking.Server.Pages;

/// <summary>Shows the messages that would have gone to phones.</summary>
public sealed class SandboxMessagesModel(Sandboxes sandboxes) : PageModel
{
    public IReadOnlyList<SandboxMessageRow> Shown { get; private set; } = [];

    public async Task OnGetAsync(int sandbox, string? mobile) =>
        Shown = await sandboxes.ListMessagesAsync(new(sandbox), mobile);
}
