using System.Globalization;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Where an event stands: its batch's position in the audit's chain, and its number in the batch. Positions are
/// given in the order in which they can be seen, so that nothing ever appears before what was read.</summary>
public readonly record struct EventPlace(long Position, int Number)
{
    public override string ToString() => $"{Position}.{Number}";

    public static bool TryParse(string text, out EventPlace place)
    {
        place = default;
        if (
            text.Split('.') is not [var position, var number]
            || !long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var read)
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var readNumber)
        )
        {
            return false;
        }

        place = new(read, readNumber);
        return true;
    }
}

/// <summary>An event of an app, where it stands.</summary>
public sealed record PlacedEvent(EventPlace Place, Id<EventRow> Id, Event Happened, DateTimeOffset CreatedAt);

/// <summary>The events of one app, out of the journal of committed batches: they need no receiver to be there.</summary>
public sealed class EventQueries(Store store)
{
    /// <summary>The events after a place, a limited number, in the order they were sealed. Positions are kept for as long as events
    /// are, but from when they were sealed: the oldest may be of batches that are gone, and are passed over.</summary>
    public async Task<IReadOnlyList<PlacedEvent>> ListAsync(Caller caller, EventPlace? after, int count)
    {
        var from = after ?? new(0, -1);
        var found = new List<PlacedEvent>();
        while (true)
        {
            // Every position has an event or more, save the first: all of it may have been read.
            var positions = await store.ListAsync(
                AuditTables.EventPositions,
                World.Live,
                $"app_id = {caller.App.Id} AND position >= {from.Position} ORDER BY position LIMIT {count + 1}"
            );
            found.AddRange(
                (await EventsAtAsync(caller, positions)).Where(placed => IsAfter(placed.Place, from))
            );
            if (found.Count >= count || positions.Count <= count)
            {
                return [.. found.Take(count)];
            }

            from = new(positions[^1].Position, int.MaxValue);
        }
    }

    private async Task<IEnumerable<PlacedEvent>> EventsAtAsync(
        Caller caller,
        IReadOnlyList<EventPositionRow> positions
    )
    {
        var journals = await store.ListByKeysAsync(
            EngineTables.Journal,
            caller.World,
            [.. positions.Select(position => position.JournalId)]
        );
        var byId = journals.ToDictionary(journal => journal.Id);
        return positions
            .Where(position => byId.ContainsKey(position.JournalId))
            .SelectMany(position => EventsOf(caller, position.Position, byId[position.JournalId]));
    }

    private static IEnumerable<PlacedEvent> EventsOf(Caller caller, long position, JournalRow journal) =>
        EventBodies
            .Read(journal)
            .Index()
            .Where(found => found.Item.AppId == caller.App.Id.Value)
            .Select(found => new PlacedEvent(
                new(position, found.Index),
                EventBodies.IdOf(journal.Id, found.Index),
                found.Item,
                journal.CreatedAt
            ));

    private static bool IsAfter(EventPlace place, EventPlace other) =>
        place.Position > other.Position || (place.Position == other.Position && place.Number > other.Number);
}
