using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Http;

/// <summary>Holds a JSON document against the shape of a request, and names everything that is wrong with it.</summary>
public static partial class JsonShape
{
    public const string UnknownField = "unknown_field";

    /// <summary>How documents that others send are read.</summary>
    public static readonly JsonDocumentOptions Strict = new()
    {
        MaxDepth = ServerLimits.JsonDepth,
        AllowDuplicateProperties = false,
    };

    private const string InstantExpected =
        "An instant is expected, as RFC 3339 writes it: with date, time and offset, such as 2026-12-31T16:00:00Z.";

    private const string FenExpected =
        "A whole number of fen is expected, without quotes or a decimal point: 19.90 yuan are 1990.";

    /// <summary>The members of each shape by their names: there are as many shapes as requests have types.</summary>
    private static readonly ConcurrentDictionary<
        JsonTypeInfo,
        Dictionary<string, JsonPropertyInfo>
    > members = [];

    /// <summary>The most errors one answer names.</summary>
    private const int MostErrors = 20;

    /// <param name="discriminator">A member that names the shape itself, and so is no part of it.</param>
    public static List<ProblemError> Check(
        JsonElement document,
        JsonTypeInfo shape,
        string? discriminator = null
    )
    {
        var errors = new List<ProblemError>();
        Check(document, shape, "", errors, discriminator);
        return errors.Count > MostErrors ? errors[..MostErrors] : errors;
    }

    /// <summary>Told of a body in another encoding.</summary>
    public const string NoUtf8 = "The body is not in UTF-8.";

    /// <summary>Why a body is no document that is read with <see cref="Strict"/>.</summary>
    public static string WhatIsWrong(ReadOnlySpan<byte> bytes, JsonException failure) =>
        bytes.IsEmpty ? "The body is empty: send one JSON document in UTF-8."
        : bytes.StartsWith(Encoding.UTF8.Preamble)
            ? "The body begins with a byte order mark: send it without, in UTF-8."
        : failure.LineNumber is not { } line ? "A field is there twice in one object: send it once."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The body is no JSON from line {line + 1}, byte {failure.BytePositionInLine + 1} on: send one document in UTF-8, "
                + $"without comments or commas at ends, and nested at most {ServerLimits.JsonDepth} deep."
        );

    /// <summary>Where a value of the wrong type stands, as a JSON pointer.</summary>
    public static ProblemError WrongType(JsonException failure)
    {
        var path = (failure.Path ?? "$").TrimStart('$').Replace('.', '/').Replace("[", "/").Replace("]", "");
        return Error(
            path,
            "wrong_type",
            failure.InnerException is InvalidOperationException
                ? "The text holds half a surrogate pair, which is no text."
                : "The value has the wrong type, or is out of range."
        );
    }

    private static void Check(
        JsonElement value,
        JsonTypeInfo shape,
        string pointer,
        List<ProblemError> errors,
        string? discriminator = null
    )
    {
        if (shape.Kind == JsonTypeInfoKind.Enumerable)
        {
            CheckElements(value, shape, pointer, errors);
        }

        if (shape.Type == typeof(DateTimeOffset) && !IsInstant(value))
        {
            errors.Add(Error(pointer, "wrong_format", InstantExpected));
        }

        if (Expected(value, shape.Type) is { } expected)
        {
            errors.Add(Error(pointer, "wrong_type", expected));
        }

        if (shape.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            errors.Add(Error(pointer, "wrong_type", "An object is expected here."));
            return;
        }

        var known = members.GetOrAdd(
            shape,
            static read => read.Properties.ToDictionary(property => property.Name)
        );
        foreach (
            var member in value
                .EnumerateObject()
                .Where(member => member.Name != discriminator && errors.Count < MostErrors)
        )
        {
            CheckMember(member, known, shape, $"{pointer}/{Escape(member.Name)}", errors);
        }

        errors.AddRange(
            shape
                .Properties.Where(property =>
                    property.IsRequired && !value.TryGetProperty(property.Name, out _)
                )
                .Select(property =>
                    Error($"{pointer}/{property.Name}", "required", "This field is required.")
                )
        );
    }

    /// <summary>Elements are held against the shape that they name, where they have to name one.</summary>
    private static void CheckElements(
        JsonElement value,
        JsonTypeInfo shape,
        string pointer,
        List<ProblemError> errors
    )
    {
        var element = shape.Options.GetTypeInfo(shape.ElementType!);
        if (value.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var discriminator = element.PolymorphismOptions?.TypeDiscriminatorPropertyName;
        foreach (var (i, item) in value.EnumerateArray().Index().TakeWhile(_ => errors.Count < MostErrors))
        {
            var place = $"{pointer}/{i}";
            if (discriminator is null || item.ValueKind != JsonValueKind.Object)
            {
                Check(item, element, place, errors);
            }
            else if (ShapeOf(item, element) is { } named)
            {
                Check(item, named, place, errors, discriminator);
            }
            else
            {
                errors.Add(
                    Error(
                        $"{place}/{discriminator}",
                        item.TryGetProperty(discriminator, out _) ? "wrong_type" : "required",
                        $"One of {string.Join(", ", element.PolymorphismOptions!.DerivedTypes.Select(type => type.TypeDiscriminator))} "
                            + "is expected here."
                    )
                );
            }
        }
    }

    /// <summary>The shape that an element names; null when it names none that is known.</summary>
    private static JsonTypeInfo? ShapeOf(JsonElement item, JsonTypeInfo element)
    {
        var options = element.PolymorphismOptions!;
        var name = JsonText.Of(item, options.TypeDiscriminatorPropertyName);
        return
            options.DerivedTypes.FirstOrDefault(type =>
                type.TypeDiscriminator is string known && known == name
            )
                is { DerivedType: { } type }
            ? element.Options.GetTypeInfo(type)
            : null;
    }

    private static void CheckMember(
        JsonProperty member,
        Dictionary<string, JsonPropertyInfo> known,
        JsonTypeInfo shape,
        string pointer,
        List<ProblemError> errors
    )
    {
        if (!known.TryGetValue(member.Name, out var property))
        {
            errors.Add(
                Error(
                    pointer,
                    UnknownField,
                    known.Count == 0
                        ? "There is no such field; there are none here."
                        : $"There is no such field; known are: {string.Join(", ", known.Keys)}."
                )
            );
        }
        else if (member.Value.ValueKind == JsonValueKind.Null)
        {
            if (!property.IsSetNullable && !IsNullable(property.PropertyType))
            {
                errors.Add(Error(pointer, "required", "This field may not be null."));
            }
        }
        else if (
            shape.Type == typeof(Money)
            && property.PropertyType == typeof(long)
            && Expected(member.Value, property.PropertyType) is not null
        )
        {
            errors.Add(Error(pointer, "wrong_type", FenExpected));
        }
        else
        {
            Check(
                member.Value,
                shape.Options.GetTypeInfo(
                    Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
                ),
                pointer,
                errors
            );
        }
    }

    /// <summary>What is expected instead of a value of the wrong type; null where the type may be right.</summary>
    private static string? Expected(JsonElement value, Type type)
    {
        var kind = value.ValueKind;
        return type == typeof(string) && kind != JsonValueKind.String ? "A text is expected, in quotes."
            : type == typeof(bool) && kind is not (JsonValueKind.True or JsonValueKind.False)
                ? "true or false is expected, without quotes."
            : type == typeof(long) && !(kind == JsonValueKind.Number && value.TryGetInt64(out _))
            || type == typeof(int) && !(kind == JsonValueKind.Number && value.TryGetInt32(out _))
                ? "A whole number is expected, without quotes or a decimal point."
            : null;
    }

    /// <summary>RFC 3339 §5.6: a date alone, or a time without an offset, would be one of the server's own time zone. And one that
    /// the calendar has.</summary>
    private static bool IsInstant(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
        && Instant().IsMatch(value.GetString()!)
        && value.TryGetDateTimeOffset(out _);

    [GeneratedRegex(
        @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Instant();

    private static bool IsNullable(Type type) => Nullable.GetUnderlyingType(type) is not null;

    private static string Escape(string name) => name.Replace("~", "~0").Replace("/", "~1");

    private static ProblemError Error(string pointer, string code, string detail) =>
        new()
        {
            Pointer = pointer,
            Code = code,
            Detail = detail,
        };
}
