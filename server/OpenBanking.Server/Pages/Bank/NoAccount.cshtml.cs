using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Says that there is no account to allow anything on.</summary>
public sealed class NoAccountModel(Interactions interactions)
    : InteractionPage(interactions, InteractionStep.NoAccount)
{
    public async Task<IActionResult> OnPostAsync() => await LeaveAsync(await Interactions.DeclineAsync(Open));
}
