using System.Text;

namespace OpenBanking.Internal;

/// <summary>Text that can be sent: of half a character, JSON would make another one unasked.</summary>
internal static class Texts
{
    /// <summary>Whether no surrogate is without its other half, as where text was cut within a character.</summary>
    public static bool IsWhole(string text)
    {
        var from = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        for (var rest = from < 0 ? default : text.AsSpan(from); rest.Length > 0; )
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var read) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            rest = rest[read..];
        }

        return true;
    }

    /// <summary>Whether it can stand in a header as it is, of which blanks would be a part.</summary>
    public static bool IsVisibleAscii(string text) => text.All(character => character is > ' ' and <= '~');

    /// <param name="what">What has it, at the beginning of a sentence.</param>
    public static string HalfCharacter(string what) =>
        $"{what} has half a character (a lone surrogate): cut text between characters.";
}
