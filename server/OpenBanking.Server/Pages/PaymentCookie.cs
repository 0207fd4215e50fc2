using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Remembers which payment a customer came to confirm, while they sign in, or while they see to it that it can be paid. It
/// opens nothing: it is a way to go.</summary>
public sealed class PaymentCookie(ServerAddress address)
{
    private const string Led = "led";
    private const string Left = "left";

    private static readonly TimeSpan kept = TimeSpan.FromMinutes(15);

    private string Name => InteractionCookies.NameOf(address, "ob-pay");

    /// <summary>For a customer who has looked at the payment and goes on to it.</summary>
    public void Set(HttpContext context, World world, Id<PaymentRow> payment) =>
        context.Response.Cookies.Append(Name, $"{world}.{payment}", Options());

    /// <summary>For a browser that came to where the payment is confirmed, as any site may lead it there.</summary>
    public void Note(HttpContext context, World world, Id<PaymentRow> payment)
    {
        if (Find(context, world) != payment)
        {
            context.Response.Cookies.Append(Name, $"{world}.{payment}.{Led}", Options());
        }
    }

    /// <summary>For a customer who cannot pay it yet, and looks into their accounts: the way back is shown there.</summary>
    public void Leave(HttpContext context, World world, Id<PaymentRow> payment) =>
        context.Response.Cookies.Append(Name, $"{world}.{payment}.{Left}", Options());

    public void Remove(HttpContext context)
    {
        if (context.Request.Cookies.ContainsKey(Name))
        {
            context.Response.Cookies.Delete(Name, Options());
        }
    }

    /// <summary>The payment that the customer has looked at and goes on to; null when there is none, or the browser was led
    /// to it.</summary>
    public Id<PaymentRow>? FindChosen(HttpContext context, World world) =>
        context.Request.Cookies[Name]?.Split('.') is [_, _] ? Find(context, world) : null;

    /// <summary>The payment, if there is one of this world; it stays remembered.</summary>
    public Id<PaymentRow>? Find(HttpContext context, World world) =>
        context.Request.Cookies[Name]?.Split('.') is [var number, var text, ..]
        && number == world.ToString()
        && Id<PaymentRow>.TryParse(text, out var payment)
            ? payment
            : null;

    /// <summary>The payment to go on to now, if there is one of this world, and forgets it; one that the customer has left
    /// stays remembered.</summary>
    public Id<PaymentRow>? Take(HttpContext context, World world)
    {
        var found = Find(context, world);
        if (context.Request.Cookies[Name]?.Split('.') is [_, _, Left])
        {
            return null;
        }

        Remove(context);
        return found;
    }

    private CookieOptions Options() => InteractionCookies.OptionsOf(address, SameSiteMode.Strict, kept);
}
