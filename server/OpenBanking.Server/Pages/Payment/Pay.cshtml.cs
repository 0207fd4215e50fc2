using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Where the link or the QR code of a payment leads: says who gets how much, before anybody signs in; and
/// afterwards what became of it. The way to the bank begins at another site, so no session comes with it yet.</summary>
public sealed class PayModel(ConfirmationQueries confirmations, PaymentCookie cookie, WorldClocks clocks)
    : BankPage
{
    public KnownConfirmation Known { get; private set; } = null!;

    /// <summary>Whether it can still be confirmed; its end may not have been noted yet.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Whether it was paid or its money is held, whatever was given back since.</summary>
    public bool IsPaid => Known is { Payment: not null, IsReleased: false };

    public string? ReturnTo => Known.ReturnTo;

    /// <summary>The words for what became of it.</summary>
    public string StateText =>
        Known.Row.DeclineCode == DeclineCodes.CustomerDeclined ? "PayState_declined"
        : Known.Row.DeclineCode == DeclineCodes.RiskDeclined ? "PayState_risk_declined"
        : Known.Row.State == ConfirmationState.Waiting ? "PayState_expired"
        : Known.IsReleased ? "PayState_released"
        : $"PayState_{Known.Status}";

    private World World => new(int.Parse((string)RouteData.Values["world"]!));

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        if (
            !Id<PaymentRow>.TryParse((string?)RouteData.Values["payment"], out var id)
            || await confirmations.FindAsync(World, id) is not { } known
        )
        {
            context.Result = Fail(PageFailures.NotFound);
            return;
        }

        Known = known;
        IsWaiting =
            known.Row.State == ConfirmationState.Waiting
            && await clocks.NowAsync(World) < known.Row.ExpiresAt;
        await next();
    }

    public void OnGet()
    {
        // What is there alone.
    }

    public IActionResult OnPost()
    {
        cookie.Set(HttpContext, World, Known.Row.PaymentId);
        return SeeOther(PageRoutes.Confirm(World, Known.Row.PaymentId));
    }
}
