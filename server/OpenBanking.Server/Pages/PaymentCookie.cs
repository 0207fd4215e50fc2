using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Remembers which payment a customer came to confirm, while they sign in. It opens nothing: it is a way to go,
/// and only once.</summary>
public sealed class PaymentCookie(ServerAddress address)
{
    private static readonly TimeSpan kept = TimeSpan.FromMinutes(15);

    private string Name => InteractionCookies.NameOf(address, "ob-pay");

    public void Set(HttpContext context, World world, Id<PaymentRow> payment) =>
        context.Response.Cookies.Append(Name, $"{world}.{payment}", Options());

    public void Remove(HttpContext context)
    {
        if (context.Request.Cookies.ContainsKey(Name))
        {
            context.Response.Cookies.Delete(Name, Options());
        }
    }

    /// <summary>The payment, if there is one of this world.</summary>
    public Id<PaymentRow>? Take(HttpContext context, World world)
    {
        var found =
            context.Request.Cookies[Name]?.Split('.') is [var number, var text]
            && number == world.ToString()
            && Id<PaymentRow>.TryParse(text, out var payment)
                ? payment
                : (Id<PaymentRow>?)null;
        Remove(context);
        return found;
    }

    private CookieOptions Options() => InteractionCookies.OptionsOf(address, SameSiteMode.Strict, kept);
}
