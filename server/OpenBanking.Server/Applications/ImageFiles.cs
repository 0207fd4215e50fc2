namespace OpenBanking.Server.Applications;

/// <summary>
/// Reads pictures that customers send. A file is what its content says, and is made anew of the parts that make the
/// picture: place, time, device, previews and whatever follows its end are not kept. No pixel is decoded.
/// </summary>
public static class ImageFiles
{
    public const string Jpeg = "image/jpeg";
    public const string Png = "image/png";

    /// <summary>What a phone's camera makes of a card, with room.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    /// <summary>The least that the longer and the shorter side must have.</summary>
    public const int LeastLonger = 600;
    public const int LeastShorter = 400;

    public const long MostPixels = 64_000_000;

    /// <param name="declaredType">What the sender calls it.</param>
    public static (IdentityImage? Image, ImageFault Fault) Read(ReadOnlySpan<byte> file, string? declaredType)
    {
        if (file.IsEmpty)
        {
            return (null, ImageFault.Empty);
        }

        if (file.Length > MostBytes)
        {
            return (null, ImageFault.TooLarge);
        }

        if (TypeOf(file) is not { } type)
        {
            return (null, ImageFault.UnknownType);
        }

        if (!type.Equals(declaredType, StringComparison.OrdinalIgnoreCase))
        {
            return (null, ImageFault.OtherType);
        }

        var (image, fault) = type == Jpeg ? JpegFile.Read(file) : PngFile.Read(file);
        return image is null ? (null, fault)
            : Measure(image.Width, image.Height) is var measured && measured != ImageFault.None
                ? (null, measured)
            : (image, ImageFault.None);
    }

    private static string? TypeOf(ReadOnlySpan<byte> file) =>
        file.StartsWith(JpegFile.Signature) ? Jpeg
        : file.StartsWith(PngFile.Signature) ? Png
        : null;

    internal static ImageFault Measure(int width, int height) =>
        Math.Max(width, height) < LeastLonger || Math.Min(width, height) < LeastShorter ? ImageFault.TooSmall
        : (long)width * height > MostPixels ? ImageFault.TooManyPixels
        : ImageFault.None;
}
