using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Primitives;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Pages;

/// <summary>The languages of the pages: by choice (<c>?lang=</c>, remembered in a cookie), else by Accept-Language.</summary>
public static class PageLanguages
{
    public const string Parameter = "lang";
    private const string Cookie = "ob-lang";

    public static readonly string[] Supported = ["zh-CN", "en"];

    public static void AddPageLanguages(this IServiceCollection services)
    {
        services.AddLocalization();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options
                .SetDefaultCulture(Supported[0])
                .AddSupportedCultures(Supported)
                .AddSupportedUICultures(Supported);
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider
                {
                    QueryStringKey = Parameter,
                    UIQueryStringKey = Parameter,
                },
                new CookieRequestCultureProvider { CookieName = Cookie },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    /// <summary>Remembers a language that was chosen.</summary>
    public static void UsePageLanguages(this WebApplication app)
    {
        app.UseRequestLocalization();
        var address = app.Services.GetRequiredService<ServerAddress>();
        app.Use(
            (context, next) =>
            {
                if (context.Request.Query[Parameter] is [{ } chosen] && Supported.Contains(chosen))
                {
                    context.Response.Cookies.Append(
                        Cookie,
                        CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen)),
                        new()
                        {
                            HttpOnly = true,
                            Secure = !address.IsLoopback,
                            SameSite = SameSiteMode.Lax,
                            IsEssential = true,
                        }
                    );
                }

                return next(context);
            }
        );
    }

    /// <summary>The same page in another language: what it shows stays, what a button did does not.</summary>
    public static string LinkTo(HttpRequest request, string language) =>
        QueryString
            .Create(
                request
                    .Query.Where(parameter => parameter.Key is not (Parameter or "handler"))
                    .Append(KeyValuePair.Create(Parameter, new StringValues(language)))
            )
            .ToString();

    /// <summary>The first of a list of languages (OpenID Connect <c>ui_locales</c>) that the pages speak.</summary>
    public static string? FirstOf(string? uiLocales) =>
        uiLocales
            ?.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(wanted =>
                Supported.FirstOrDefault(language =>
                    wanted.Split('-')[0].Equals(language.Split('-')[0], StringComparison.OrdinalIgnoreCase)
                )
            )
            .FirstOrDefault(language => language is not null);
}
