using System.Runtime.CompilerServices;
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
    /// <param name="idName">What the caller calls the id.</param>
    public static ApiCall Get(
        string route,
        string? id = null,
        [CallerArgumentExpression(nameof(id))] string? idName = null
    ) => new(HttpMethod.Get, route, Repeatable: true) { Path = Fill(route, id, idName) };

    public static ApiCall Delete(
        string route,
        string id,
        [CallerArgumentExpression(nameof(id))] string? idName = null
    ) => new(HttpMethod.Delete, route, Repeatable: true) { Path = Fill(route, id, idName) };

    /// <summary>Moves money or issues value; safe to repeat, by its key. An id goes into the route's
    /// <c>{id}</c>.</summary>
    public static ApiCall Money<T>(
        string route,
        T body,
        JsonTypeInfo<T> type,
        IdempotencyKey key,
        string? id = null,
        [CallerArgumentExpression(nameof(body))] string? bodyName = null,
        [CallerArgumentExpression(nameof(key))] string? keyName = null,
        [CallerArgumentExpression(nameof(id))] string? idName = null
    ) =>
        new(HttpMethod.Post, route, Repeatable: true)
        {
            Path = Fill(route, id, idName),
            Body = Serialize(body, type, bodyName),
            Key = RequestCheck.TextOf(key, keyName),
        };

    /// <summary>Changes something, without a key: sent again only when nothing can have come of it.</summary>
    public static ApiCall Post(
        string route,
        string? id = null,
        byte[]? body = null,
        [CallerArgumentExpression(nameof(id))] string? idName = null
    ) => new(HttpMethod.Post, route, Repeatable: false) { Path = Fill(route, id, idName), Body = body };

    /// <exception cref="ArgumentException">Something required is missing or blank.</exception>
    public static byte[] Serialize<T>(
        T body,
        JsonTypeInfo<T> type,
        [CallerArgumentExpression(nameof(body))] string? bodyName = null
    )
    {
        RequestCheck.Check(body, type, bodyName!);
        return JsonSerializer.SerializeToUtf8Bytes(body, type);
    }

    /// <exception cref="ArgumentException">The route needs an id, and there is none.</exception>
    public static string Fill(string route, string? id, string? idName) =>
        route.Contains("{id}", StringComparison.Ordinal)
            ? route.Replace("{id}", Addresses.Segment(id!, idName!), StringComparison.Ordinal)
            : route;
}
