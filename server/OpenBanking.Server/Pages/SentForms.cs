using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Pages;

/// <summary>Tells forms from each other by their token against forgery: each page that is shown has one of its own, and two taps send
/// the same.</summary>
internal static class SentForms
{
    /// <summary>The form that was sent, with the message for the phone if its PIN locks; null when none was.</summary>
    /// <param name="customer">Whose PIN may be in it; null when it is not known yet.</param>
    public static SentForm? Of(HttpContext http, CustomerRow? customer)
    {
        // A page that is asked for may come with any body: only that of a POST was read before, with the check of its token.
        if (!HttpMethods.IsPost(http.Request.Method) || !http.Request.HasFormContentType)
        {
            return null;
        }

        var options = http.RequestServices.GetRequiredService<IOptions<AntiforgeryOptions>>().Value;
        if (http.Request.Form[options.FormFieldName].ToString() is not { Length: > 0 } token)
        {
            return null;
        }

        var id = Secrets.HashOf(token);
        return customer is { PinHash: not null, ErasedAt: null }
            ? new PinForm(id, LockNotice(http.RequestServices, customer))
            : new SentForm(id);
    }

    private static Notice LockNotice(IServiceProvider services, CustomerRow customer)
    {
        var texts = services.GetRequiredService<IStringLocalizer<Texts>>();
        var bank = services.GetRequiredService<BankOptions>();
        return services.GetRequiredService<Notices>().Write(customer, texts["PinLockedMessage", bank.Name]);
    }
}
