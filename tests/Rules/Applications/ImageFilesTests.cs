using System.Text;
using OpenBanking.Server.Applications;

namespace OpenBanking.Tests.Rules.Applications;

public class ImageFilesTests
{
    private const string Secret = "39.9042N 116.4074E of somebody";

    [Fact]
    public void A_jpeg_is_kept_without_what_the_camera_and_others_added_but_for_how_it_was_held()
    {
        byte[] sent =
        [
            .. Pictures.Jpeg(
                1200,
                800,
                Pictures.Segment(0xE0, [.. "JFIF\0"u8, 1, 2, 0, 0, 1, 0, 1, 0, 0]),
                Pictures.Exif(6, Secret),
                Pictures.Segment(0xE2, [.. Encoding.ASCII.GetBytes(Secret)]),
                Pictures.Segment(0xFE, [.. Encoding.ASCII.GetBytes(Secret)])
            ),
            .. Encoding.ASCII.GetBytes("PK\u0003\u0004" + Secret),
        ];

        var (image, fault) = ImageFiles.Read(sent, ImageFiles.Jpeg);

        Assert.Equal(ImageFault.None, fault);
        Assert.Equal((ImageFiles.Jpeg, 1200, 800), (image!.MediaType, image.Width, image.Height));
        Assert.Equal([.. Pictures.Jpeg().Skip(2)], image.Content[(2 + 36)..]);
        Assert.Equal(6, ExifOrientation.Read(image.Content.AsSpan(6, 32)));
        Assert.Equal(image.Content, ImageFiles.Read(image.Content, ImageFiles.Jpeg).Image!.Content);
        Assert.DoesNotContain("1200", image.ToString());
    }

    [Fact]
    public void A_png_is_kept_without_its_texts_and_what_follows_it()
    {
        byte[] sent =
        [
            .. Pictures.Png(
                800,
                1200,
                Pictures.Chunk("tEXt", Encoding.ASCII.GetBytes(Secret)),
                Pictures.Chunk("eXIf", Encoding.ASCII.GetBytes(Secret))
            ),
            .. Encoding.ASCII.GetBytes("<script>" + Secret),
        ];

        var (image, fault) = ImageFiles.Read(sent, "IMAGE/PNG");

        Assert.Equal(ImageFault.None, fault);
        Assert.Equal((ImageFiles.Png, 800, 1200), (image!.MediaType, image.Width, image.Height));
        Assert.Equal(Pictures.Png(800, 1200), image.Content);
    }

    public static TheoryData<string, byte[], string, ImageFault> Refused =>
        new()
        {
            { "nothing", [], ImageFiles.Jpeg, ImageFault.Empty },
            { "too much", new byte[ImageFiles.MostBytes + 1], ImageFiles.Jpeg, ImageFault.TooLarge },
            { "a page", [.. "<!doctype html>"u8], ImageFiles.Jpeg, ImageFault.UnknownType },
            { "a GIF", [.. "GIF89a"u8], "image/gif", ImageFault.UnknownType },
            { "HEIC", [.. "\0\0\0\x18ftypheic"u8], "image/heic", ImageFault.UnknownType },
            { "a PNG called JPEG", Pictures.Png(), ImageFiles.Jpeg, ImageFault.OtherType },
            { "a JPEG called PNG", Pictures.Jpeg(), ImageFiles.Png, ImageFault.OtherType },
            { "a JPEG called nothing", Pictures.Jpeg(), null!, ImageFault.OtherType },
            { "a stamp", Pictures.Jpeg(599, 599), ImageFiles.Jpeg, ImageFault.TooSmall },
            { "a strip", Pictures.Jpeg(4000, 399), ImageFiles.Jpeg, ImageFault.TooSmall },
            { "a wall", Pictures.Jpeg(8_001, 8_000), ImageFiles.Jpeg, ImageFault.TooManyPixels },
            { "no height", Pictures.Jpeg(1200, 0), ImageFiles.Jpeg, ImageFault.Damaged },
            { "lossless", Replace(Pictures.Jpeg(), 0xC0, 0xC3), ImageFiles.Jpeg, ImageFault.UnknownType },
            {
                "two frames",
                Pictures.Jpeg(1200, 800, Pictures.Segment(0xC0, 8, 3, 0, 4, 0, 1, 1, 0x11, 0)),
                ImageFiles.Jpeg,
                ImageFault.Damaged
            },
            { "no tables", Replace(Pictures.Jpeg(), 0xC4, 0xE4), ImageFiles.Jpeg, ImageFault.Damaged },
            { "a scan of nothing", WithScan(0, 0, 63, 0), ImageFiles.Jpeg, ImageFault.Damaged },
            {
                "a scan of more than there is",
                WithScan(2, 1, 0, 2, 0, 0, 63, 0),
                ImageFiles.Jpeg,
                ImageFault.Damaged
            },
            { "a scan cut short", WithScan(1, 1), ImageFiles.Jpeg, ImageFault.Damaged },
            {
                "data that nothing can unpack",
                Pictures.Png(1200, 800, Pictures.Chunk("IDAT", [1, 2, 3])),
                ImageFiles.Png,
                ImageFault.Damaged
            },
            {
                "data in two places",
                Pictures.Png(1200, 800, Pictures.Chunk("IDAT", [0x78, 0x01]), Pictures.Chunk("tEXt", [1])),
                ImageFiles.Png,
                ImageFault.Damaged
            },
            {
                "half a colour",
                Pictures.Png(1200, 800, Pictures.Chunk("PLTE", [1, 2, 3, 4])),
                ImageFiles.Png,
                ImageFault.Damaged
            },
            {
                "a chunk nobody knows",
                Pictures.Png(1200, 800, Pictures.Chunk("EVIL", [])),
                ImageFiles.Png,
                ImageFault.Damaged
            },
            {
                "another checksum",
                Replace(Pictures.Png(), (byte)'I', (byte)'J'),
                ImageFiles.Png,
                ImageFault.Damaged
            },
        };

    public static TheoryData<byte, byte, byte> Forms
    {
        get
        {
            var forms = new TheoryData<byte, byte, byte>();
            foreach (
                var (colours, depths) in new (byte, byte[])[]
                {
                    (0, [1, 2, 4, 8, 16]),
                    (2, [8, 16]),
                    (3, [1, 2, 4, 8]),
                    (4, [8, 16]),
                    (6, [8, 16]),
                }
            )
            {
                foreach (var depth in depths)
                {
                    forms.Add(colours, depth, 0);
                    forms.Add(colours, depth, 1);
                }
            }

            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_picture_of_a_card_is_refused_with_its_fault(
        string what,
        byte[] file,
        string declared,
        ImageFault fault
    ) =>
        Assert.Equal(
            (null, fault, what),
            (ImageFiles.Read(file, declared).Image, ImageFiles.Read(file, declared).Fault, what)
        );

    [Fact]
    public void No_beginning_of_a_picture_is_one_and_no_octet_of_it_makes_reading_fail()
    {
        byte[] jpeg = Pictures.Jpeg(1200, 800, Pictures.Exif(3, Secret));
        byte[] png = Pictures.Png(600, 400);
        foreach (var (file, type) in new[] { (jpeg, ImageFiles.Jpeg), (png, ImageFiles.Png) })
        {
            for (var length = 0; length < file.Length; length++)
            {
                Assert.Null(ImageFiles.Read(file.AsSpan(0, length), type).Image);
            }

            for (var place = 0; place < file.Length; place++)
            {
                foreach (var octet in (byte[])[0x00, 0x7F, 0xFF, (byte)(file[place] ^ 1)])
                {
                    var (image, fault) = ImageFiles.Read(
                        [.. file[..place], octet, .. file[(place + 1)..]],
                        type
                    );
                    Assert.Equal(image is null, fault != ImageFault.None);
                }
            }
        }
    }

    /// <summary>Of 601 x 401, which no step of Adam7 divides; the lengths are counted pixel by pixel.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void A_png_is_taken_only_if_its_data_fills_it_and_nothing_follows(
        byte colours,
        byte depth,
        byte interlaced
    )
    {
        const int width = 601;
        const int height = 401;
        var length = Counted(
            width,
            height,
            depth
                * (
                    colours is 2 ? 3
                    : colours is 4 ? 2
                    : colours is 6 ? 4
                    : 1
                ),
            interlaced == 1
        );
        byte[] header = [.. Pictures.Big(width), .. Pictures.Big(height), depth, colours, 0, 0, interlaced];
        ImageFault Read(byte[] data) =>
            ImageFiles
                .Read(Pictures.Png(header, data, Pictures.Chunk("PLTE", [1, 2, 3])), ImageFiles.Png)
                .Fault;
        var data = Pictures.Packed(length);

        Assert.Equal(ImageFault.None, Read(data));
        Assert.Equal(ImageFault.Damaged, Read(Pictures.Packed(length - 1)));
        Assert.Equal(ImageFault.Damaged, Read(Pictures.Packed(length + 1)));
        Assert.Equal(ImageFault.Damaged, Read([.. data, 0]));
        Assert.Equal(ImageFault.Damaged, Read([.. data, .. data]));
        for (var cut = 1; cut <= 5; cut++)
        {
            Assert.Equal(ImageFault.Damaged, Read(data[..^cut]));
        }

        Assert.Equal(ImageFault.Damaged, Read([.. data[..^1], (byte)(data[^1] ^ 1)]));
    }

    [Fact]
    public void A_png_that_unpacks_to_more_than_its_size_is_given_up_and_a_huge_one_is_not_unpacked()
    {
        byte[] small = [.. Pictures.Big(600), .. Pictures.Big(400), 8, 0, 0, 0, 0];
        byte[] deep = [.. Pictures.Big(8_000), .. Pictures.Big(8_000), 16, 6, 0, 0, 0];
        byte[] wide = [.. Pictures.Big(int.MaxValue), .. Pictures.Big(int.MaxValue), 16, 6, 0, 0, 1];
        var bomb = Pictures.Packed(500_000_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = ImageFiles.Read(Pictures.Png(small, bomb), ImageFiles.Png).Fault;

        Assert.Equal(ImageFault.Damaged, fault);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30L * ImageFiles.MostBytes);
        Assert.Equal(
            ImageFault.TooManyPixels,
            ImageFiles.Read(Pictures.Png(deep, bomb), ImageFiles.Png).Fault
        );
        Assert.Equal(
            ImageFault.TooManyPixels,
            ImageFiles.Read(Pictures.Png(wide, bomb), ImageFiles.Png).Fault
        );
    }

    [Fact]
    public void No_octet_of_the_data_of_a_png_makes_reading_fail()
    {
        byte[] header = [.. Pictures.Big(600), .. Pictures.Big(400), 8, 0, 0, 0, 0];
        var data = Pictures.Packed(400 * 601);
        for (var place = 0; place < data.Length; place++)
        {
            foreach (var octet in (byte[])[0x00, 0x7F, 0xFF, (byte)(data[place] ^ 1)])
            {
                byte[] other = [.. data[..place], octet, .. data[(place + 1)..]];
                var (image, fault) = ImageFiles.Read(Pictures.Png(header, other), ImageFiles.Png);
                Assert.Equal(image is null, fault != ImageFault.None);
            }
        }
    }

    private static long Counted(int width, int height, int bits, bool interlaced)
    {
        // Which pass of Adam7 has a pixel (ISO/IEC 15948, clause 8.2).
        int[] pattern =
        [
            .. (int[])[1, 6, 4, 6, 2, 6, 4, 6],
            .. (int[])[7, 7, 7, 7, 7, 7, 7, 7],
            .. (int[])[5, 6, 5, 6, 5, 6, 5, 6],
            .. (int[])[7, 7, 7, 7, 7, 7, 7, 7],
            .. (int[])[3, 6, 4, 6, 3, 6, 4, 6],
            .. (int[])[7, 7, 7, 7, 7, 7, 7, 7],
            .. (int[])[5, 6, 5, 6, 5, 6, 5, 6],
            .. (int[])[7, 7, 7, 7, 7, 7, 7, 7],
        ];
        var length = 0L;
        for (var row = 0; row < height; row++)
        {
            var ofPasses = new int[8];
            for (var column = 0; column < width; column++)
            {
                ofPasses[interlaced ? pattern[(row % 8 * 8) + (column % 8)] : 0] += bits;
            }

            length += ofPasses.Where(count => count > 0).Sum(count => 1 + ((count + 7) / 8));
        }

        return length;
    }

    /// <summary>With a scan before the others.</summary>
    private static byte[] WithScan(params byte[] header)
    {
        var whole = Pictures.Jpeg();
        var scan = whole.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        return [.. whole[..scan], .. Pictures.Segment(0xDA, header), 0x12, .. whole[scan..]];
    }

    /// <summary>With the first octet after the signature that is one, another.</summary>
    private static byte[] Replace(byte[] file, byte one, byte other)
    {
        file[Array.IndexOf(file, one, 9)] = other;
        return file;
    }
}
