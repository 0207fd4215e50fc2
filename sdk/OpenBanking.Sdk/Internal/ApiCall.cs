using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>A call of the API: where, as whom, and what is sent. The body is made once, so that every attempt
/// sends the same bytes.</summary>
internal sealed record ApiCall(HttpMethod Method, string Route, bool Repeatable)
    : Call(Method, Route, Repeatable)
{
    /// <summary>The path and query, with ids escaped.</summary>
    public required string Path { get; init; }

    /// <summary>Whose token it needs; null for the app's own.</summary>
    public string? CustomerId { get; init; }

    public byte[]? Body { get; init; }

    public string? Key { get; init; }

    /// <summary>The version the caller has already (<c>ETag</c>): only another one is sent.</summary>
    public string? KnownVersion { get; init; }

    /// <summary>Reads one object or a list.</summary>
    /// <param name="route">The route, with <c>{id}</c> in it when an id is given.</param>
    /// <param name="id">The id, when it is of one object.</param>
    public static ApiCall Get(string route, string? id = null) =>
        new(HttpMethod.Get, route, Repeatable: true) { Path = Fill(route, id) };

    public static ApiCall Delete(string route, string id) =>
        new(HttpMethod.Delete, route, Repeatable: true) { Path = Fill(route, id) };

    /// <summary>Moves money or issues value; safe to repeat, by its key. An id goes into the route's
    /// <c>{id}</c>.</summary>
    public static ApiCall Money<T>(
        string route,
        T body,
        JsonTypeInfo<T> type,
        IdempotencyKey key,
        string? id = null
    ) =>
        new(HttpMethod.Post, route, Repeatable: true)
        {
            Path = Fill(route, id),
            Body = Serialize(body, type),
            Key = key.Value,
        };

    /// <summary>Changes something, without a key: sent again only when it never got away.</summary>
    public static ApiCall Post(string route, string? id = null, byte[]? body = null) =>
        new(HttpMethod.Post, route, Repeatable: false) { Path = Fill(route, id), Body = body };

    public static byte[] Serialize<T>(T body, JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(body);
        return JsonSerializer.SerializeToUtf8Bytes(body, type);
    }

    /// <exception cref="ArgumentException">The route needs an id, and there is none.</exception>
    public static string Fill(string route, string? id) =>
        route.Contains("{id}", StringComparison.Ordinal)
            ? route.Replace("{id}", Addresses.Segment(id!, nameof(id)), StringComparison.Ordinal)
            : route;
}
