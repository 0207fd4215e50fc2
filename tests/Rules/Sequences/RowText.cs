using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Rows and replies as text, so that they can be compared wherever they were kept: an instant is the same in
/// every time zone.</summary>
internal static class RowText
{
    private static readonly JsonSerializerOptions options = new() { Converters = { new Instants() } };

    public static string Of(object? row) =>
        row is null ? "nothing" : JsonSerializer.Serialize(row, row.GetType(), options);

    private sealed class Instants : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) => reader.GetDateTimeOffset();

        public override void Write(
            Utf8JsonWriter writer,
            DateTimeOffset value,
            JsonSerializerOptions options
        ) => writer.WriteStringValue(value.ToUniversalTime());
    }
}
