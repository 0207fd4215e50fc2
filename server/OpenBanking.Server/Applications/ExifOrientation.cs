using System.Buffers.Binary;

namespace OpenBanking.Server.Applications;

/// <summary>How the camera was held, the one thing in Exif (JEITA CP-3451, tag 0x0112) that belongs to the picture: without it a
/// card lies on its side.</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;
    private const ushort ShortType = 3;
    private const int HeaderLength = 8;
    private const int EntryLength = 12;

    private static ReadOnlySpan<byte> Begin => "Exif\0\0"u8;

    /// <summary>1 to 8; 0 when a segment says nothing of it that can be read.</summary>
    public static ushort Read(ReadOnlySpan<byte> segment)
    {
        if (!segment.StartsWith(Begin) || segment.Length < Begin.Length + HeaderLength)
        {
            return 0;
        }

        var tiff = segment[Begin.Length..];
        var littleEndian = tiff.StartsWith("II*\0"u8);
        if (!littleEndian && !tiff.StartsWith("MM\0*"u8))
        {
            return 0;
        }

        var directory = ReadUInt32(tiff[4..], littleEndian);
        if (directory > tiff.Length - sizeof(ushort))
        {
            return 0;
        }

        var entries = tiff[((int)directory + sizeof(ushort))..];
        for (var left = ReadUInt16(tiff[(int)directory..], littleEndian); left > 0; left--)
        {
            if (entries.Length < EntryLength)
            {
                return 0;
            }

            if (ReadUInt16(entries, littleEndian) == Tag)
            {
                var value = ReadUInt16(entries[HeaderLength..], littleEndian);
                return ReadUInt16(entries[2..], littleEndian) == ShortType && value is >= 1 and <= 8
                    ? value
                    : (ushort)0;
            }

            entries = entries[EntryLength..];
        }

        return 0;
    }

    /// <summary>A segment that says this and nothing else; empty when the picture stands upright.</summary>
    public static byte[] Segment(ushort orientation) =>
        orientation <= 1
            ? []
            :
            [
                0xFF,
                0xE1,
                0,
                34,
                .. Begin,
                .. "MM\0*"u8,
                // The directory begins after the header, and has one entry.
                0,
                0,
                0,
                HeaderLength,
                0,
                1,
                Tag >> 8,
                Tag & 0xFF,
                0,
                (byte)ShortType,
                0,
                0,
                0,
                1,
                0,
                (byte)orientation,
                0,
                0,
                // No other directory follows.
                0,
                0,
                0,
                0,
            ];

    private static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
            : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool littleEndian) =>
        littleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes)
            : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
