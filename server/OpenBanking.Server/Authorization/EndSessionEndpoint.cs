using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Http;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// GET and POST /bank/end-session (OpenID Connect RP-Initiated Logout 1.0). Checks, in order: no repeated parameter · an
/// <c>id_token_hint</c> that this server signed, for a registered client, expired or not · <c>client_id</c>, if sent, is
/// that client · <c>post_logout_redirect_uri</c>, if sent, is registered for it, to the letter. Without a valid hint
/// nobody is believed: the customer is asked on a page of ours, and goes nowhere from there. With one, what the browser
/// has begun for this client ends, and nothing of another's.
/// </summary>
public sealed class EndSessionEndpoint(
    AppDirectory apps,
    SigningKeys signingKeys,
    ServerAddress address,
    Interactions interactions,
    InteractionCookies cookies,
    CustomerSessions sessions,
    SessionCookie sessionCookie
)
{
    public const string Path = "/bank/end-session";

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var (form, failure) = await OAuthForm.BroughtAsync(context);
        if (form is null)
        {
            return ErrorPage(failure!.Error);
        }

        if (await FindClientAsync(form["id_token_hint"]) is not { } app)
        {
            return SignOutPage(form["ui_locales"], done: false);
        }

        if (form["client_id"] is { } named && named != app.Row.Id.ToString())
        {
            return ErrorPage("invalid_request");
        }

        var target = form["post_logout_redirect_uri"];
        if (target is not null && !IsRegistered(app.Row, target))
        {
            return ErrorPage("invalid_request");
        }

        await EndAsync(context, app.Row);
        return target is null ? SignOutPage(form["ui_locales"], done: true)
            : form["state"] is { } state ? new(QueryHelpers.AddQueryString(target, "state", state))
            : new(target);
    }

    /// <summary>Ends what this browser has begun: for one client, or for all when null, and then the customer's visit to
    /// their own pages, too.</summary>
    public async Task EndAsync(HttpContext context, AppRow? app)
    {
        if (app is null)
        {
            await EndVisitAsync(context);
        }

        foreach (var (world, id, secret) in cookies.All(context))
        {
            var open = await interactions.FindAsync(world, id, secret);
            if (open is not null && (app is null || open.App.Id == app.Id))
            {
                await interactions.EndAsync(open);
                cookies.Remove(context, id);
            }
        }
    }

    private async Task EndVisitAsync(HttpContext context)
    {
        if (
            sessionCookie.Find(context) is var (world, id, secret)
            && await sessions.FindAsync(world, id, secret) is { } visit
        )
        {
            await sessions.EndAsync(visit);
            sessionCookie.Remove(context);
        }
    }

    private async ValueTask<RegisteredApp?> FindClientAsync(string? hint) =>
        Jws.TryParse(hint) is { Type: IdTokens.Type } token
        && signingKeys.Find(KeyPurpose.IdTokens, token.KeyId) is { } key
        && token.IsSignedBy(key)
        && token.Text("iss") == address.Issuer
            ? await apps.FindAsync(token.Text("aud"))
            : null;

    private static bool IsRegistered(AppRow app, string target) =>
        app.PostLogoutRedirectUris is { } uris && ClientMetadata.ReadList(uris).Contains(target);

    private static SeeOther SignOutPage(string? uiLocales, bool done)
    {
        var query = new Dictionary<string, string?>
        {
            ["done"] = done ? "true" : null,
            [PageLanguages.Parameter] = PageLanguages.FirstOf(uiLocales),
        };
        return new(QueryHelpers.AddQueryString(PageRoutes.SignOut, query));
    }

    private static SeeOther ErrorPage(string error) => new($"{PageRoutes.Error}?code={error}");
}
