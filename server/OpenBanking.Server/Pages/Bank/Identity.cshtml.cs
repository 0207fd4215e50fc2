using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Asks who the person is and which card to bind: with the mobile number, the five elements.</summary>
public sealed class IdentityModel(
    Interactions interactions,
    ApplicationOptions options,
    AccountAgreements agreements,
    WorldClocks clocks,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Identity), ITermsPage, IImageChoicePage
{
    public const int LongestName = 50;

    [BindProperty]
    public string? FullName { get; set; }

    [BindProperty]
    public string? IdNumber { get; set; }

    [BindProperty]
    public string? CardNumber { get; set; }

    [BindProperty]
    public string? Terms { get; set; }

    [BindProperty]
    public string? Agreement { get; set; }

    public string AgreementVersion { get; private set; } = null!;

    [BindProperty]
    public string? WithImages { get; set; }

    public ImageRule Images => options.IdentityImages;

    public string MaskedMobile => Masks.Mobile(Interactions.MobileOf(Open));

    /// <summary>Why the last try came to nothing; what is wrong with the card is said beside its field.</summary>
    public string? Refusal =>
        Open.Application?.Reason is { } reason and not ApplicationReasons.CardNotVerified
            ? texts[$"Refused_{reason}"].Value
            : null;

    /// <summary>After a try that came to nothing, what was entered and is no secret stands there still.</summary>
    public void OnGet()
    {
        if (Open.Application is not { Reason: not null } refused)
        {
            return;
        }

        Require(
            refused.Reason != ApplicationReasons.CardNotVerified,
            nameof(CardNumber),
            $"Refused_{ApplicationReasons.CardNotVerified}"
        );
        FullName = Interactions.NameOf(Open);
        Terms = refused.AgreementVersion == AgreementVersion ? TermsEntry.Agreed : null;
        WithImages = refused.Images != 0 ? TermsEntry.Agreed : null;
    }

    protected override async Task PrepareAsync() =>
        AgreementVersion = agreements.VersionOn(BusinessCalendar.DateOf(await clocks.NowAsync(Open.World)));

    public async Task<IActionResult> OnPostAsync()
    {
        var name = FullName?.Trim() ?? "";
        var idNumber = IdentityNumbers.Read(IdNumber).ToUpperInvariant();
        var cardNumber = IdentityNumbers.Read(CardNumber);
        Require(name.Length > 0, nameof(FullName), "NameWrong");
        if (name.Length > 0 && !ShownText.IsPersonName(name, LongestName))
        {
            ModelState.AddModelError(nameof(FullName), texts["FullNameWrong", LongestName]);
        }

        Require(IdentityNumbers.IsResidentId(idNumber), nameof(IdNumber), "IdNumberWrong");
        Require(IdentityNumbers.IsCardNumber(cardNumber), nameof(CardNumber), "CardNumberWrong");
        TermsEntry.Check(this, ModelState, texts);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var withImages = ((IImageChoicePage)this).GivesImages;
        await Interactions.SubmitIdentityAsync(
            Open,
            name,
            idNumber,
            cardNumber,
            AgreementVersion,
            withImages
        );
        return Next(withImages ? InteractionStep.Images : InteractionStep.Verifying);
    }

    public async Task<IActionResult> OnPostDeclineAsync() =>
        await LeaveAsync(await Interactions.DeclineAsync(Open));

    private void Require(bool holds, string field, string text)
    {
        if (!holds)
        {
            ModelState.AddModelError(field, texts[text]);
        }
    }
}
