using Microsoft.Net.Http.Headers;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Pages;

/// <summary>What browsers are told about the pages: nothing from elsewhere, no frames, no traces; no scripts but files of ours.</summary>
public static class PageSecurity
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Forms go to us; the last one leads back to the app, which the browser counts as its target.</summary>
    public static string PolicyWithForms(string redirectUri) =>
        $"{Policy}; form-action 'self' {new Uri(redirectUri).GetLeftPart(UriPartial.Authority)}";

    public static void UsePageSecurity(this WebApplication app)
    {
        var overHttps = !app.Services.GetRequiredService<ServerAddress>().IsLoopback;
        app.Use(
            (context, next) =>
            {
                var headers = context.Response.Headers;
                if (overHttps)
                {
                    // A proxy ends TLS in front, or it ends here: the customer's side is https in either case, and the
                    // framework gives cookies that are for https alone to nobody else.
                    context.Request.Scheme = Uri.UriSchemeHttps;
                    // FAPI 2.0 SP §5.2.3: two years, as browsers' own lists ask.
                    headers.StrictTransportSecurity = "max-age=63072000";
                }

                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                if (
                    PageRoutes.IsForPeople(context.Request.Path)
                    || context.Request.Path.StartsWithSegments("/sandbox", StringComparison.OrdinalIgnoreCase)
                )
                {
                    headers.ContentSecurityPolicy = $"{Policy}; form-action 'self'";
                    headers.XFrameOptions = "DENY";
                    headers.CacheControl = "no-store";
                    if (
                        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
                        && !OAuthForm.IsUtf8(type)
                    )
                    {
                        context.Response.StatusCode = StatusCodes.Status400BadRequest;
                        return Task.CompletedTask;
                    }
                }

                return next(context);
            }
        );
    }
}
