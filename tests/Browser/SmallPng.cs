using System.Buffers.Binary;
using System.IO.Compression;

namespace OpenBanking.Tests.Browser;

/// <summary>Makes a screenshot small: the 256 colours that it has most of, in a palette, and the nearest of them for the
/// others.</summary>
internal static class SmallPng
{
    private const int MostColors = 256;
    private const int ColorTypeAt = 25;

    /// <param name="png">As Chromium writes it: eight bits for each of three or four colours, in rows.</param>
    public static byte[] From(byte[] png)
    {
        var width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16));
        var height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        var channels = png[ColorTypeAt] == 6 ? 4 : 3;
        var pixels = ColorsOf(Inflate(png), width, height, channels);
        var palette = pixels
            .CountBy(color => color)
            .OrderByDescending(color => color.Value)
            .Take(MostColors)
            .Select(color => color.Key)
            .ToArray();
        var known = palette.Select((color, index) => (color, index)).ToDictionary();
        var rows = new byte[height * (width + 1)];
        for (var at = 0; at < pixels.Length; at++)
        {
            if (!known.TryGetValue(pixels[at], out var index))
            {
                index = known[pixels[at]] = Nearest(palette, pixels[at]);
            }

            rows[(at / width * (width + 1)) + 1 + (at % width)] = (byte)index;
        }

        return
        [
            .. png[..8],
            .. Pictures.Chunk("IHDR", [.. png[16..24], 8, 3, 0, 0, 0]),
            .. Pictures.Chunk("PLTE", [.. palette.SelectMany(Channels)]),
            .. Pictures.Chunk("IDAT", Deflate(rows)),
            .. Pictures.Chunk("IEND", []),
        ];
    }

    private static byte[] Inflate(byte[] png)
    {
        using var data = new MemoryStream();
        for (var at = 8; at < png.Length; )
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                data.Write(png, at + 8, length);
            }

            at += length + 12;
        }

        data.Position = 0;
        using var rows = new MemoryStream();
        using var zip = new ZLibStream(data, CompressionMode.Decompress);
        zip.CopyTo(rows);
        return rows.ToArray();
    }

    /// <summary>Takes the rows' filters back (ISO/IEC 15948, clause 9).</summary>
    private static int[] ColorsOf(byte[] rows, int width, int height, int channels)
    {
        var stride = width * channels;
        var above = new byte[stride];
        var colors = new int[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = rows.AsSpan(y * (stride + 1), stride + 1);
            for (var x = 0; x < stride; x++)
            {
                var (left, corner) =
                    x < channels ? (0, 0) : ((int)row[x + 1 - channels], above[x - channels]);
                row[x + 1] += row[0] switch
                {
                    1 => (byte)left,
                    2 => above[x],
                    3 => (byte)((left + above[x]) / 2),
                    4 => Paeth(left, above[x], corner),
                    _ => 0,
                };
            }

            row[1..].CopyTo(above);
            for (var x = 0; x < width; x++)
            {
                colors[(y * width) + x] = BinaryPrimitives.ReadInt32BigEndian([
                    0,
                    .. above.AsSpan(x * channels, 3),
                ]);
            }
        }

        return colors;
    }

    private static byte Paeth(int left, int up, int corner)
    {
        var estimate = left + up - corner;
        var (toLeft, toUp, toCorner) = (
            Math.Abs(estimate - left),
            Math.Abs(estimate - up),
            Math.Abs(estimate - corner)
        );
        return (byte)(
            toLeft <= toUp && toLeft <= toCorner ? left
            : toUp <= toCorner ? up
            : corner
        );
    }

    private static int Nearest(int[] palette, int color)
    {
        var wanted = Channels(color);
        return Enumerable
            .Range(0, palette.Length)
            .MinBy(index =>
                Channels(palette[index]).Zip(wanted, (one, other) => (one - other) * (one - other)).Sum()
            );
    }

    private static byte[] Channels(int color) => [(byte)(color >> 16), (byte)(color >> 8), (byte)color];

    private static byte[] Deflate(byte[] rows)
    {
        using var data = new MemoryStream();
        using (var zip = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zip.Write(rows);
        }

        return data.ToArray();
    }
}
