using System.Buffers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OpenBanking.Server.Authorization;

/// <summary>One part of a name.</summary>
/// <param name="Type">The attribute, as an object identifier.</param>
public readonly record struct NamePart(string Type, string Value);

/// <summary>
/// Names of subjects as RFC 4514 writes them, the last part first: <c>CN=Pay,O=Example Co.\, Ltd.,C=CN</c>. They are
/// compared part by part, so that nothing in a value passes for a part. What is neither compared nor registered: parts of
/// several attributes, and values that are no text.
/// </summary>
public static class DistinguishedNames
{
    private static readonly UTF8Encoding utf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private static readonly SearchValues<byte> escapable = SearchValues.Create("\"+,;<>\\#= "u8);
    private static readonly SearchValues<byte> forbidden = SearchValues.Create("\"+;<>\0"u8);

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
    public static IReadOnlyList<NamePart>? Parse(string text)
    {
        ReadOnlySpan<byte> rest = utf8.GetBytes(text);
        var parts = new List<NamePart>();
        while (true)
        {
            if (ReadPart(ref rest) is not { } part)
            {
                return null;
            }

            parts.Add(part);
            if (rest.IsEmpty)
            {
                return parts;
            }

            rest = rest[1..];
        }
    }

    /// <summary>The name in a certificate, in the order it is written.</summary>
    public static IReadOnlyList<NamePart>? Of(X500DistinguishedName name)
    {
        try
        {
            var parts = new List<NamePart>();
            foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: true))
            {
                if (part.HasMultipleElements || part.GetSingleElementValue() is not { } value)
                {
                    return null;
                }

                parts.Add(new(part.GetSingleElementType().Value!, value));
            }

            return parts;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Reads one part, up to the comma after it.</summary>
    private static NamePart? ReadPart(ref ReadOnlySpan<byte> rest)
    {
        var sign = rest.IndexOf((byte)'=');
        if (sign < 0 || TypeOf(utf8.GetString(rest[..sign]).Trim()) is not { } type)
        {
            return null;
        }

        rest = rest[(sign + 1)..].TrimStart((byte)' ');
        return rest is not [(byte)'#', ..] && ReadValue(ref rest) is { Length: > 0 } value
            ? new(type, value)
            : null;
    }

    private static string? TypeOf(string name) =>
        attributes.TryGetValue(name, out var known) ? known
        : name.Contains('.') && name.All(letter => char.IsAsciiDigit(letter) || letter == '.') ? name
        : null;

    /// <summary>Spaces at the end are no part of a value unless they are escaped.</summary>
    private static string? ReadValue(ref ReadOnlySpan<byte> rest)
    {
        var value = new List<byte>();
        var end = 0;
        while (rest is [not (byte)',', ..])
        {
            var escaped = rest[0] == '\\';
            if (escaped ? !ReadEscape(ref rest, value) : !ReadPlain(ref rest, value))
            {
                return null;
            }

            end = escaped || value[^1] != ' ' ? value.Count : end;
        }

        try
        {
            return utf8.GetString(value.ToArray(), 0, end);
        }
        catch (DecoderFallbackException)
        {
            return null;
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
