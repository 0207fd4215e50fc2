using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>What the server sends. Fields this version does not know are kept, never an error.</summary>
public abstract record ResponseObject
{
    /// <summary>No country's: days and times as ISO 8601 has them.</summary>
    private static readonly CultureInfo printed = CreatePrinted();

    /// <summary>Fields of a newer server, by their wire names; null when there are none.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; set; }

    /// <summary>The HTTP answer this came in, when it came in one.</summary>
    [JsonIgnore]
    public ResponseInfo? Response { get; set; }

    /// <summary>Whether the other is of the same type, and of a newer server has the same fields. In which answer they came makes no
    /// difference: what was read twice is the same as long as it has not changed, but for lists, which are never the same.</summary>
    /// <param name="other">What to compare with.</param>
    /// <returns>Whether they are the same, as far as this type knows.</returns>
    public virtual bool Equals(ResponseObject? other) =>
        other is not null
        && EqualityContract == other.EqualityContract
        && HasSame(AdditionalFields, other.AdditionalFields);

    /// <summary>A hash of what is compared.</summary>
    /// <returns>The hash.</returns>
    public override int GetHashCode() => EqualityContract.GetHashCode();

    private static bool HasSame(
        IDictionary<string, JsonElement>? some,
        IDictionary<string, JsonElement>? others
    ) =>
        (some?.Count ?? 0) == (others?.Count ?? 0)
        && (
            some is null
            || others is null
            || some.All(field =>
                others.TryGetValue(field.Key, out var other) && field.Value.GetRawText() == other.GetRawText()
            )
        );

    /// <summary>The fields by name, the same whatever the culture of the app.</summary>
    public sealed override string ToString() => Describe();

    /// <summary>What <see cref="ToString"/> gives; less, where a field is a secret.</summary>
    private protected virtual string Describe()
    {
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = printed;
        try
        {
            var text = new StringBuilder(GetType().Name.Split('`')[0]).Append(" { ");
            return (PrintMembers(text) ? text.Append(' ') : text).Append('}').ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static CultureInfo CreatePrinted()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.ShortDatePattern = "yyyy-MM-dd";
        culture.DateTimeFormat.LongTimePattern = "HH:mm:ss";
        return culture;
    }

    /// <summary>What <c>ToString</c> shows before the fields: the answer, when it came in one.</summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (Response is not null)
        {
            builder.Append("Response = ").Append(Response);
        }

        return Response is not null;
    }
}

/// <summary>What an HTTP answer says beside its body.</summary>
/// <param name="RequestId">The server's name for the request, <c>req_…</c>: give it to the bank's support.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="IdempotencyReplayed">Whether the answer was given before, under the same idempotency key: it is as it was then, and what
/// has become of the thing since is read. After seven days it is the thing as it is now.</param>
public sealed record ResponseInfo(string RequestId, int Status, bool IdempotencyReplayed);

/// <summary>One page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
public sealed record Page<T> : ResponseObject
{
    /// <summary>The items of this page.</summary>
    public required IReadOnlyList<T> Data
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>Whether more items follow.</summary>
    public required bool HasMore { get; init; }

    /// <summary>What to send as <c>after</c> to get the next page; absent on the last one, except of events. Opaque.</summary>
    public string? NextCursor { get; init; }
}
