using System.Buffers.Binary;

namespace OpenBanking.Server.Engine;

/// <summary>Sixteen bytes as twenty-six characters of Crockford's base32, in lower case: no i, l, o, u, and the
/// order of the text is the order of the bytes.</summary>
public static class Crockford
{
    public const int Length = 26;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string Encode(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(
            Length,
            number,
            static (text, rest) =>
            {
                for (var i = Length - 1; i >= 0; i--)
                {
                    text[i] = Alphabet[(int)(rest & 31)];
                    rest >>= 5;
                }
            }
        );
    }

    /// <summary>Only what <see cref="Encode"/> writes is read back: one id has one spelling.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out Guid value)
    {
        value = default;
        if (text.Length != Length || text[0] > '7')
        {
            return false;
        }

        UInt128 number = 0;
        foreach (var character in text)
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            number = (number << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        value = new Guid(bytes, bigEndian: true);
        return true;
    }
}
