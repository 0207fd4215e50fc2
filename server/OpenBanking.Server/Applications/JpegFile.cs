using System.Buffers;
using System.Buffers.Binary;

namespace OpenBanking.Server.Applications;

/// <summary>A JPEG file (ITU-T T.81, annex B): baseline, extended or progressive, in grey or colour, with eight bits. Tables,
/// frame and scans are kept; of the application's segments the colours (Adobe) and how the camera was held (Exif).</summary>
internal ref struct JpegFile
{
    private const byte Marker = 0xFF;
    private const byte Start = 0xD8;
    private const byte End = 0xD9;
    private const byte Scan = 0xDA;
    private const byte ExifSegment = 0xE1;
    private const byte AdobeSegment = 0xEE;
    private const int AdobeLength = 12;
    private const int FrameHeaderLength = 6;

    private readonly ReadOnlySpan<byte> file;
    private readonly ArrayBufferWriter<byte> kept;
    private int position;
    private int width;
    private int height;
    private int scans;
    private ushort orientation;
    private bool hasQuantization;
    private bool hasCoding;
    private int components;

    private JpegFile(ReadOnlySpan<byte> file)
    {
        this.file = file;
        kept = new(file.Length);
        position = 2;
    }

    public static ReadOnlySpan<byte> Signature => [Marker, Start, Marker];

    public static (IdentityImage? Image, ImageFault Fault) Read(ReadOnlySpan<byte> file)
    {
        var reader = new JpegFile(file);
        var fault = reader.ReadSegments();
        return fault == ImageFault.None
            ? (new(ImageFiles.Jpeg, reader.width, reader.height, reader.Make()), fault)
            : (null, fault);
    }

    private ImageFault ReadSegments()
    {
        while (NextMarker() is { } marker)
        {
            if (marker == End)
            {
                return scans > 0 ? ImageFault.None : ImageFault.Damaged;
            }

            if (!TryReadSegment(out var content))
            {
                return ImageFault.Damaged;
            }

            var fault = Take(marker, content);
            if (fault != ImageFault.None)
            {
                return fault;
            }
        }

        return ImageFault.Damaged;
    }

    private ImageFault Take(byte marker, ReadOnlySpan<byte> content)
    {
        switch (marker)
        {
            case 0xC0 or 0xC1 or 0xC2:
                Keep(marker, content);
                return ReadFrame(content);
            // Tables for quantization and entropy coding, and the restart interval.
            case 0xDB or 0xC4 or 0xDD:
                Keep(marker, content);
                hasQuantization |= marker == 0xDB && content.Length > 64;
                hasCoding |= marker == 0xC4 && content.Length > 16;
                return ImageFault.None;
            case Scan when IsScanHeader(content):
                Keep(marker, content);
                return ReadScan();
            case ExifSegment:
                orientation = orientation == 0 ? ExifOrientation.Read(content) : orientation;
                return ImageFault.None;
            case AdobeSegment when content.Length == AdobeLength && content.StartsWith("Adobe"u8):
                Keep(marker, content);
                return ImageFault.None;
            case >= 0xE0 and <= 0xEF or 0xFE:
                return ImageFault.None;
            // Lossless, hierarchical and arithmetic coding.
            case >= 0xC3 and <= 0xCF:
                return ImageFault.UnknownType;
            default:
                return ImageFault.Damaged;
        }
    }

    private ImageFault ReadFrame(ReadOnlySpan<byte> content)
    {
        if (
            width > 0
            || content.Length < FrameHeaderLength
            || content.Length != FrameHeaderLength + (3 * content[5])
        )
        {
            return ImageFault.Damaged;
        }

        components = content[5];
        height = BinaryPrimitives.ReadUInt16BigEndian(content[1..]);
        width = BinaryPrimitives.ReadUInt16BigEndian(content[3..]);
        return content[0] != 8 || content[5] is not (1 or 3) ? ImageFault.UnknownType
            : width == 0 || height == 0 ? ImageFault.Damaged
            : ImageFault.None;
    }

    /// <summary>Whether it names components of the frame (clause B.2.3), with the tables there that they need.</summary>
    private readonly bool IsScanHeader(ReadOnlySpan<byte> content) =>
        hasQuantization
        && hasCoding
        && content.Length > 0
        && content[0] >= 1
        && content[0] <= components
        && content.Length == 4 + (2 * content[0]);

    /// <summary>What is coded follows the header of a scan, up to the next marker that is no restart.</summary>
    private ImageFault ReadScan()
    {
        var begin = position;
        while (true)
        {
            var found = file[position..].IndexOf(Marker);
            if (found < 0 || position + found + 1 >= file.Length)
            {
                return ImageFault.Damaged;
            }

            position += found;
            if (file[position + 1] is not (0 or Marker or (>= 0xD0 and <= 0xD7)))
            {
                break;
            }

            position += file[position + 1] == Marker ? 1 : 2;
        }

        kept.Write(file[begin..position]);
        scans++;
        return width > 0 && position > begin ? ImageFault.None : ImageFault.Damaged;
    }

    /// <summary>The code of the next marker; null when there is none where one must be.</summary>
    private byte? NextMarker()
    {
        if (position >= file.Length || file[position] != Marker)
        {
            return null;
        }

        // Any number of fill bytes may come before it.
        while (position < file.Length && file[position] == Marker)
        {
            position++;
        }

        return position < file.Length ? file[position++] : null;
    }

    private bool TryReadSegment(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (file.Length - position < sizeof(ushort))
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(file[position..]);
        if (length < sizeof(ushort) || length > file.Length - position)
        {
            return false;
        }

        content = file.Slice(position + sizeof(ushort), length - sizeof(ushort));
        position += length;
        return true;
    }

    private readonly void Keep(byte marker, ReadOnlySpan<byte> content)
    {
        kept.Write([Marker, marker]);
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(content.Length + sizeof(ushort)));
        kept.Write(length);
        kept.Write(content);
    }

    private readonly byte[] Make() =>
        [Marker, Start, .. ExifOrientation.Segment(orientation), .. kept.WrittenSpan, Marker, End];
}
