using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenBanking;
using OpenBanking.Internal;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The endpoints of an app that works with OpenBanking.</summary>
public static class OpenBankingEndpointRouteBuilderExtensions
{
    /// <summary>Adds <c>GET {prefix}/link</c>, which sends the customer to the bank, and <c>GET
    /// {prefix}/callback</c>, which takes the customer back: register its address as redirect URI.</summary>
    /// <remarks>Between the two, what completes the link travels in an encrypted, HttpOnly, SameSite=Lax
    /// cookie (Secure with https) that the callback deletes: only the browser that began a link can complete
    /// it. It may have four under way, in as many tabs. Several processes need shared Data Protection keys and one
    /// <see cref="OpenBankingOptions.DpopKey"/>. Protect both with <c>RequireAuthorization</c>, so that it is
    /// known whose account is linked.</remarks>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="prefix">The path before <c>/link</c> and <c>/callback</c>, such as <c>/openbanking</c>,
    /// without parameters.</param>
    /// <param name="configure">What is asked for, and what happens when customers come back.</param>
    /// <returns>Both endpoints, for conventions such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of range, or the prefix has parameters or no
    /// slash at its beginning.</exception>
    /// <exception cref="InvalidOperationException"><c>AddOpenBanking</c> was not called.</exception>
    public static RouteGroupBuilder MapOpenBankingAccountLink(
        this IEndpointRouteBuilder endpoints,
        string prefix,
        Action<AccountLinkEndpointOptions> configure
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrWhiteSpace(prefix);
        ArgumentNullException.ThrowIfNull(configure);
        if (prefix.Contains('{', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                "The prefix has no parameters: a redirect URI is one address.",
                nameof(prefix)
            );
        }

        if (!prefix.StartsWith('/'))
        {
            throw new ArgumentException(
                "The prefix begins with a slash, such as /openbanking.",
                nameof(prefix)
            );
        }

        var options = new AccountLinkEndpointOptions();
        configure(options);
        var pages = new AccountLinkEndpoints(options);
        pages.RequireClient(endpoints.ServiceProvider);
        var group = endpoints.MapGroup(prefix);
        group.MapGet(AccountLinkEndpoints.LinkPath, (RequestDelegate)pages.StartAsync);
        group.MapGet(AccountLinkEndpoints.CallbackPath, (RequestDelegate)pages.CompleteAsync);
        return group;
    }

    /// <summary>Adds the endpoint that the bank posts events to, with one secret. See the overload with
    /// several secrets.</summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The path, such as <c>/openbanking/webhooks</c>; the endpoint's URL at the bank ends in it.</param>
    /// <param name="secret">The endpoint's secret, <c>whsec_…</c>, as the bank gave it when the endpoint was made.</param>
    /// <param name="handler">Handles an event. When it returns, the bank hears that the event was handled.</param>
    /// <returns>The endpoint, for conventions such as a name.</returns>
    /// <exception cref="ArgumentException">The secret is malformed.</exception>
    public static IEndpointConventionBuilder MapOpenBankingWebhooks(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        string secret,
        Func<WebhookEvent, HttpContext, Task> handler
    ) => endpoints.MapOpenBankingWebhooks(pattern, [secret], handler);

    /// <summary>Adds the endpoint that the bank posts events to: verified, and each event handled
    /// once.</summary>
    /// <remarks>
    /// <para>The bank learns from the status how it went. 204: handled, now or before. 400: not to be
    /// trusted, with the reason as text. 409: another delivery of the event is being handled. 413: larger
    /// than 20 KiB. 500: the handler threw; the exception goes on to the app's own error handling. All but
    /// 204 and 410 have the bank deliver again, for about 72 hours.</para>
    /// <para>A handler may answer by itself: with 400 or more the event counts as not handled, and with
    /// 410 Gone the bank disables the endpoint. It has 15 s; what takes longer belongs into a queue. After that the bank is
    /// gone, and <see cref="HttpContext.RequestAborted"/> is canceled: a handler that goes on to its end has handled the event,
    /// one that gives up gets it again.</para>
    /// <para>Duplicates are known by the <see cref="IWebhookInbox"/> of the container. Events come in any
    /// order: compare <see cref="WebhookEvent.Sequence"/>, or read the object.</para>
    /// </remarks>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The path, such as <c>/openbanking/webhooks</c>.</param>
    /// <param name="secrets">The endpoint's secrets, <c>whsec_…</c>: two while one is rotated.</param>
    /// <param name="handler">Handles an event.</param>
    /// <returns>The endpoint, for conventions such as a name.</returns>
    /// <exception cref="ArgumentException">There is no secret, or one is malformed.</exception>
    public static IEndpointConventionBuilder MapOpenBankingWebhooks(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        IReadOnlyList<string> secrets,
        Func<WebhookEvent, HttpContext, Task> handler
    )
    {
        ArgumentNullException.ThrowIfNull(secrets);
        _ = new WebhookVerifier([.. secrets]);
        return endpoints.MapOpenBankingWebhooks(pattern, _ => ValueTask.FromResult(secrets), handler);
    }

    /// <summary>Adds the endpoint that the bank posts events to, with secrets read at every delivery: from a
    /// store that rotates them. See the overload with several secrets.</summary>
    /// <remarks>When it gives none or a malformed one, or throws, the delivery fails with 500 and the bank sends it again; the log
    /// says so of wrong ones (event 110).</remarks>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The path, such as <c>/openbanking/webhooks</c>; the endpoint's URL at the bank ends in it.</param>
    /// <param name="secrets">Gives the endpoint's secrets, <c>whsec_…</c>, one at least: two while one is rotated. Called with every
    /// delivery.</param>
    /// <param name="handler">Handles an event. When it returns, the bank hears that the event was handled.</param>
    /// <returns>The endpoint, for conventions such as a name.</returns>
    public static IEndpointConventionBuilder MapOpenBankingWebhooks(
        this IEndpointRouteBuilder endpoints,
        string pattern,
        Func<HttpContext, ValueTask<IReadOnlyList<string>>> secrets,
        Func<WebhookEvent, HttpContext, Task> handler
    )
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentNullException.ThrowIfNull(handler);
        return endpoints
            .MapPost(pattern, new WebhookReceiver(secrets, handler).ReceiveAsync)
            .AllowAnonymous();
    }
}
