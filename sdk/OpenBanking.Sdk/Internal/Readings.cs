using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>Where objects were read, and in which version: as long as the caller keeps them.</summary>
internal sealed class Readings
{
    private readonly ConditionalWeakTable<ResponseObject, Reading> readings = [];

    public void Keep<T>(T value, ApiCall call, JsonTypeInfo<T> type, string? version)
        where T : ResponseObject
    {
        var isPage = typeof(T).IsGenericType;
        if (version is not null && call.Method == HttpMethod.Get && !isPage)
        {
            readings.Add(value, new Reading(call with { KnownVersion = version }, type));
        }
    }

    /// <exception cref="ArgumentException">This client has not read it, or it is in a list.</exception>
    public (ApiCall Call, JsonTypeInfo<T> Type) Find<T>(T known)
        where T : ResponseObject =>
        readings.TryGetValue(known, out var reading)
            ? (reading.Call, (JsonTypeInfo<T>)reading.Type)
            : throw new ArgumentException(
                "Give what a method of this client that reads one object has returned: what came in a list or from a change "
                    + "is not known by its version. Read it by its id.",
                nameof(known)
            );

    private sealed record Reading(ApiCall Call, JsonTypeInfo Type);
}
