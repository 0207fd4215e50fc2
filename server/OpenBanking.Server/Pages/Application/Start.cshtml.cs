using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Shows who applies through which app, masked, and sends the code to the number that the card's bank confirmed.</summary>
public sealed class ApplicationStartModel(
    Continuations continuations,
    BankOptions bank,
    CodeSources sources,
    AccountAgreements agreements,
    ApplicationOptions options,
    IStringLocalizer<Texts> texts
) : ApplicationPage(continuations, ContinuationStep.Start), ITermsPage, IImageChoicePage
{
    [BindProperty]
    public string? Terms { get; set; }

    [BindProperty]
    public string? Agreement { get; set; }

    [BindProperty]
    public string? WithImages { get; set; }

    /// <summary>Why no code was sent.</summary>
    public string? Refusal { get; private set; }

    public ImageRule Images => options.IdentityImages;

    /// <summary>Whether the account is there, and waits for its PIN.</summary>
    public bool IsOpened => Open.Row.State == ApplicationState.Opened;

    public string AgreementVersion => agreements.VersionOn(BusinessCalendar.DateOf(Open.Now));

    public FiveElements Elements => Continuations.ElementsOf(Open);

    /// <summary>Also the way to another code.</summary>
    protected override bool Serves(ContinuationStep current) =>
        current is ContinuationStep.Start or ContinuationStep.Code;

    public Task<IActionResult> OnPostRefuseAsync() => RefuseAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!IsOpened)
        {
            TermsEntry.Check(this, ModelState, texts);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        var (cookie, refusal) = await Continuations.SendCodeAsync(
            Open,
            IsOpened ? null : AgreementVersion,
            !IsOpened && ((IImageChoicePage)this).GivesImages,
            sources.Of(HttpContext),
            code => texts["OpeningCodeMessage", bank.Name, code, Open.App.Name]
        );
        if (refusal is TooManyCodes tooMany && !await Continuations.IsCodeSentAsync(Open))
        {
            Refusal = CodeEntry.Write(tooMany, texts);
            return Page();
        }

        // Else it is over by now, as its page says.
        if (refusal is null)
        {
            Keep(cookie);
        }

        return Next(ContinuationStep.Code);
    }
}
