using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>The customer's passkeys: which there are, deleting one, and adding one in two steps. The PIN comes first, so
/// that no device makes a passkey that is not taken.</summary>
public sealed class CustomerPasskeysModel(
    CustomerSessions sessions,
    OwnPasskeys own,
    Passkeys passkeys,
    BankOptions bank,
    WorldClocks clocks,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    /// <summary>What the device has made, as the script puts it into the form.</summary>
    [BindProperty]
    public string? Passkey { get; set; }

    [BindProperty]
    public string? Credential { get; set; }

    public IReadOnlyList<PasskeyRow> Kept { get; private set; } = [];

    /// <summary>What the device is asked to make; null before the PIN was right.</summary>
    public string? Asked { get; private set; }

    /// <summary>Why it was not done; what is wrong with the PIN is said beside its field.</summary>
    public string? Refusal { get; private set; }

    public bool AreOffered => passkeys.AreOffered;

    public string? ProblemOf(PasskeyRow passkey) =>
        passkey.CounterFellAt is not null ? "PasskeyCopied"
        : PasskeyRules.IsLocked(passkey, clocks.RealNow) ? "PasskeyLocked"
        : null;

    public async Task OnGetAsync() => Kept = await own.ListAsync(Session);

    public async Task<IActionResult> OnPostAsync()
    {
        Name = Name?.Trim() ?? "";
        // What cannot be a PIN is a slip of the finger, and no guess.
        var refusal = PinRules.IsSixDigits(Pin) ? await own.AskAsync(Session, Name, Pin!) : SlipOfPin;
        if (refusal is null)
        {
            Asked = await own.NewRequestAsync(Session, bank.Name, Masks.Mobile(Sessions.MobileOf(Session)));
            return Page();
        }

        return await ExplainAsync(refusal);
    }

    public async Task<IActionResult> OnPostAddAsync() =>
        await own.AddAsync(Session, Name?.Trim() ?? "", Passkey) is { } refusal
            ? await ExplainAsync(refusal)
            : SeeOther(PageRoutes.Passkeys(World));

    public async Task<IActionResult> OnPostDeleteAsync()
    {
        await own.DeleteAsync(Session, Credential ?? "");
        return SeeOther(PageRoutes.Passkeys(World));
    }

    private const string SlipOfPin = "pin_slip";

    private async Task<IActionResult> ExplainAsync(string refusal)
    {
        var ofPin = refusal switch
        {
            SlipOfPin => "PinSixDigits",
            OwnAccounts.PinWrong => "PinWrong",
            OwnAccounts.PinLocked => "PinLocked",
            _ => null,
        };
        if (refusal == PasskeyRules.Refusals.Name)
        {
            ModelState.AddModelError(nameof(Name), texts[$"Own_{refusal}"]);
        }
        else if (ofPin is null)
        {
            Refusal = refusal;
        }
        else
        {
            ModelState.AddModelError(nameof(Pin), texts[ofPin]);
        }

        Kept = await own.ListAsync(Session);
        return Page();
    }
}
