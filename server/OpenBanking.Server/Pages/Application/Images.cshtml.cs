using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Applications;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for pictures of the ID card, in a browser that has proven the applicant's number.</summary>
[TakesImages]
public sealed class ApplicationImagesModel(Continuations continuations, ImageEntry entry)
    : ApplicationPage(continuations, ContinuationStep.Images),
        IImagesPage
{
    public ImageEntry Entry => entry;

    public AccountApplicationRow Application => Open.Row;

    public string? Refusal { get; private set; }

    public void OnGet(string? refused) => Refusal = entry.RefusalOf(refused);

    public async Task<IActionResult> OnPostAsync() =>
        await entry.TryAsync(Open.World, Application, Request.Form, ModelState)
            ? Next(ContinuationStep.Verifying)
            : Page();
}
