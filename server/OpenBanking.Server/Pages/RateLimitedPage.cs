using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Microsoft.Extensions.Localization;

namespace OpenBanking.Server.Pages;

/// <summary>What a browser is told whose address has sent too many requests: many phones share one address. It is answered at the
/// address that was asked for, without the store and the machinery of the other pages, for to be led on would be one more
/// request.</summary>
public static class RateLimitedPage
{
    private static readonly HtmlEncoder html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes the page; false for requests of programs.</summary>
    public static async ValueTask<bool> TryWriteAsync(HttpContext context)
    {
        if (!PageRoutes.IsForPeople(context.Request.Path))
        {
            return false;
        }

        var texts = context.RequestServices.GetRequiredService<IStringLocalizer<Texts>>();
        var bank = context.RequestServices.GetRequiredService<BankOptions>().Name;
        var language = CultureInfo.CurrentUICulture.Name;
        var title = texts["RateLimitedTitle"];
        var response = context.Response;
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentLanguage = language;
        await response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="{language}">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <title>{html.Encode(title)} · {html.Encode(bank)}</title>
              <link rel="stylesheet" href="{html.Encode(AddressOf(context, "bank.css"))}">
            </head>
            <body>
              <header class="bank"><span class="bank-name">{html.Encode(bank)}</span></header>
              <main>
                <h1>{html.Encode(title)}</h1>
                <p>{html.Encode(texts["RateLimitedText"])}</p>
                {WayOn(context.Request, texts)}
              </main>
            </body>
            </html>
            """
        );
        return true;
    }

    /// <summary>The same page again; what a form sent is sent again by loading it again alone.</summary>
    private static string WayOn(HttpRequest request, IStringLocalizer<Texts> texts) =>
        HttpMethods.IsGet(request.Method)
            ? $"""<p><a class="primary" href="{html.Encode(AddressOf(request))}">{html.Encode(
                texts["RateLimitedAgain"]
            )}</a></p>"""
            : "";

    private static string AddressOf(HttpRequest request) =>
        request.PathBase.ToUriComponent()
        + request.Path.ToUriComponent()
        + request.QueryString.ToUriComponent();

    private static string AddressOf(HttpContext context, string asset) =>
        context.Request.PathBase.ToUriComponent() + PageAssets.AddressOf(asset).TrimStart('~');
}
