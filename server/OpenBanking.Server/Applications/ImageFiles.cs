namespace OpenBanking.Server.Applications;

/// <summary>What a picture must be like.</summary>
/// <param name="MostBytes">The most that its file may have.</param>
/// <param name="LeastLonger">The least pixels of the longer side.</param>
/// <param name="LeastShorter">And of the shorter one.</param>
/// <param name="MostPixels">The most pixels that it may have.</param>
public sealed record ImageLimits(int MostBytes, int LeastLonger, int LeastShorter, long MostPixels)
{
    internal ImageFault FaultOf(int width, int height) =>
        Math.Max(width, height) < LeastLonger || Math.Min(width, height) < LeastShorter ? ImageFault.TooSmall
        : (long)width * height > MostPixels ? ImageFault.TooManyPixels
        : ImageFault.None;
}

/// <summary>
/// Reads pictures that others send. A file is what its content says, and is made anew of the parts that make the
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

    private static readonly ImageLimits ofCards = new(MostBytes, LeastLonger, LeastShorter, MostPixels);

    /// <summary>Reads a picture of an ID card.</summary>
    /// <param name="declaredType">What the sender calls it.</param>
    public static (IdentityImage? Image, ImageFault Fault) Read(
        ReadOnlySpan<byte> file,
        string? declaredType
    ) => Read(file, declaredType, ofCards);

    /// <param name="declaredType">What the sender calls it.</param>
    public static (IdentityImage? Image, ImageFault Fault) Read(
        ReadOnlySpan<byte> file,
        string? declaredType,
        ImageLimits limits
    )
    {
        if (file.IsEmpty)
        {
            return (null, ImageFault.Empty);
        }

        if (file.Length > limits.MostBytes)
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

        var (image, fault) = type == Jpeg ? JpegFile.Read(file) : PngFile.Read(file, limits);
        return image is null ? (null, fault)
            : limits.FaultOf(image.Width, image.Height) is var measured && measured != ImageFault.None
                ? (null, measured)
            : (image, ImageFault.None);
    }

    private static string? TypeOf(ReadOnlySpan<byte> file) =>
        file.StartsWith(JpegFile.Signature) ? Jpeg
        : file.StartsWith(PngFile.Signature) ? Png
        : null;
}
