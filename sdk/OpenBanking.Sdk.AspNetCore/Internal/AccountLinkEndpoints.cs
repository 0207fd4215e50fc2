using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>The two pages of an account link, and the cookie between them.</summary>
internal sealed class AccountLinkEndpoints
{
    public const string LinkPath = "/link";
    public const string CallbackPath = "/callback";
    private const string Purpose = "OpenBanking.AccountLink";

    /// <summary>How many links a browser may have under way, each in a tab of its own: cookies are sent with every request.</summary>
    private const int MostTabs = 4;

    private static readonly TimeSpan longestSession = TimeSpan.FromDays(1);

    private readonly AccountLinkEndpointOptions options;
    private readonly Func<HttpContext, LinkedCustomer, Task<IResult>> onLinked;
    private readonly string cookieName;

    public AccountLinkEndpoints(AccountLinkEndpointOptions options)
    {
        this.options = options;
        onLinked =
            options.OnLinked
            ?? throw new ArgumentException(
                "Set OnLinked: it says where a linked customer goes on.",
                nameof(options)
            );
        if (options.AuthorizationDetails is null && options.PrepareRequest is null)
        {
            throw new ArgumentException(
                "Set AuthorizationDetails: what customers are asked for.",
                nameof(options)
            );
        }

        if (options.SessionLifetime <= TimeSpan.Zero || options.SessionLifetime > longestSession)
        {
            throw new ArgumentException(
                "Set SessionLifetime to how long a customer may stay at the bank: more than nothing, and a day at most.",
                nameof(options)
            );
        }

        if (options.RedirectUri is { } redirectUri && !SecureAddress.Is(redirectUri))
        {
            throw new ArgumentException(
                "Set RedirectUri to the callback's whole address, https or http on loopback, or leave it out.",
                nameof(options)
            );
        }

        cookieName = ".OpenBanking.Link" + Uri.EscapeDataString(options.ClientName ?? "");
    }

    /// <exception cref="InvalidOperationException">The app has not added the client that the pages are to ask.</exception>
    public void RequireClient(IServiceProvider services)
    {
        if (
            options.ClientName is null
            && services.GetService<IServiceProviderIsService>() is { } known
            && !known.IsService(typeof(OpenBankingClient))
        )
        {
            throw new InvalidOperationException(
                "There is no OpenBanking client: add one with services.AddOpenBanking(…), or name yours in ClientName."
            );
        }
    }

    /// <summary>Pushes the request, keeps the session in the browser and sends the customer to the
    /// bank.</summary>
    public async Task StartAsync(HttpContext context)
    {
        KeepPrivate(context.Response);
        var redirectUri = RedirectUri(context);
        AccountLink link;
        try
        {
            var request = await RequestAsync(context, redirectUri).ConfigureAwait(false);
            link = await Client(context)
                .AccountLinks.StartAsync(request, context.RequestAborted)
                .ConfigureAwait(false);
        }
        catch (OpenBankingException refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        KeepSession(context, link.Session, redirectUri);
        context.Response.Headers.Location = link.AuthorizationUrl.AbsoluteUri;
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
    }

    /// <summary>Takes the session back, for good, and completes the link.</summary>
    public async Task CompleteAsync(HttpContext context)
    {
        KeepPrivate(context.Response);
        LinkedCustomer customer;
        try
        {
            if (IsOfPayment(context.Request))
            {
                throw new AccountLinkException(
                    "A payment led the customer back here, where account links end: register another redirect address, and name "
                        + "it as the payment's return_url."
                )
                {
                    Code = ClientErrorCodes.InvalidCallback,
                };
            }

            var callback = new Uri("?" + context.Request.QueryString.Value?.TrimStart('?'), UriKind.Relative);

            customer = await CompleteAsync(context, callback).ConfigureAwait(false);
        }
        catch (OpenBankingException refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        var result = await onLinked(context, customer).ConfigureAwait(false);
        await result.ExecuteAsync(context).ConfigureAwait(false);
    }

    /// <summary>Completes the link that the callback is of, among those that this browser has begun, in one tab or several. It is
    /// over then, unless what failed may go well when the browser loads the address again.</summary>
    private async Task<LinkedCustomer> CompleteAsync(HttpContext context, Uri callback)
    {
        AccountLinkException refusal = NoSession();
        foreach (var cookie in CookiesOf(context))
        {
            if (SessionIn(context, cookie) is not { } session)
            {
                continue;
            }

            var isOver = true;
            try
            {
                // The code is good once: a browser that goes away must not lose the link half made.
                return await Client(context)
                    .AccountLinks.CompleteAsync(session, callback, CancellationToken.None)
                    .ConfigureAwait(false);
            }
            catch (AccountLinkException mismatch) when (mismatch.Code == ClientErrorCodes.StateMismatch)
            {
                isOver = false;
                refusal = mismatch;
            }
            catch (OpenBankingException failure) when (failure.Retryable)
            {
                isOver = false;
                throw;
            }
            finally
            {
                if (isOver)
                {
                    context.Response.Cookies.Delete(cookie, Cookie(RedirectUri(context)));
                }
            }
        }

        throw refusal;
    }

    private async ValueTask<AccountLinkRequest> RequestAsync(HttpContext context, Uri redirectUri)
    {
        var request = new AccountLinkRequest
        {
            RedirectUri = redirectUri,
            AuthorizationDetails = options.AuthorizationDetails?.Invoke(context) ?? [],
        };
        return options.PrepareRequest is { } prepare
            ? await prepare(context, request).ConfigureAwait(false)
                ?? throw new InvalidOperationException(
                    "PrepareRequest gave null: give the request, changed or not."
                )
            : request;
    }

    private async Task RefuseAsync(HttpContext context, OpenBankingException refusal)
    {
        var logger = EndpointLog.Of(context);
        if (IsOfPayment(context.Request))
        {
            EndpointLog.PaymentLedHere(logger);
        }
        else if (refusal.Status is { } status)
        {
            EndpointLog.LinkRefused(
                logger,
                refusal.Code,
                status,
                refusal.RequestId ?? "none",
                refusal.Message
            );
        }
        else if (refusal is AccountLinkRefusedException)
        {
            EndpointLog.LinkDeclined(logger, refusal.Code);
        }
        else if (refusal is AccountLinkException)
        {
            // What a browser brought back may be anybody's words.
            EndpointLog.LinkRefusedHere(logger, refusal.Code);
        }
        else
        {
            EndpointLog.LinkFailed(logger, refusal.Code, refusal.Message);
        }

        var result = options.OnRefused is { } onRefused
            ? await onRefused(context, refusal).ConfigureAwait(false)
            : Results.Text(
                RefusedPage(context.Request, refusal),
                "text/html; charset=utf-8",
                statusCode: refusal.Retryable
                    ? StatusCodes.Status503ServiceUnavailable
                    : StatusCodes.Status400BadRequest
            );
        await result.ExecuteAsync(context).ConfigureAwait(false);
    }

    /// <summary>What a customer sees where the app shows nothing of its own: never a dead end. The way to try again is the address
    /// itself, or beside it.</summary>
    private static string RefusedPage(HttpRequest request, OpenBankingException refusal)
    {
        (string En, string Zh, string? Again) page = refusal switch
        {
            _ when IsOfPayment(request) => ("You are back from the bank.", "您已从银行返回。", null),
            // Who comes back may have agreed to everything: what is left to do goes on from there.
            { Retryable: true } => ("This account link is not finished.", "账户关联尚未完成。", ""),
            // Who loads the callback again may have linked the account before.
            { Code: ClientErrorCodes.LinkSessionInvalid } => (
                "This account link is over.",
                "此次账户关联已结束。",
                LinkPath[1..]
            ),
            _ => ("The account was not linked.", "账户未关联。", LinkPath[1..]),
        };
        var again = page.Again is null
            ? ""
            : $"""<p><a href="{page.Again}">Try again <span lang="zh">重试</span></a></p>""";
        return $"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{page.En[..^1]}</title>
            <body style="font: 1.1rem/1.5 sans-serif; max-width: 30rem; margin: 2rem auto; padding: 0 1rem">
            <h1>{page.En} <span lang="zh">{page.Zh}</span></h1>
            {again}
            <p><a href="{request.PathBase}/">Back <span lang="zh">返回</span></a></p>
            </body>
            </html>
            """;
    }

    /// <summary>Whether the customer comes from the page of a payment, whose return address has these parameters.</summary>
    private static bool IsOfPayment(HttpRequest request) =>
        request.Query.ContainsKey("payment_id") && !request.Query.ContainsKey("state");

    /// <summary>Keeps a session in the browser, and lets go of those that were begun longest ago, when they are many.</summary>
    private void KeepSession(HttpContext context, string session, Uri redirectUri)
    {
        foreach (var old in CookiesOf(context).Skip(MostTabs - 1))
        {
            context.Response.Cookies.Delete(old, Cookie(redirectUri));
        }

        context.Response.Cookies.Append(
            $"{cookieName}.{TimeProvider.System.GetUtcNow().UtcTicks:x}",
            Protector(context).Protect(session, options.SessionLifetime),
            Cookie(redirectUri)
        );
    }

    /// <summary>The cookies of the links that this browser has begun, the last first.</summary>
    private List<string> CookiesOf(HttpContext context) =>
        [
            .. context
                .Request.Cookies.Keys.Where(name =>
                    name.StartsWith(cookieName + '.', StringComparison.Ordinal)
                )
                .OrderDescending(StringComparer.Ordinal),
        ];

    /// <summary>The session in a cookie; null when it is too old, or not ours.</summary>
    private string? SessionIn(HttpContext context, string cookie)
    {
        try
        {
            return Protector(context).Unprotect(context.Request.Cookies[cookie]!);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // The pattern, not the path, so that the address is the registered one to the letter.
    private Uri RedirectUri(HttpContext context)
    {
        if (options.RedirectUri is { } fixedAddress)
        {
            return fixedAddress;
        }

        var request = context.Request;
        var pattern = ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!;
        var prefix = pattern[..pattern.LastIndexOf('/')];
        return new Uri($"{request.Scheme}://{request.Host}{request.PathBase}{prefix}{CallbackPath}");
    }

    private CookieOptions Cookie(Uri redirectUri) =>
        new()
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = options.SessionLifetime,
            // Both pages see it: the first counts how many there are.
            Path = redirectUri.AbsolutePath[..(redirectUri.AbsolutePath.LastIndexOf('/') + 1)],
            SameSite = SameSiteMode.Lax,
            Secure = redirectUri.Scheme == Uri.UriSchemeHttps,
        };

    private ITimeLimitedDataProtector Protector(HttpContext context) =>
        context
            .RequestServices.GetRequiredService<IDataProtectionProvider>()
            .CreateProtector(Purpose, options.ClientName ?? "")
            .ToTimeLimitedDataProtector();

    private OpenBankingClient Client(HttpContext context) =>
        options.ClientName is { } name
            ? context.RequestServices.GetKeyedService<OpenBankingClient>(name)
                ?? throw new InvalidOperationException(
                    $"No OpenBanking client is named \"{name}\", as ClientName says: add it with AddOpenBanking(\"{name}\", …)."
                )
            : context.RequestServices.GetRequiredService<OpenBankingClient>();

    private static void KeepPrivate(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
    }

    private static AccountLinkException NoSession() =>
        new("This browser has no account link in progress, or it took too long: start again.")
        {
            Code = ClientErrorCodes.LinkSessionInvalid,
        };
}
