using System.IO.Compression;

namespace OpenBanking.Server.Applications;

/// <summary>The compressed data of a PNG file: unpacked to be counted, and never kept.</summary>
internal static class PngData
{
    /// <summary>The most that is unpacked for one picture: four octets for each of the most pixels.</summary>
    public const long MostUnpacked = 4 * ImageFiles.MostPixels;

    /// <summary>The first column and row of each pass of Adam7, and how far the next ones are (clause 8.2).</summary>
    private static readonly (int X, int Y, int StepX, int StepY)[] passes =
    [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];

    /// <summary>How many octets the picture has unpacked: each row after one that names its filter.</summary>
    public static long LengthOf(int width, int height, int depth, int colours, bool interlaced)
    {
        var bits =
            depth
            * colours switch
            {
                2 => 3,
                4 => 2,
                6 => 4,
                _ => 1,
            };
        return interlaced
            ? passes.Sum(pass =>
                Rows(Count(width, pass.X, pass.StepX), Count(height, pass.Y, pass.StepY), bits)
            )
            : Rows(width, height, bits);
    }

    /// <summary>Whether it unpacks to just so many octets, and nothing follows. No more than these, and a buffer, are
    /// unpacked.</summary>
    public static bool Unpacks(ReadOnlyMemory<byte> data, long length)
    {
        using var source = new Source(data);
        using var unpacked = new ZLibStream(source, CompressionMode.Decompress);
        var buffer = new byte[16 * 1024];
        try
        {
            var counted = 0L;
            while (counted <= length)
            {
                var read = unpacked.Read(buffer);
                if (read == 0)
                {
                    return counted == length && source.IsJustRead;
                }

                counted += read;
            }

            return false;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A pass without a column has no rows either.</summary>
    private static long Rows(long width, long height, int bits) =>
        width == 0 ? 0 : height * (1 + ((width * bits) + 7) / 8);

    private static long Count(int size, int first, int step) => ((long)size - first + step - 1) / step;

    /// <summary>Gives the last octet by itself: if the unpacker does not ask for it, something follows what it unpacks;
    /// and if it asks for more, its end is missing, of which it does not tell.</summary>
    private sealed class Source(ReadOnlyMemory<byte> data) : Stream
    {
        private int read;
        private bool isAskedForMore;

        public bool IsJustRead => read == data.Length && !isAskedForMore;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => read;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            var rest = data.Length - read;
            var count = Math.Min(buffer.Length, rest > 1 ? rest - 1 : rest);
            data.Span.Slice(read, count).CopyTo(buffer);
            read += count;
            isAskedForMore |= rest == 0;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
