using System.Globalization;
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

    private static readonly PathString[] ofMachines = ["/v1", "/oauth/token", "/oauth/par"];

    /// <exception cref="WrongSettingException">.NET is told to know no languages.</exception>
    public static void AddPageLanguages(this IServiceCollection services)
    {
        RequireLanguages();
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
                new AcceptedLanguage(),
            ];
        });
    }

    private static void RequireLanguages()
    {
        try
        {
            _ = CultureInfo.GetCultureInfo(Supported[0]);
        }
        catch (CultureNotFoundException)
        {
            throw new WrongSettingException(
                "The bank's pages are in several languages, and .NET is told to know none (InvariantGlobalization): set "
                    + "PredefinedCulturesOnly to false in the project, or DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY=0."
            );
        }
    }

    /// <summary>Finds the language of every request but those of machines, which are answered in one.</summary>
    public static void UsePageLanguages(this WebApplication app)
    {
        var address = app.Services.GetRequiredService<ServerAddress>();
        app.UseWhen(
            context => !IsForMachines(context.Request.Path),
            pages =>
            {
                pages.UseRequestLocalization();
                pages.Use(
                    (context, next) =>
                    {
                        RememberChosen(context, address);
                        return next(context);
                    }
                );
            }
        );
    }

    /// <summary>The same page in another language: what it shows stays, what a button did does not, nor what no page of ours
    /// put into an address.</summary>
    public static string LinkTo(HttpRequest request, string language) =>
        QueryString
            .Create(
                request
                    .Query.Where(parameter =>
                        parameter.Key is not (Parameter or "handler") && IsPlain(parameter.Value)
                    )
                    .Append(KeyValuePair.Create(Parameter, new StringValues(language)))
            )
            .ToString();

    private static bool IsPlain(StringValues values) =>
        values.ToString().All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static bool IsForMachines(PathString path)
    {
        foreach (var start in ofMachines)
        {
            if (path.StartsWithSegments(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static void RememberChosen(HttpContext context, ServerAddress address)
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
    }

    /// <summary>The first of a list of languages (OpenID Connect <c>ui_locales</c>) that the pages speak.</summary>
    public static string? FirstOf(string? uiLocales) =>
        FirstOf(uiLocales?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? []);

    private static string? FirstOf(IEnumerable<string> wantedLanguages) =>
        wantedLanguages
            .Select(wanted =>
                Supported.FirstOrDefault(language =>
                    wanted.Split('-')[0].Equals(language.Split('-')[0], StringComparison.OrdinalIgnoreCase)
                )
            )
            .FirstOrDefault(language => language is not null);

    /// <summary>The most wanted language of Accept-Language (RFC 9110 §12.5.4) that the pages speak, whatever its region or script:
    /// the framework's own provider knows no culture but the ones it is given, by their whole names.</summary>
    private sealed class AcceptedLanguage : RequestCultureProvider
    {
        public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
        {
            var accepted = httpContext
                .Request.GetTypedHeaders()
                .AcceptLanguage.Where(language => language.Quality != 0)
                .OrderByDescending(language => language.Quality ?? 1)
                .Select(language => language.Value.ToString());
            return Task.FromResult(
                FirstOf(accepted) is { } language ? new ProviderCultureResult(language) : null
            );
        }
    }
}
