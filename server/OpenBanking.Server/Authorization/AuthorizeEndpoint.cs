using OpenBanking.Server.Http;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// GET and POST /oauth/authorize (RFC 9126 §4, OpenID Connect Core §3.1.2.1, FAPI 2.0 SP §5.3.2.2). The parameters are those
/// of the query, or of the form that an app's page posts: no token against forgery is asked for, since it begins no more
/// than a link does. Checks, in order: no repeated parameter · a registered client · a <c>request_uri</c> of this server,
/// of this client, not expired, not used · what it asks for still registered. Every other parameter is ignored. A refusal
/// is a page of ours: no address in a refused request is to be trusted. Of a request that was good when it was pushed the app is
/// told at its address, as long as that is registered. The request_uri is used up when the authorization completes, not by
/// loading a page.
/// </summary>
public sealed class AuthorizeEndpoint(
    AppDirectory apps,
    Store store,
    Interactions interactions,
    InteractionCookies cookies,
    ServerAddress address,
    TimeProvider time
)
{
    public const string Path = "/oauth/authorize";

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        var (form, failure) = await OAuthForm.BroughtAsync(context);
        if (form is null)
        {
            return ErrorPage(failure!.Error);
        }

        if (form["client_id"] is not { } clientId || await apps.FindAsync(clientId) is not { } app)
        {
            return ErrorPage("invalid_client");
        }

        if (form["request_uri"] is not { } requestUri)
        {
            return ErrorPage("invalid_request");
        }

        var pushed = await store.FindAsync(
            AuthorizationTables.PushedRequests,
            app.World,
            new HashKey(RequestUris.KeyOf(requestUri))
        );
        if (
            pushed is null
            || pushed.AppId != app.Row.Id
            || pushed.Used
            || time.GetUtcNow() >= pushed.ExpiresAt
        )
        {
            return ErrorPage("invalid_request_uri");
        }

        var request = AuthorizationRequest.Read(pushed.Request);
        if (!request.IsAllowedTo(app))
        {
            return new SeeOther(AuthorizationResponse.NotAllowed(request, app, address));
        }

        var (id, secret) = await interactions.StartAsync(app.World, pushed);
        cookies.Set(context, app.World, id.ToString(), secret);
        var language = PageLanguages.FirstOf(request.UiLocales);
        return new SeeOther(
            PageRoutes.Of(app.World, id.ToString(), InteractionStep.SignIn)
                + (language is null ? "" : $"?{PageLanguages.Parameter}={language}")
        );
    }

    private static SeeOther ErrorPage(string error) => new($"{PageRoutes.Error}?code={error}");
}

/// <summary>Sends a browser elsewhere with GET, whatever it came with (FAPI 2.0 SP §5.3.2.2 no. 11).</summary>
public sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
