using System.Buffers;
using System.Buffers.Binary;

namespace OpenBanking.Server.Applications;

/// <summary>A PNG file (ISO/IEC 15948): every chunk has the checksum that it must have, and those that make the picture
/// are kept. Its data is unpacked to see that it fills the picture.</summary>
internal static class PngFile
{
    private const int HeaderLength = 13;
    private const int FrameLength = 12;

    private static readonly uint[] checksums = [.. Enumerable.Range(0, 256).Select(Checksum)];

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static (IdentityImage? Image, ImageFault Fault) Read(ReadOnlySpan<byte> file, ImageLimits limits)
    {
        var kept = new ArrayBufferWriter<byte>(file.Length);
        var data = new ArrayBufferWriter<byte>(file.Length);
        kept.Write(Signature);
        var rest = file[Signature.Length..];
        var header = ReadOnlySpan<byte>.Empty;
        var (hasPalette, hasData, dataEnded) = (false, false, false);
        while (TryReadChunk(rest, out var type, out var content))
        {
            var chunk = rest[..(content.Length + FrameLength)];
            rest = rest[chunk.Length..];
            if (header.IsEmpty != type.SequenceEqual("IHDR"u8))
            {
                return (null, ImageFault.Damaged);
            }

            if (header.IsEmpty)
            {
                header = content;
                if (!IsHeader(header))
                {
                    return (null, ImageFault.Damaged);
                }
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                kept.Write(chunk);
                return hasData && content.IsEmpty && (hasPalette || header[9] != 3)
                    ? Make(header, data.WrittenMemory, kept, limits)
                    : (null, ImageFault.Damaged);
            }

            var isData = type.SequenceEqual("IDAT"u8);
            var isPalette = type.SequenceEqual("PLTE"u8);
            if (
                (isData && (dataEnded || (!hasData && !IsCompressed(content))))
                || (
                    isPalette
                    && (hasData || hasPalette || content.Length is 0 or > 768 || content.Length % 3 != 0)
                )
            )
            {
                return (null, ImageFault.Damaged);
            }

            (hasData, hasPalette, dataEnded) = (
                hasData || isData,
                hasPalette || isPalette,
                hasData && !isData
            );
            if (isData)
            {
                data.Write(content);
            }

            if (isData || isPalette || type.SequenceEqual("IHDR"u8) || type.SequenceEqual("tRNS"u8))
            {
                kept.Write(chunk);
            }
            else if (char.IsAsciiLetterUpper((char)type[0]))
            {
                // The picture cannot be shown without it, and nobody knows it.
                return (null, ImageFault.Damaged);
            }
        }

        return (null, ImageFault.Damaged);
    }

    /// <summary>Only a picture whose size is allowed is unpacked.</summary>
    private static (IdentityImage? Image, ImageFault Fault) Make(
        ReadOnlySpan<byte> header,
        ReadOnlyMemory<byte> data,
        ArrayBufferWriter<byte> kept,
        ImageLimits limits
    )
    {
        var width = BinaryPrimitives.ReadInt32BigEndian(header);
        var height = BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        var fault = limits.FaultOf(width, height);
        if (fault != ImageFault.None)
        {
            return (null, fault);
        }

        var length = PngData.LengthOf(width, height, header[8], header[9], header[12] == 1);
        return length > PngData.MostUnpacked ? (null, ImageFault.TooManyPixels)
            : PngData.Unpacks(data, length)
                ? (new(ImageFiles.Png, width, height, kept.WrittenSpan.ToArray()), ImageFault.None)
            : (null, ImageFault.Damaged);
    }

    /// <summary>Whether it names a size, and a depth that goes with its colours (clause 11.2.2).</summary>
    private static bool IsHeader(ReadOnlySpan<byte> header) =>
        header.Length == HeaderLength
        && BinaryPrimitives.ReadInt32BigEndian(header) > 0
        && BinaryPrimitives.ReadInt32BigEndian(header[4..]) > 0
        && (header[9], header[8])
            is
                (0, 1 or 2 or 4 or 8 or 16)
                or
                (3, 1 or 2 or 4 or 8)
                or
                (2 or 4 or 6, 8 or 16)
        && header[10] == 0
        && header[11] == 0
        && header[12] is 0 or 1;

    /// <summary>Whether it begins as compressed data must (RFC 1950, 2.2): deflated, without a dictionary.</summary>
    private static bool IsCompressed(ReadOnlySpan<byte> data) =>
        data.Length >= 2
        && (data[0] & 0x0F) == 8
        && BinaryPrimitives.ReadUInt16BigEndian(data) % 31 == 0
        && (data[1] & 0x20) == 0;

    private static bool TryReadChunk(
        ReadOnlySpan<byte> rest,
        out ReadOnlySpan<byte> type,
        out ReadOnlySpan<byte> content
    )
    {
        type = default;
        content = default;
        if (rest.Length < FrameLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - FrameLength)
        {
            return false;
        }

        type = rest.Slice(4, 4);
        content = rest.Slice(8, (int)length);
        return ChecksumOf(rest.Slice(4, 4 + (int)length))
            == BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
    }

    /// <summary>The cyclic redundancy code of annex D.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var octet in bytes)
        {
            sum = checksums[(byte)(sum ^ octet)] ^ (sum >> 8);
        }

        return ~sum;
    }

    private static uint Checksum(int octet)
    {
        var sum = (uint)octet;
        for (var bit = 0; bit < 8; bit++)
        {
            sum = (sum & 1) == 1 ? 0xEDB88320 ^ (sum >> 1) : sum >> 1;
        }

        return sum;
    }
}
