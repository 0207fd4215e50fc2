using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Tells forms from each other by their token against forgery: each page that is shown has one of its own, and two taps send
/// the same.</summary>
internal static class FormIds
{
    /// <summary>Of the form that was sent; null when none was.</summary>
    public static string? Of(HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            return null;
        }

        var options = http.RequestServices.GetRequiredService<IOptions<AntiforgeryOptions>>().Value;
        return http.Request.Form[options.FormFieldName].ToString() is { Length: > 0 } token
            ? Secrets.HashOf(token)
            : null;
    }
}
