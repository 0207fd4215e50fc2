using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Webhooks;

/// <summary>POST and GET /v1/webhook-endpoints, GET and DELETE /v1/webhook-endpoints/{id}</summary>
public static class WebhookApi
{
    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var needs = TokenRequirement.App(Scopes.Webhooks);

        api.MapPost("/webhook-endpoints", CreateAsync)
            .Needs(needs)
            .WithName("createWebhookEndpoint")
            .WithTags("Webhooks")
            .WithSummary("Asks for events to be posted to an address")
            .WithDescription(
                "The answer holds the signing secret, this once. Signed as Standard Webhooks 1.0 says."
            )
            .Produces<WebhookEndpoint>(StatusCodes.Status201Created)
            .Refuses(ProblemCodes.WebhookUrlRefused, ProblemCodes.WebhookEndpointLimit);

        api.MapGet("/webhook-endpoints", ListAsync)
            .Needs(needs)
            .WithName("listWebhookEndpoints")
            .WithTags("Webhooks")
            .WithSummary("The app's webhook endpoints")
            .Produces<Page<WebhookEndpoint>>();

        api.MapGet("/webhook-endpoints/{id}", GetAsync)
            .Needs(needs)
            .WithName("getWebhookEndpoint")
            .WithTags("Webhooks")
            .WithSummary("One webhook endpoint")
            .Produces<WebhookEndpoint>()
            .Refuses(ProblemCodes.NotFound);

        api.MapDelete("/webhook-endpoints/{id}", DeleteAsync)
            .Needs(needs)
            .WithName("deleteWebhookEndpoint")
            .WithTags("Webhooks")
            .WithSummary("Stops posting events to an address")
            .Produces(StatusCodes.Status204NoContent)
            .Refuses(ProblemCodes.NotFound);
    }

    private static ProblemError? CheckEvents(IReadOnlyList<string>? events)
    {
        const string Ways = "Leave events out to get all, or name some of docs/reference/events.md";
        return events is { Count: 0 } ? Wire.Wrong("/events", "unknown_event", $"{Ways}.")
            : events?.FirstOrDefault(type => !EventTypes.All.Contains(type)) is { } unknown
                ? Wire.Wrong(
                    "/events",
                    "unknown_event",
                    Nearest.Of(unknown, EventTypes.All) is { } meant
                        ? $"One of these is no type of event: is {meant} meant? {Ways}."
                        : $"One of these is no type of event. {Ways}, such as {EventTypes.PaymentCaptured}."
                )
            : null;
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        Body<CreateWebhookEndpointRequest> body,
        WebhookAddresses addresses,
        Engine.Engine engine,
        Vault vault,
        Ids ids
    )
    {
        var request = body.Value;
        var refused = Wire.Refuse(
            Wire.CheckText("/url", request.Url, WireText.Address),
            CheckEvents(request.Events)
        );
        if (refused is not null)
        {
            return refused;
        }

        if (addresses.WhyRefused(request.Url) is { } reason)
        {
            return Problems.Of(ProblemCodes.WebhookUrlRefused, reason);
        }

        var secret = WebhookSignature.NewSecret();
        var id = ids.New<WebhookEndpointRow>();
        var decision = await engine.SubmitAsync(
            new AddWebhookEndpoint(
                caller.World,
                caller.Now,
                new()
                {
                    Id = id,
                    AppId = caller.App.Id,
                    Url = request.Url,
                    Events = string.Join(' ', request.Events?.Distinct() ?? []),
                    Secret = vault.SealText(secret, id.Value),
                    State = WebhookEndpointState.Enabled,
                    CreatedAt = caller.Now,
                }
            )
        );
        return decision is Accepted<WebhookEndpointRow> { Reply: var endpoint }
            ? Answers.Created(Show(endpoint) with { Secret = secret })
            : Problems.From(((Rejected<WebhookEndpointRow>)decision).Refusal);
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, WebhookQueries queries) =>
        page.TryReadId<WebhookEndpointRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    Show,
                    endpoint => endpoint.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(Caller caller, string id, WebhookQueries queries) =>
        caller.TryRead<WebhookEndpointRow>(id, out var endpointId)
        && await queries.FindAsync(caller, endpointId) is { } endpoint
            ? Answers.Ok(Show(endpoint))
            : Problems.NotFound();

    private static async Task<IResult> DeleteAsync(
        Caller caller,
        string id,
        WebhookQueries queries,
        Engine.Engine engine
    )
    {
        if (
            !caller.TryRead<WebhookEndpointRow>(id, out var endpointId)
            || await queries.FindAsync(caller, endpointId) is not { } endpoint
        )
        {
            return Problems.NotFound();
        }

        await engine.SubmitAsync(
            new RetireWebhookEndpoint(
                caller.World,
                caller.Now,
                caller.App.Id,
                endpoint.Id,
                WebhookEndpointState.Deleted
            )
        );
        return Results.NoContent();
    }

    private static WebhookEndpoint Show(WebhookEndpointRow endpoint) =>
        new()
        {
            Id = endpoint.Id.ToString(),
            Url = endpoint.Url,
            Events = endpoint.Events.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Status = endpoint.State == WebhookEndpointState.Enabled ? "enabled" : "disabled",
            CreatedAt = endpoint.CreatedAt,
        };
}
