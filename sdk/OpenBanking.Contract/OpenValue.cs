using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenBanking;

/// <summary>
/// A value from a list that may grow: text this version does not know yet is kept as it came, so that a newer
/// server never breaks an older client. Compare with the named members.
/// </summary>
/// <typeparam name="TSelf">The value type itself.</typeparam>
public interface IOpenValue<TSelf>
    where TSelf : struct, IOpenValue<TSelf>
{
    /// <summary>The text on the wire.</summary>
    string Value { get; }

    /// <summary>The value with this text, known or not.</summary>
    /// <param name="value">The text on the wire, such as <c>captured</c>.</param>
    /// <returns>The value that has this text; it equals the named member of the same text, if there is one.</returns>
    static abstract TSelf From(string value);
}

/// <summary>Reads and writes an <see cref="IOpenValue{TSelf}"/> as its text.</summary>
/// <typeparam name="T">The value type.</typeparam>
public sealed class OpenValueConverter<T> : JsonConverter<T>
    where T : struct, IOpenValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? T.From(reader.GetString()!)
            : throw new JsonException("A string is expected here.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
