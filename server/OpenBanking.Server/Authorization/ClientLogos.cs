using System.Buffers.Text;
using System.Security.Cryptography;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// The logo of a registration (RFC 7591 §2, <c>logo_uri</c>), checked in this order: a <c>data:</c> address (RFC 2397) of a
/// PNG or JPEG file in base64 · its length · that the file is what it says · its pixels. It comes by value, as keys do: the
/// bank fetches nothing from where others say, and its pages show nothing from elsewhere.
/// </summary>
public static class ClientLogos
{
    private const int MostKilobytes = 32;
    private const int LeastPixels = 64;
    private const int MostPixels = 1024;
    private const string Scheme = "data:";
    private const string Encoding = ";base64,";

    private static readonly ImageLimits limits = new(
        MostKilobytes * 1024,
        LeastPixels,
        LeastPixels,
        MostPixels * MostPixels
    );

    public static OAuthFailure? Check(string? uri) =>
        uri is null || Read(uri) is not null
            ? null
            : new(
                400,
                "invalid_client_metadata",
                $"logo_uri must be the picture itself, PNG or JPEG, as data:image/png;base64, or data:image/jpeg;base64, and its bytes "
                    + $"in base64: of at most {MostKilobytes} KB, with {LeastPixels} to {MostPixels} pixels a side."
            );

    /// <summary>The logo that a checked registration has for an app.</summary>
    public static AppLogoRow? Of(Id<AppRow> app, ClientRegistrationRequest request) =>
        request.LogoUri is { } uri && Read(uri) is { } image
            ? new()
            {
                Id = app,
                MediaType = image.MediaType,
                Content = image.Content,
            }
            : null;

    public static string? UriOf(AppLogoRow? logo) =>
        logo is { Content.Length: > 0 }
            ? Scheme + logo.MediaType + Encoding + Convert.ToBase64String(logo.Content)
            : null;

    /// <summary>Names a logo in its address: another one has another.</summary>
    public static string DigestOf(byte[] content) =>
        Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 12));

    /// <summary>The picture, with nothing in it but what makes it; null when it is none that is taken.</summary>
    private static IdentityImage? Read(string uri)
    {
        var comma = uri.IndexOf(Encoding, StringComparison.OrdinalIgnoreCase);
        if (
            comma < 0
            || !uri.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            // What it says of its length holds before anything is made of it.
            || uri.Length - comma > (limits.MostBytes * 4 / 3) + Encoding.Length + 4
        )
        {
            return null;
        }

        var file = new byte[limits.MostBytes + 3];
        return
            Convert.TryFromBase64String(uri[(comma + Encoding.Length)..], file, out var length)
            && ImageFiles.Read(file.AsSpan(0, length), uri[Scheme.Length..comma], limits).Image is { } image
            && Math.Max(image.Width, image.Height) <= MostPixels
            ? image
            : null;
    }
}
