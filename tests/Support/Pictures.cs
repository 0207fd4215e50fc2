using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace OpenBanking.Tests;

/// <summary>Pictures as cameras make them, part by part: grey, and as small as their size allows.</summary>
public static class Pictures
{
    /// <param name="segments">What a camera adds before the picture.</param>
    public static byte[] Jpeg(int width = 1200, int height = 800, params byte[][] segments) =>
        [
            0xFF,
            0xD8,
            .. segments.SelectMany(segment => segment),
            .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Segment(0xC0, [8, .. Big((ushort)height), .. Big((ushort)width), 1, 1, 0x11, 0]),
            .. Segment(0xC4, [0, 1, .. new byte[15], 0]),
            .. Segment(0xDA, [1, 1, 0, 0, 63, 0]),
            .. (byte[])[0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56],
            0xFF,
            0xD9,
        ];

    public static byte[] Segment(byte marker, params byte[] content) =>
        [0xFF, marker, .. Big((ushort)(content.Length + 2)), .. content];

    /// <summary>What a camera writes of itself, in the order of Intel: how it was held, and words of its own.</summary>
    public static byte[] Exif(ushort orientation, string words) =>
        Segment(
            0xE1,
            [
                .. "Exif\0\0II*\0"u8,
                .. (byte[])[8, 0, 0, 0, 2, 0],
                .. (byte[])[0x0F, 0x01, 2, 0, (byte)words.Length, 0, 0, 0, 38, 0, 0, 0],
                .. (byte[])[0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0],
                .. new byte[4],
                .. Encoding.UTF8.GetBytes(words),
            ]
        );

    public static byte[] Png(int width = 1200, int height = 800, params byte[][] chunks) =>
        Png([.. Big(width), .. Big(height), 8, 0, 0, 0, 0], Packed(height * (width + 1)), chunks);

    /// <param name="header">Width, height, depth, colours, and how it is packed, filtered and interlaced.</param>
    public static byte[] Png(byte[] header, byte[] data, params byte[][] chunks) =>
        [
            .. (byte[])[0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10],
            .. Chunk("IHDR", header),
            .. chunks.SelectMany(chunk => chunk),
            .. Chunk("IDAT", data),
            .. Chunk("IEND", []),
        ];

    /// <summary>So many octets of nothing, compressed.</summary>
    public static byte[] Packed(long length)
    {
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            var nothing = new byte[1024 * 1024];
            for (; length > 0; length -= nothing.Length)
            {
                zip.Write(nothing, 0, (int)Math.Min(length, nothing.Length));
            }
        }

        return data.ToArray();
    }

    public static byte[] Chunk(string type, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
        return [.. Big(content.Length), .. named, .. ChecksumOf(named)];
    }

    /// <summary>The one that gzip puts at its end, the other way round.</summary>
    private static byte[] ChecksumOf(byte[] bytes)
    {
        using var file = new MemoryStream();
        using (var zip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(bytes);
        }

        return [.. file.ToArray()[^8..^4].Reverse()];
    }

    private static byte[] Big(ushort number)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        return bytes;
    }

    public static byte[] Big(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
