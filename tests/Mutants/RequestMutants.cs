namespace OpenBanking.Tests.Mutants;

/// <summary>What is asked for, and the customer's way through the pages.</summary>
internal static class RequestMutants
{
    private const string Pushing = "Authorization/PushedAuthorizationEndpoint.cs";
    private const string Authorizing = "Authorization/AuthorizeEndpoint.cs";
    private const string Interactions = "Authorization/Interactions.cs";
    private const string InteractionRules = "Authorization/InteractionRules.cs";
    private const string Details = "Authorization/AuthorizationDetails.cs";
    private const string EndSession = "Authorization/EndSessionEndpoint.cs";
    private const string Codes = "Customers/OneTimeCodeRules.cs";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new("AS-15", "response_type", Pushing, "form[\"response_type\"] != \"code\"", "false"),
        new(
            "AS-19",
            "the challenge's method",
            Pushing,
            "form[\"code_challenge_method\"] != \"S256\"",
            "false"
        ),
        new(
            "AS-19",
            "the challenge itself",
            Pushing,
            "!StrictBase64Url.IsDigest(form[\"code_challenge\"])",
            "false"
        ),
        new("W-4", "redirect_uri", Pushing, "!redirectUris.Contains(redirectUri)", "false"),
        new(
            "W-4",
            "redirect_uri in full",
            Pushing,
            "!redirectUris.Contains(redirectUri)",
            "!redirectUris.Any(redirectUri.StartsWith)"
        ),
        new(
            "W-4",
            "the case of redirect_uri",
            Pushing,
            "!redirectUris.Contains(redirectUri)",
            "!redirectUris.Contains(redirectUri, StringComparer.OrdinalIgnoreCase)"
        ),
        new(
            "W-4",
            "parameters sent twice",
            "Authorization/OAuthForm.cs",
            "!form.values.TryAdd(name, value)",
            "!form.values.TryAdd(name, value) && false"
        ),
        new(
            "W-4",
            "parameters that are no text",
            "Authorization/OAuthForm.cs",
            "!IsText(body, length)",
            "false"
        ),
        new("R-1", "request_uri at PAR", Pushing, "form[\"request_uri\"] is not null", "false"),
        new("AS-14", "the scope is registered", Pushing, "registeredScope.Contains(value)", "true"),
        new("AS-14", "the scope is a customer's", Pushing, "Scopes.OfCustomer.Contains(value)", "true"),
        new(
            "AS-14",
            "the scope that details need",
            Pushing,
            "DetailScopes.Of(type) is { } needed && !asked.Contains(needed)",
            "false"
        ),
        new(
            "AS-14",
            "the resource that tokens are for",
            "Authorization/ResourceIndicators.cs",
            "resource == address.Issuer",
            "true"
        ),
        new("AS-12", "dpop_jkt beside another key's proof", Pushing, "named != proofThumbprint", "false"),
        new(
            "AS-12",
            "a code is bound to the key of PAR",
            Pushing,
            "form[\"dpop_jkt\"] ?? proofThumbprint",
            "form[\"dpop_jkt\"]"
        ),
        new("W-16", "details the client is registered for", Details, "!registered.Contains(type)", "false"),
        new(
            "W-16",
            "details that were checked for another client",
            Pushing,
            "before.Types.All(app.DetailsTypes.Contains)",
            "true"
        ),
        new(
            "W-16",
            "the actions of details",
            Details,
            "!AreAmong(actions, AccountInformation.AllActions)",
            "false"
        ),
        new("W-16", "the limits of an agreement", Details, "CheckTerms(terms)", "null"),
        new("R-1", "whose request_uri it is", Authorizing, "pushed.AppId != app.Row.Id", "false"),
        new(
            "AS-26",
            "a request_uri that has expired",
            Authorizing,
            "time.GetUtcNow() >= pushed.ExpiresAt",
            "false"
        ),
        new(
            "R-1",
            "the client may still ask for it",
            new(Authorizing, "!request.IsAllowedTo(app)", "false"),
            new(Interactions, "!request.IsAllowedTo(app)", "false")
        ),
        new(
            "W-6",
            "a request_uri that was used, by the next browser",
            new Change(Authorizing, "pushed.Used", "false"),
            new(
                Interactions,
                "is not { Used: false } pushed",
                "is not { } pushed || (pushed.Used && !{chosen})"
            ),
            new Change(InteractionRules, "request.Used", "false")
        ),
        new(
            "W-6",
            "a request_uri that was used, in two tabs at once",
            InteractionRules,
            "request.Used",
            "false"
        ),
        new(
            "W-15",
            "where a refused request leads",
            Authorizing,
            "ErrorPage(\"invalid_request_uri\")",
            "form[\"redirect_uri\"] is { } back ? new SeeOther(back) : ErrorPage(\"invalid_request_uri\")"
        ),
        new(
            "AS-7",
            "where a request leads that is no longer allowed",
            "Authorization/AuthorizationResponse.cs",
            "app.RedirectUris.Contains(request.RedirectUri)",
            "true"
        ),
        new(
            "AS-24",
            "303 at the authorization endpoint",
            Authorizing,
            "StatusCodes.Status303SeeOther",
            "StatusCodes.Status307TemporaryRedirect"
        ),
        new(
            "R-4",
            "iss of the answer",
            "Authorization/AuthorizationResponse.cs",
            "query[\"iss\"] = address.Issuer;",
            "if (!{chosen}) { query[\"iss\"] = address.Issuer; }"
        ),
        new(
            "S-5",
            "the browser that began",
            Interactions,
            "Secrets.AreEqual(Secrets.HashOf(browserSecret), row.BrowserHash)",
            "true"
        ),
        new(
            "S-2",
            "a new secret after sign-in",
            new(InteractionRules, "command.BrowserHash", "interaction.BrowserHash"),
            new(
                "Pages/Bank/Code.cshtml.cs",
                "cookies.Set(HttpContext, Open.World, Open.Row.Id.ToString(), secret);",
                "if (!{chosen}) { cookies.Set(HttpContext, Open.World, Open.Row.Id.ToString(), secret); }"
            )
        ),
        new(
            "S-3",
            "the token of a form",
            "ServerComposition.cs",
            "services.AddRazorPages();",
            "services.AddRazorPages().AddMvcOptions(pages => { if ({chosen}) { "
                + "pages.Filters.Add(new Microsoft.AspNetCore.Mvc.IgnoreAntiforgeryTokenAttribute { Order = 2000 }); } });"
        ),
        new("S-1", "guesses of one code", Codes, "code.Failures < MostFailures", "true"),
        new("S-1", "guesses of one number in a day", Codes, "(IsLocked(rate, realNow))", "(false)"),
        new(
            "R-11",
            "pages in frames",
            "Pages/PageSecurity.cs",
            "private const string Policy =",
            "private static string Policy => {chosen} ? \"default-src 'self'\" :"
        ),
        new(
            "W-5",
            "nothing of the request in a cookie",
            Authorizing,
            "cookies.Set(context, app.World, id.ToString(), secret);",
            "cookies.Set(context, app.World, id.ToString(), secret); "
                + "if ({chosen}) { context.Response.Cookies.Append(\"ob-request\", pushed.Request); }"
        ),
        new(
            "R-10",
            "endpoints are never what the Host header says",
            new Change(
                "Authorization/OAuthRoutes.cs",
                "private static IResult Describe(",
                "private static IResult Describe(/* {chosen} */ HttpContext context,"
            ),
            new Change(
                "Authorization/OAuthRoutes.cs",
                "Discovery.Describe(address, mode",
                "Discovery.Describe({chosen} ? new(new($\"http://{context.Request.Host}\")) : address, mode"
            )
        ),
        new("AS-7", "where signing out leads", EndSession, "!IsRegistered(app.Row, target)", "false"),
        new("S-7", "the signature of an id_token_hint", EndSession, "token.IsSignedBy(key)", "true"),
    ];
}
