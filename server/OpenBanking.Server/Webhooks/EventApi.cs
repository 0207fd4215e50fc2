using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Http;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Webhooks;

/// <summary>GET /v1/events</summary>
public static class EventApi
{
    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapGet("/events", ListAsync)
            .Needs(TokenRequirement.App(Scopes.Webhooks))
            .WithName("listEvents")
            .WithTags("Webhooks")
            .WithSummary("The app's events, in an order that never changes")
            .WithDescription(
                "The same events that webhooks carry, with the same ids, whether or not an endpoint wants them. Follow "
                    + "next_cursor, which is there on the last page too: what comes later stands after it, and nothing "
                    + "is ever missed. Events are kept for 30 days."
            )
            .Produces<Page<WebhookEvent>>();

    private static async Task<IResult> ListAsync(
        Caller caller,
        PageRequest page,
        EventQueries queries,
        [FromServices] PairwiseIds pairwise
    )
    {
        EventPlace? after = null;
        if (page.After is { } text)
        {
            if (!EventPlace.TryParse(text, out var place))
            {
                return PageRequest.WrongCursor();
            }

            after = place;
        }

        var found = await queries.ListAsync(caller, after, page.Limit + 1);
        var shown = found.Take(page.Limit).ToList();
        var last = shown.Count > 0 ? shown[^1].Place : after;
        return Answers.Ok(
            new Page<WebhookEvent>
            {
                Data = [.. shown.Select(placed => Show(placed, caller, pairwise))],
                HasMore = found.Count > page.Limit,
                NextCursor = last is { } reached
                    ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(reached.ToString()))
                    : null,
            }
        );
    }

    /// <summary>Read from the very bytes that a webhook carries.</summary>
    private static WebhookEvent Show(PlacedEvent placed, Caller caller, PairwiseIds pairwise) =>
        JsonSerializer.Deserialize(
            EventBodies.Write(pairwise, caller.App.PartnerId, placed.Id, placed.Happened, placed.CreatedAt),
            ResponseJson.Default.WebhookEvent
        )!;
}
