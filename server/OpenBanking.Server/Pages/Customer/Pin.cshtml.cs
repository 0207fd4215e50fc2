using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the payment PIN, which whoever was given the customer's old number does not know. On the way to a payment it
/// is asked for once: the page says who gets how much, and where nothing is left to choose the same PIN pays.</summary>
public sealed class CustomerPinModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    PaymentCookie waiting,
    ConfirmationQueries queries,
    Confirmations.Confirmations confirmations,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions, SessionStep.Pin)
{
    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    /// <summary>Of what the customer was shown.</summary>
    [BindProperty]
    public string? Digest { get; set; }

    /// <summary>The payment that the customer looked at and came to confirm: nobody who only signs in pays what another site
    /// led the browser to.</summary>
    public KnownConfirmation? Paying { get; private set; }

    public Task<IActionResult> OnPostAsync() => SignInAsync(pays: false);

    public Task<IActionResult> OnPostPayAsync() => SignInAsync(pays: true);

    protected override async Task<bool> PrepareAsync()
    {
        Paying =
            waiting.FindChosen(HttpContext, World) is { } payment
            && await queries.FindAsync(World, payment) is { Row.State: ConfirmationState.Waiting } known
                ? known
                : null;
        if (Paying?.Row.ReturnUrl is { } url)
        {
            Response.Headers.ContentSecurityPolicy = PageSecurity.PolicyWithForms(url);
        }

        return true;
    }

    private async Task<IActionResult> SignInAsync(bool pays)
    {
        // What cannot be a PIN is a slip of the finger, and no guess.
        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinSixDigits"]);
            return Page();
        }

        if (await Sessions.EnterPinAsync(Session, Pin!) is not var (check, secret))
        {
            return SeeOther(PageRoutes.SignIn(World));
        }

        if (check != PinCheck.Right)
        {
            ModelState.AddModelError(
                nameof(Pin),
                check == PinCheck.Wrong ? texts["PinWrong"] : texts["PinHereLocked", texts["PinForgotten"]]
            );
            return Page();
        }

        cookie.Set(HttpContext, World, Session.Row.Id.ToString(), secret!);
        if (pays && Paying is { } known && await TryPayAsync(known))
        {
            waiting.Remove(HttpContext);
            return SeeOther(await queries.WayOutOfAsync(known));
        }

        return SeeOther(PageRoutes.Own(World));
    }

    /// <summary>Pays where nothing is left to choose or to enter; else the page of the payment says what is.</summary>
    private async Task<bool> TryPayAsync(KnownConfirmation known) =>
        await confirmations.ListAccountsAsync(Session, known.Row) is [{ Decline: null, Account: var account }]
        && !await confirmations.NeedsCodeAsync(Session, known.Row, account)
        && (await confirmations.ConfirmAsync(Session, known.Row, account, Digest ?? "", Pin!, code: null))
            .Result
            ?.Outcome == ConfirmOutcome.Paid;
}
