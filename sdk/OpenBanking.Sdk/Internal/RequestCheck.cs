using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>Finds in a request, before it is sent, what cannot have been meant: required text that is missing, blank text, half
/// characters, and structs that were never set. Whatever else is wrong the bank says, with its reasons.</summary>
internal static class RequestCheck
{
    // What to look at in the requests of a type, found once.
    private static readonly ConditionalWeakTable<JsonTypeInfo, JsonPropertyInfo[]> plans = [];

    /// <exception cref="ArgumentException">It names the property, and what to set.</exception>
    public static void Check<T>(T request, JsonTypeInfo<T> type, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(request, parameterName);
        if (FaultOf(request, type) is { } fault)
        {
            throw new ArgumentException(fault, parameterName);
        }
    }

    /// <summary>The key's text.</summary>
    /// <exception cref="ArgumentException">It is <c>default</c>.</exception>
    public static string TextOf(
        IdempotencyKey idempotencyKey,
        [CallerArgumentExpression(nameof(idempotencyKey))] string? parameterName = null
    ) =>
        idempotencyKey == default
            ? throw new ArgumentException(
                "A default IdempotencyKey names nothing: use IdempotencyKey.FromOrder or Parse.",
                parameterName
            )
            : idempotencyKey.Value;

    /// <summary>Text that may be left out, but is not blank.</summary>
    public static void NotBlank(
        string? text,
        [CallerArgumentExpression(nameof(text))] string? parameterName = null
    )
    {
        if (text is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(text, parameterName);
        }
    }

    private static string? FaultOf(object part, JsonTypeInfo type)
    {
        if (part is IEnumerable items)
        {
            return FaultOfItems(items, type.Options, "the list");
        }

        foreach (var property in plans.GetValue(type, static each => [.. each.Properties.Where(MayBeWrong)]))
        {
            if (FaultOf(property, property.Get!(part)) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Numbers and times are right whatever they are.</summary>
    private static bool MayBeWrong(JsonPropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return property.Get is not null
            && !property.IsExtensionData
            && !typeof(IFormattable).IsAssignableFrom(type)
            && type != typeof(bool);
    }

    private static string? FaultOf(JsonPropertyInfo property, object? value) =>
        value switch
        {
            null => property.IsGetNullable ? null : $"Set {NameOf(property)}: it is null.",
            string text => !string.IsNullOrWhiteSpace(text)
                ? Texts.IsWhole(text)
                    ? null
                    : Texts.HalfCharacter(NameOf(property))
                : property.IsRequired || !property.IsGetNullable
                    ? $"Set {NameOf(property)}: it is empty or white space."
                    : $"Set {NameOf(property)}, or leave it out: it is empty or white space.",
            Money money => string.IsNullOrWhiteSpace(money.Currency)
                ? $"Set {NameOf(property)} with Money.Yuan or Money.Cny: it has no currency."
                : null,
            IEnumerable items => FaultOfItems(items, property.Options, NameOf(property)),
            ValueType plain => plain.ToString() is null
                ? $"Set {NameOf(property)} to one of the values of its type: it is default."
                : null,
            _ => FaultOf(value, property.Options.GetTypeInfo(value.GetType())),
        };

    private static string? FaultOfItems(IEnumerable items, JsonSerializerOptions options, string name)
    {
        foreach (var item in items)
        {
            var fault = item switch
            {
                null => $"Leave out of {name} what is null.",
                string text => string.IsNullOrWhiteSpace(text)
                    ? $"Leave out of {name} what is empty or white space."
                : Texts.IsWhole(text) ? null
                : Texts.HalfCharacter($"Text in {name}"),
                _ => FaultOf(item, options.GetTypeInfo(item.GetType())),
            };
            if (fault is not null)
            {
                return fault;
            }
        }

        return null;
    }

    private static string NameOf(JsonPropertyInfo property) =>
        $"{property.DeclaringType.Name}.{(property.AttributeProvider as MemberInfo)?.Name ?? property.Name}";
}
