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

        cookieName = ".OpenBanking.Link" + Uri.EscapeDataString(options.ClientName ?? "");
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

        var session = Protector(context).Protect(link.Session, options.SessionLifetime);
        context.Response.Cookies.Append(cookieName, session, Cookie(redirectUri));
        context.Response.Headers.Location = link.AuthorizationUrl.AbsoluteUri;
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
    }

    /// <summary>Takes the session back, for good, and completes the link.</summary>
    public async Task CompleteAsync(HttpContext context)
    {
        KeepPrivate(context.Response);
        var session = TakeSession(context);
        LinkedCustomer customer;
        try
        {
            var callback = new Uri("?" + context.Request.QueryString.Value?.TrimStart('?'), UriKind.Relative);

            // The code is good once: a browser that goes away must not lose the link half made.
            customer = await Client(context)
                .AccountLinks.CompleteAsync(session ?? throw NoSession(), callback, CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (OpenBankingException refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        var result = await onLinked(context, customer).ConfigureAwait(false);
        await result.ExecuteAsync(context).ConfigureAwait(false);
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
            : request;
    }

    private async Task RefuseAsync(HttpContext context, OpenBankingException refusal)
    {
        var logger = EndpointLog.Of(context);
        if (refusal.Status is { } status)
        {
            EndpointLog.LinkRefused(
                logger,
                refusal.Code,
                status,
                refusal.RequestId ?? "none",
                refusal.Message
            );
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
                RefusedPage(context.Request.PathBase),
                "text/html; charset=utf-8",
                statusCode: refusal.Retryable
                    ? StatusCodes.Status503ServiceUnavailable
                    : StatusCodes.Status400BadRequest
            );
        await result.ExecuteAsync(context).ConfigureAwait(false);
    }

    /// <summary>What a customer sees where the app shows nothing of its own: never a dead end. The way to try again is beside the
    /// callback.</summary>
    private static string RefusedPage(PathString pathBase) =>
        $"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>The account was not linked</title>
            <body style="font: 1.1rem/1.5 sans-serif; max-width: 30rem; margin: 2rem auto; padding: 0 1rem">
            <h1>The account was not linked. <span lang="zh">账户未关联。</span></h1>
            <p><a href="{LinkPath[1..]}">Try again <span lang="zh">重试</span></a></p>
            <p><a href="{pathBase}/">Back <span lang="zh">返回</span></a></p>
            </body>
            </html>
            """;

    /// <summary>The session of this browser; null when there is none, or it is too old. It is taken
    /// once.</summary>
    private string? TakeSession(HttpContext context)
    {
        if (context.Request.Cookies[cookieName] is not { } cookie)
        {
            return null;
        }

        context.Response.Cookies.Delete(cookieName, Cookie(RedirectUri(context)));
        try
        {
            return Protector(context).Unprotect(cookie);
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
            Path = redirectUri.AbsolutePath,
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
            ? context.RequestServices.GetRequiredKeyedService<OpenBankingClient>(name)
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
