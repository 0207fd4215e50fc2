using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Server.Pages;

/// <summary>Lets a customer who has signed in confirm a payment, or say no: from the stored payment, and with the PIN only
/// after who gets how much was said.</summary>
public sealed class ConfirmModel(
    CustomerSessions sessions,
    SessionCookie session,
    PaymentCookie waiting,
    ConfirmationQueries queries,
    Confirmations.Confirmations confirmations,
    CodeSources sources,
    PaymentCodeMessages messages,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions)
{
    public KnownConfirmation Known { get; private set; } = null!;

    public IReadOnlyList<PayingAccount> Accounts { get; private set; } = [];

    /// <summary>The account that was chosen to pay from, which stays chosen while a code is sent.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Account { get; set; }

    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    [BindProperty]
    public string? Code { get; set; }

    /// <summary>Of what the customer was shown.</summary>
    [BindProperty]
    public string? Digest { get; set; }

    /// <summary>The name of the text that says why it was not done.</summary>
    public string? Refusal { get; private set; }

    public bool NeedsCode { get; private set; }

    /// <summary>Whether the newest code went to this customer, so that it can be entered.</summary>
    public bool CodeSent { get; private set; }

    public bool IsPinLocked { get; private set; }

    public bool CanPay => Accounts.Any(paying => paying.Decline is null);

    public bool IsOfAnother => Known.Row.CustomerId is { } only && only != CustomerId;

    public string Mobile => Sessions.MobileOf(Session);

    public string MaskedMobile => Masks.Mobile(Mobile);

    /// <summary>The name of the text that says why no account can pay.</summary>
    public string WhyNot => Accounts is [var first, ..] ? WhyNotFrom(first) : "PayNoAccount";

    /// <summary>The account that was chosen, or the first.</summary>
    private PayingAccount? Chosen =>
        Accounts.FirstOrDefault(paying => paying.Account.Id.ToString() == Account)
        ?? (Accounts is [var first, ..] ? first : null);

    /// <summary>Whether an account was chosen that is not there any more: no other one takes its place unasked.</summary>
    private bool ChosenIsGone =>
        Account is not null && Chosen is { } instead && instead.Account.Id.ToString() != Account;

    /// <summary>Remembers where to go on after signing in, or to come back to.</summary>
    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        await base.OnPageHandlerExecutionAsync(context, next);
        if (Known is { Row.State: ConfirmationState.Waiting } && !CanPay && !IsOfAnother)
        {
            waiting.Leave(HttpContext, World, Known.Row.PaymentId);
        }
        else if (Session is not null)
        {
            waiting.Remove(HttpContext);
        }
        else if (Id<PaymentRow>.TryParse((string?)RouteData.Values["payment"], out var id))
        {
            waiting.Note(HttpContext, new(int.Parse((string)RouteData.Values["world"]!)), id);
        }
    }

    public IActionResult OnGet() => IsOver ? ToResult() : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (IsOver || Chosen is not { } chosen)
        {
            return ToResult();
        }

        if (ChosenIsGone)
        {
            return Page();
        }

        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinSixDigits"]);
        }

        // What cannot be a code is a slip of the finger, and no guess.
        var code = IdentityNumbers.Read(Code);
        if (NeedsCode && !OneTimeCodeRules.MayBeCode(code))
        {
            ModelState.AddModelError(nameof(Code), texts["CodeWrong"]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        var (result, refusal) = await confirmations.ConfirmAsync(
            Session,
            Known.Row,
            chosen.Account,
            Digest ?? "",
            Pin!,
            NeedsCode ? code : null
        );
        return result is null ? Refused(refusal!) : await AnswerAsync(result);
    }

    public async Task<IActionResult> OnPostCodeAsync()
    {
        if (IsOver || IsOfAnother)
        {
            return ToResult();
        }

        if (ChosenIsGone)
        {
            return Page();
        }

        var refusal = await confirmations.SendCodeAsync(
            Session,
            Known.Row,
            sources.Of(HttpContext),
            code => messages.Write(Known, code)
        );
        if (refusal is TooManyCodes tooMany)
        {
            ModelState.AddModelError(nameof(Code), CodeEntry.Write(tooMany, texts));
            return Page();
        }

        return SeeOther(
            Chosen is { } chosen
                ? PageRoutes.Confirm(World, Known.Row.PaymentId, chosen.Account.Id)
                : PageRoutes.Confirm(World, Known.Row.PaymentId)
        );
    }

    public async Task<IActionResult> OnPostDeclineAsync()
    {
        await confirmations.DeclineAsync(Session, Known.Row);
        return await LeaveAsync();
    }

    /// <summary>It is another customer's: perhaps the other one is sitting here. Or the PIN is forgotten: whoever signs in anew can
    /// set it, and comes back.</summary>
    public async Task<IActionResult> OnPostSignOutAsync()
    {
        await Sessions.EndAsync(Session);
        session.Remove(HttpContext);
        return SeeOther(PageRoutes.Confirm(World, Known.Row.PaymentId));
    }

    /// <summary>Whether an account stands chosen on the page.</summary>
    public bool IsChosen(PayingAccount paying) => paying == Chosen;

    /// <summary>The name of the text that says why an account cannot pay. What no day allows is not put off to another.</summary>
    private string WhyNotFrom(PayingAccount paying) =>
        paying.Decline is not (DeclineCodes.AccountDailyLimit or DeclineCodes.AccountPerPaymentLimit)
            ? $"PayDecline_{paying.Decline}"
        : Known.Row.CustomerAmount > paying.MostOfDay ? "PayDecline_above_rules"
        : paying.Decline == DeclineCodes.AccountPerPaymentLimit ? $"PayDecline_{paying.Decline}"
        : Known.Row.CustomerAmount > (paying.Account.DayLimit ?? paying.MostOfDay)
            ? "PayDecline_above_own_day_limit"
        : $"PayDecline_{paying.Decline}";

    protected override async Task<bool> PrepareAsync()
    {
        if (
            !Id<PaymentRow>.TryParse((string?)RouteData.Values["payment"], out var id)
            || await queries.FindAsync(World, id) is not { } known
        )
        {
            return false;
        }

        Known = known;
        if (known.Row.ReturnUrl is { } url)
        {
            Response.Headers.ContentSecurityPolicy = PageSecurity.PolicyWithForms(url);
        }

        Accounts = await confirmations.ListAccountsAsync(Session, known.Row);
        NeedsCode =
            Chosen is { } chosen && await confirmations.NeedsCodeAsync(Session, known.Row, chosen.Account);
        CodeSent = await confirmations.WasCodeSentAsync(Session, known.Row);
        Refusal =
            IsOfAnother ? $"Pay_{ConfirmationRules.Refusals.OfAnother}"
            : ChosenIsGone ? "Pay_account_gone"
            : null;
        return true;
    }

    private bool IsOver => Known.Row.State != ConfirmationState.Waiting;

    private IActionResult Refused(string refusal)
    {
        if (refusal == ConfirmationRules.Refusals.Over)
        {
            // Pressed twice, or in two browsers: what became of it is said there.
            return ToResult();
        }

        Refusal = $"Pay_{refusal}";
        return Page();
    }

    private async Task<IActionResult> AnswerAsync(ConfirmResult result)
    {
        switch (result.Outcome)
        {
            case ConfirmOutcome.Paid:
                return await LeaveAsync();
            case ConfirmOutcome.PinWrong:
                ModelState.AddModelError(nameof(Pin), texts["PinWrong"]);
                break;
            case ConfirmOutcome.PinLocked:
                IsPinLocked = true;
                ModelState.AddModelError(nameof(Pin), texts["PinLocked"]);
                break;
            case ConfirmOutcome.CodeWrong:
                ModelState.AddModelError(nameof(Code), texts["CodeWrong"]);
                break;
            case ConfirmOutcome.CodeOver:
                ModelState.AddModelError(nameof(Code), texts["CodeOver"]);
                break;
            case ConfirmOutcome.CodeLocked:
                ModelState.AddModelError(nameof(Code), texts["CodeLocked"]);
                break;
            case ConfirmOutcome.NotFromHere:
                Refusal = WhyNotFrom(Chosen! with { Decline = result.DeclineCode });
                break;
            default:
                return ToResult();
        }

        return Page();
    }

    private async Task<IActionResult> LeaveAsync() => SeeOther(await queries.WayOutOfAsync(Known));

    private IActionResult ToResult() => SeeOther(PageRoutes.Pay(World, Known.Row.PaymentId));
}
