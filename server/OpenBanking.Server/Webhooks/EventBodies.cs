using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Webhooks;

/// <summary>Events as their app reads them: the same id and the same bytes, whether they are posted or listed.</summary>
public static class EventBodies
{
    /// <summary>The version of the API that events are written in.</summary>
    private const string ApiVersion = "v1";

    /// <summary>The bytes of an id that say when it was made.</summary>
    private const int TimeLength = 6;

    /// <summary>The events of a batch, in the order they happened.</summary>
    public static IReadOnlyList<Event> Read(JournalRow journal) =>
        JsonSerializer.Deserialize<IReadOnlyList<Event>>(journal.Events)!;

    /// <summary>The apps that a batch has events of; none where they cannot be read.</summary>
    public static HashSet<Guid> TryReadApps(JournalRow journal)
    {
        try
        {
            return [.. Read(journal).Select(happened => happened.AppId)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>The id of one of a batch's events, made of its place: as old as the batch, and nobody has to keep it.</summary>
    /// <param name="number">From 0.</param>
    public static Id<EventRow> IdOf(Id<JournalRow> journal, int number)
    {
        Span<byte> place = stackalloc byte[20];
        journal.Value.TryWriteBytes(place, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(place[16..], number);
        Span<byte> id = stackalloc byte[32];
        SHA256.HashData(place, id);
        place[..TimeLength].CopyTo(id);
        return new(new Guid(id[..16], bigEndian: true));
    }

    /// <summary>The body as it is signed and sent, byte for byte the same every time.</summary>
    public static byte[] Write(
        PairwiseIds pairwise,
        Id<PartnerRow> partner,
        Id<EventRow> id,
        Event happened,
        DateTimeOffset at
    )
    {
        var data = new JsonObject { ["status"] = happened.Status };
        foreach (var subject in happened.Subjects)
        {
            data[subject.Field] = subject.Money is { } money
                ? new JsonObject { ["currency"] = money.Currency, ["amount"] = money.Amount }
                : subject.Text ?? pairwise.Format(partner, subject.IdPrefix!, subject.Id);
        }

        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["id"] = id.ToString(),
                ["type"] = happened.Type,
                ["created_at"] = at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"),
                ["api_version"] = ApiVersion,
                ["sequence"] = happened.Sequence,
                ["data"] = data,
            }
        );
    }
}
