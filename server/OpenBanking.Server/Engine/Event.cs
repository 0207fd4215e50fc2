using System.Text.Json.Serialization;

namespace OpenBanking.Server.Engine;

/// <summary>A change of state that an app is told about. Written in the transaction of the change.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Type">Object and new state, such as <c>payment.captured</c>.</param>
/// <param name="Sequence">The version of the object after the change.</param>
/// <param name="Status">The object's new state.</param>
/// <param name="Subjects">The ids of what it is about.</param>
public sealed record Event(
    Guid AppId,
    string Type,
    long Sequence,
    string Status,
    params IReadOnlyList<EventSubject> Subjects
);

/// <summary>A field of an event: an id, written with its prefix when the event is sent, plain text, or money.</summary>
public sealed record EventSubject(string Field, string? IdPrefix, Guid Id, string? Text)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Money? Money { get; init; }

    public static EventSubject Of<T>(string field, Id<T> id)
        where T : IIdentified => new(field, T.IdPrefix, id.Value, null);

    public static EventSubject Of(string field, string text) => new(field, null, default, text);

    public static EventSubject Of(string field, Money money) =>
        new(field, null, default, null) { Money = money };
}
