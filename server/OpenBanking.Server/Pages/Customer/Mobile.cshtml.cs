using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Changes the customer's mobile number: details, a code to the new number, and the card's bank, for which the page
/// loads itself until it has answered.</summary>
public sealed class CustomerMobileModel(
    CustomerSessions sessions,
    OwnMobiles mobiles,
    CodeSources sources,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    [BindProperty]
    public string? Mobile { get; set; }

    [BindProperty]
    public string? CardNumber { get; set; }

    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    [BindProperty]
    public string? Code { get; set; }

    public MobileChangeRow? Change { get; private set; }

    /// <summary>Whether the customer begins again with another number.</summary>
    public bool Again { get; private set; }

    /// <summary>Why it was not done: the name of the sentence.</summary>
    public string? Refusal { get; private set; }

    public string NewMobile => mobiles.MobileOf(Change!);

    public void OnGet(bool again)
    {
        Again = again;
        Refusal = Change?.State switch
        {
            MobileChangeState.Refused => "MobileRefused",
            MobileChangeState.OfAnother => "MobileOfAnother",
            _ => null,
        };
    }

    public async Task<IActionResult> OnPostAsync()
    {
        Again = true;
        var mobile = IdentityNumbers.ReadMobile(Mobile);
        var cardNumber = IdentityNumbers.Read(CardNumber);
        CheckForm(mobile, cardNumber);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var (check, refusal) = await mobiles.BeginAsync(
            Session,
            mobile,
            cardNumber,
            Pin!,
            sources.Of(HttpContext),
            code => texts["MobileCodeMessage", bank.Name, code],
            (texts["MobileOldMessage", bank.Name, Masks.Mobile(mobile)], texts["MobileNewMessage", bank.Name])
        );
        switch (check)
        {
            case PersonCheck.Right:
                return SeeOther(PageRoutes.Mobile(World));
            case PersonCheck.PinWrong:
                ModelState.AddModelError(nameof(Pin), texts["PinWrong"]);
                break;
            case PersonCheck.PinLocked:
                ModelState.AddModelError(nameof(Pin), texts["PinLocked"]);
                break;
            case PersonCheck.DetailsWrong:
                ModelState.AddModelError(nameof(CardNumber), texts["MobileCardWrong"]);
                break;
            case PersonCheck.DetailsLocked:
                Refusal = "MobileLocked";
                break;
            default:
                // Of two taps one sends the code, and the other finds it sent.
                if (refusal is not TooManyCodes tooMany || await mobiles.IsCodeSentAsync(Session, mobile))
                {
                    return SeeOther(PageRoutes.Mobile(World));
                }

                ModelState.AddModelError(nameof(Mobile), CodeEntry.Write(tooMany, texts));
                break;
        }

        return Page();
    }

    public async Task<IActionResult> OnPostCodeAsync()
    {
        if (Change is not { State: MobileChangeState.CodeSent } change)
        {
            return SeeOther(PageRoutes.Mobile(World));
        }

        var right = await CodeEntry.TryAsync(
            Code,
            async code => (await mobiles.EnterCodeAsync(Session, change, code), ""),
            ModelState,
            texts
        );
        return right is null ? Page() : SeeOther(PageRoutes.Mobile(World));
    }

    protected override async Task<bool> PrepareAsync()
    {
        Change = await mobiles.FindAsync(Session);
        return true;
    }

    private void CheckForm(string mobile, string cardNumber)
    {
        if (!IdentityNumbers.IsMobile(mobile))
        {
            ModelState.AddModelError(nameof(Mobile), texts["MobileWrong"]);
        }
        else if (mobiles.IsKnown(Session, mobile))
        {
            ModelState.AddModelError(nameof(Mobile), texts["MobileSame"]);
        }

        if (!IdentityNumbers.IsCardNumber(cardNumber))
        {
            ModelState.AddModelError(nameof(CardNumber), texts["CardNumberWrong"]);
        }

        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinSixDigits"]);
        }
    }
}
