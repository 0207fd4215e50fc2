using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for pictures of the ID card.</summary>
[TakesImages]
public sealed class ImagesModel(Interactions interactions, ImageEntry entry)
    : InteractionPage(interactions, InteractionStep.Images),
        IImagesPage
{
    public ImageEntry Entry => entry;

    public AccountApplicationRow Application => Open.Application!;

    public string? Refusal { get; private set; }

    public string LeaveFor => Open.App.Name;

    public void OnGet(string? refused) => Refusal = entry.RefusalOf(refused);

    /// <summary>To whatever is next, a step that has come meanwhile too.</summary>
    public async Task<IActionResult> OnPostAsync() =>
        await entry.TryAsync(Open.World, Application, Request.Form, ModelState)
            ? Next(InteractionStep.Verifying)
            : Page();

    public async Task<IActionResult> OnPostDeclineAsync() =>
        await LeaveAsync(await Interactions.DeclineAsync(Open));
}
