using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenBanking.Tests.Http;

/// <summary>A value that a test plants, to look for it where it must not be.</summary>
/// <param name="Name">What it is, for the message.</param>
public sealed record PlantedValue(string Name, string Value)
{
    /// <summary>So short a number stands in others by chance: it is found where it stands by itself.</summary>
    private const int LongestOfChance = 6;

    private readonly Lazy<IReadOnlyList<byte[]>> encoded = new(() => [.. EncodedOf(Value)]);

    /// <summary>Whether it is there as it is, in UTF-16, in base64, in hexadecimal digits, or escaped for an address, for
    /// JSON or for a page.</summary>
    public bool IsIn(ReadOnlySpan<byte> bytes)
    {
        foreach (var form in encoded.Value)
        {
            if (bytes.IndexOf(form) >= 0)
            {
                return true;
            }
        }

        return IsPlainIn(bytes, Encoding.UTF8)
            || IsPlainIn(bytes, Encoding.Unicode)
            || IsPlainIn(bytes, Encoding.BigEndianUnicode);
    }

    public bool IsIn(string text) => IsIn(Encoding.UTF8.GetBytes(text));

    private bool IsPlainIn(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var (form, width) = (encoding.GetBytes(Value), encoding.GetByteCount("0"));
        for (var from = 0; bytes[from..].IndexOf(form) is >= 0 and var at; from += at + 1)
        {
            var before = bytes[..(from + at)];
            var after = bytes[(from + at + form.Length)..];
            if (
                Value.Length > LongestOfChance
                || !(
                    GoesOn(encoding.GetString(before[^Math.Min(width, before.Length)..]), ".")
                    || GoesOn(encoding.GetString(after[..Math.Min(width, after.Length)]), "")
                )
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether what stands beside it makes it a part of something longer, such as an id or the parts of a
    /// second.</summary>
    private static bool GoesOn(string beside, string more) =>
        beside is [var letter, ..] && (char.IsAsciiLetterOrDigit(letter) || more.Contains(letter));

    private static IEnumerable<byte[]> EncodedOf(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var hex = Convert.ToHexString(bytes);
        var address = Uri.EscapeDataString(value);
        string[] escaped =
        [
            address,
            address.ToLowerInvariant(),
            JsonEncodedText.Encode(value).ToString(),
            HtmlEncoder.Default.Encode(value),
        ];
        return escaped
            .Where(form => form != value)
            .Append(hex)
            .Append(hex.ToLowerInvariant())
            .Concat(Enumerable.Range(0, 3).SelectMany(before => Base64Of(bytes, before)))
            .Distinct()
            .Select(Encoding.ASCII.GetBytes);
    }

    /// <summary>What is in the base64 of every text that has it after so many other bytes, or so many and threes.</summary>
    private static string[] Base64Of(byte[] value, int before)
    {
        var whole = Convert.ToBase64String([.. new byte[before], .. value]);
        var (first, end) = (((before * 8) + 5) / 6, (before + value.Length) * 8 / 6);
        var form = whole[first..end];
        return [form, form.Replace('+', '-').Replace('/', '_')];
    }
}
