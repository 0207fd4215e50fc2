namespace OpenBanking.Server.Http;

/// <summary>How capabilities add their routes.</summary>
public static class ApiRoutes
{
    /// <summary>Of what anybody may read: HEAD is GET without a body (RFC 9110 §9.3.2).</summary>
    internal static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>The group that all routes of the API are in.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1");
        group.AddEndpointFilter(RefusableArguments.RefuseAsync);
        return group;
    }

    /// <summary>Says what the route needs of its token.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder route, TokenRequirement requirement) =>
        route.WithMetadata(requirement);

    /// <summary>Says which parameters the list has beside those of all lists.</summary>
    public static RouteHandlerBuilder Takes(
        this RouteHandlerBuilder route,
        params ListParameter[] parameters
    ) => route.WithMetadata([.. parameters]);

    /// <summary>Says which problems the route can answer with, beside those every route can.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params string[] codes) =>
        route.WithMetadata(new RouteRefusals(codes));
}

/// <summary>The problem codes of a route, for the OpenAPI document.</summary>
public sealed record RouteRefusals(IReadOnlyList<string> Codes);
