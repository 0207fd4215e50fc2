using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenBanking.Internal;

/// <summary>Signs compact JWS (RFC 7515 §3.1).</summary>
internal static class Jws
{
    // Nothing here goes into a page: "dpop+jwt" stays as the standard spells it.
    private static readonly JsonWriterOptions plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Signs what the callbacks write; <c>alg</c> is the key's own and is written here.</summary>
    public static string Sign(ClientKey key, Action<Utf8JsonWriter> header, Action<Utf8JsonWriter> payload) =>
        Sign(
            key,
            Encode(writer =>
            {
                writer.WriteString("alg", key.Algorithm);
                header(writer);
            }),
            payload
        );

    /// <summary>Signs what the callback writes under a header that is encoded already.</summary>
    public static string Sign(ClientKey key, string encodedHeader, Action<Utf8JsonWriter> payload)
    {
        var json = Write(payload);
        Span<byte> signed = new byte[
            encodedHeader.Length + 1 + Base64Url.GetEncodedLength(json.WrittenCount)
        ];
        var length = Encoding.ASCII.GetBytes(encodedHeader, signed);
        signed[length++] = (byte)'.';
        Base64Url.EncodeToUtf8(json.WrittenSpan, signed[length..]);
        return string.Concat(
            Encoding.ASCII.GetString(signed),
            ".",
            Base64Url.EncodeToString(key.Sign(signed))
        );
    }

    /// <summary>An object of these members, in base64url.</summary>
    public static string Encode(Action<Utf8JsonWriter> members) =>
        Base64Url.EncodeToString(Write(members).WrittenSpan);

    private static ArrayBufferWriter<byte> Write(Action<Utf8JsonWriter> members)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, plain);
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
        writer.Flush();
        return json;
    }
}
