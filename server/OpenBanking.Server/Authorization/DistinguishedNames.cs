using System.Buffers;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OpenBanking.Server.Authorization;

/// <summary>One attribute of a name.</summary>
/// <param name="Place">Which part it stands in, the last one being 0: a part may have several attributes.</param>
/// <param name="Type">The attribute, as an object identifier.</param>
public readonly record struct NamePart(int Place, string Type, string Value);

/// <summary>
/// Names of subjects as RFC 4514 writes them, the last part first: <c>CN=Pay,O=Example Co.\, Ltd.,C=CN</c>, a part of
/// several attributes as <c>CN=a+O=b</c>, and values also encoded: <c>2.5.4.97=#0c0161</c>. They are compared part by
/// part, so that nothing in a value passes for a part; values as the texts they are, however they are encoded; and the
/// attributes of a part in any order. What is neither compared nor registered: values that are no text.
/// </summary>
public static class DistinguishedNames
{
    private static readonly UTF8Encoding utf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private static readonly SearchValues<byte> escapable = SearchValues.Create("\"+,;<>\\#= "u8);
    private static readonly SearchValues<byte> forbidden = SearchValues.Create("\";<>\0"u8);
    private static readonly SearchValues<byte> ending = SearchValues.Create(",+"u8);

    private static readonly Dictionary<string, string> attributes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["CN"] = "2.5.4.3",
        ["SERIALNUMBER"] = "2.5.4.5",
        ["C"] = "2.5.4.6",
        ["L"] = "2.5.4.7",
        ["ST"] = "2.5.4.8",
        ["STREET"] = "2.5.4.9",
        ["O"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["businessCategory"] = "2.5.4.15",
        ["organizationIdentifier"] = "2.5.4.97",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["emailAddress"] = "1.2.840.113549.1.9.1",
    };

    /// <summary>Null for what is no such name.</summary>
    public static IReadOnlyList<NamePart>? Parse(string text) => Read(text).Name;

    /// <summary>The name, or what is wrong with the text.</summary>
    public static (IReadOnlyList<NamePart>? Name, string? Wrong) Read(string text)
    {
        try
        {
            ReadOnlySpan<byte> rest = utf8.GetBytes(text);
            var found = new List<NamePart>();
            var part = 0;
            while (true)
            {
                found.Add(ReadAttribute(ref rest, part));
                if (rest.IsEmpty)
                {
                    return (InOrder(found), null);
                }

                part += rest[0] == ',' ? 1 : 0;
                rest = rest[1..];
            }
        }
        catch (FormatException wrong)
        {
            return (null, wrong.Message);
        }
    }

    /// <summary>The name in a certificate, in the order it is written. Null when not all of its values are texts.</summary>
    public static IReadOnlyList<NamePart>? Of(X500DistinguishedName name)
    {
        try
        {
            var found = new List<NamePart>();
            var parts = new AsnReader(name.RawData, AsnEncodingRules.DER).ReadSequence();
            for (var part = 0; parts.HasData; part--)
            {
                var set = parts.ReadSetOf(skipSortOrderValidation: true);
                if (!set.HasData)
                {
                    return null;
                }

                while (set.HasData)
                {
                    var attribute = set.ReadSequence();
                    var type = attribute.ReadObjectIdentifier();
                    if (TextOf(attribute.ReadEncodedValue()) is not { } value)
                    {
                        return null;
                    }

                    found.Add(new(part, type, value));
                }
            }

            return InOrder([
                .. found.Select(attribute => attribute with { Place = attribute.Place - found[^1].Place }),
            ]);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static IReadOnlyList<NamePart> InOrder(List<NamePart> found) =>
        [
            .. found
                .OrderBy(attribute => attribute.Place)
                .ThenBy(attribute => attribute.Type, StringComparer.Ordinal)
                .ThenBy(attribute => attribute.Value, StringComparer.Ordinal),
        ];

    /// <summary>Reads one attribute, up to the comma or plus after it.</summary>
    private static NamePart ReadAttribute(ref ReadOnlySpan<byte> rest, int part)
    {
        var sign = rest.IndexOf((byte)'=');
        if (sign < 0)
        {
            throw new FormatException("each part needs a type, = and a value.");
        }

        var name = utf8.GetString(rest[..sign]).Trim();
        var type =
            TypeOf(name)
            ?? throw new FormatException(
                $"the type {name} is neither known here nor a number with dots, such as 2.5.4.97."
            );
        rest = rest[(sign + 1)..].TrimStart((byte)' ');
        var value = rest is [(byte)'#', ..] ? ReadEncoded(ref rest, name) : ReadValue(ref rest, name);
        return value.Length > 0
            ? new(part, type, value)
            : throw new FormatException($"the value of {name} is empty.");
    }

    private static string? TypeOf(string name) =>
        attributes.TryGetValue(name, out var known) ? known
        : IsNumber(name) ? name
        : null;

    /// <summary>RFC 4512 §1.4: without leading zeros; and one that can be encoded.</summary>
    private static bool IsNumber(string name)
    {
        if (!name.Split('.').All(arc => arc is "0" or [>= '1' and <= '9', ..] && arc.All(char.IsAsciiDigit)))
        {
            return false;
        }

        try
        {
            new AsnWriter(AsnEncodingRules.DER).WriteObjectIdentifier(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The octets of the value as it is encoded (RFC 4514 §2.4).</summary>
    private static string ReadEncoded(ref ReadOnlySpan<byte> rest, string name)
    {
        var end = rest.IndexOfAny(ending);
        var digits = rest[1..(end < 0 ? rest.Length : end)].TrimEnd((byte)' ');
        rest = end < 0 ? [] : rest[end..];
        var encoded = new byte[digits.Length / 2];
        return
            digits.Length % 2 == 0
            && Convert.FromHexString(digits, encoded, out _, out _) == OperationStatus.Done
            && TextOf(encoded) is { } text
            ? text
            : throw new FormatException(
                $"the value of {name} after # is no text in BER, in hexadecimal digits."
            );
    }

    /// <summary>Null for what is no text; NUL is in none.</summary>
    private static string? TextOf(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var reader = new AsnReader(encoded, AsnEncodingRules.BER);
            var tag = reader.PeekTag();
            var type = (UniversalTagNumber)tag.TagValue;
            if (
                tag.TagClass != TagClass.Universal
                || type
                    is not (
                        UniversalTagNumber.UTF8String
                        or UniversalTagNumber.PrintableString
                        or UniversalTagNumber.IA5String
                        or UniversalTagNumber.NumericString
                        or UniversalTagNumber.VisibleString
                        or UniversalTagNumber.BMPString
                        or UniversalTagNumber.T61String
                    )
            )
            {
                return null;
            }

            var text = reader.ReadCharacterString(type);
            return reader.HasData || text.Contains('\0') ? null : text;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Spaces at the end are no part of a value unless they are escaped.</summary>
    private static string ReadValue(ref ReadOnlySpan<byte> rest, string name)
    {
        var value = new List<byte>();
        var end = 0;
        while (!rest.IsEmpty && !ending.Contains(rest[0]))
        {
            var escaped = rest[0] == '\\';
            if (escaped ? !ReadEscape(ref rest, value) : !ReadPlain(ref rest, value))
            {
                throw new FormatException(
                    $"the value of {name} holds what must be escaped, or is escaped wrongly."
                );
            }

            end = escaped || value[^1] != ' ' ? value.Count : end;
        }

        try
        {
            return utf8.GetString(value.ToArray(), 0, end);
        }
        catch (DecoderFallbackException failure)
        {
            throw new FormatException($"the value of {name} is not escaped UTF-8.", failure);
        }
    }

    private static bool ReadPlain(ref ReadOnlySpan<byte> rest, List<byte> value)
    {
        value.Add(rest[0]);
        rest = rest[1..];
        return !forbidden.Contains(value[^1]);
    }

    /// <summary>A backslash and the character, or two hexadecimal digits for one byte of it.</summary>
    private static bool ReadEscape(ref ReadOnlySpan<byte> rest, List<byte> value)
    {
        if (rest.Length > 1 && escapable.Contains(rest[1]))
        {
            value.Add(rest[1]);
            rest = rest[2..];
            return true;
        }

        Span<byte> one = stackalloc byte[1];
        if (
            rest.Length < 3
            || Convert.FromHexString(rest[1..3], one, out _, out _) != OperationStatus.Done
            || one[0] == 0
        )
        {
            return false;
        }

        value.Add(one[0]);
        rest = rest[3..];
        return true;
    }
}
