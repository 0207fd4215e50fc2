using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;

namespace OpenBanking.Server.Pages;

/// <summary>The pages' style sheet, their icon and their scripts, from inside the server. Each is asked for by an address that
/// names its content, so that it is kept for good, and a new server's pages never run with an old one's.</summary>
public static class PageAssets
{
    private const string VersionParameter = "v";
    private const string Kept = "public, max-age=31536000, immutable";
    private const string KeptForAnHour = "public, max-age=3600";

    private static readonly EmbeddedFileProvider files = new(
        typeof(PageAssets).Assembly,
        "OpenBanking.Server.Pages.Assets"
    );

    private static readonly Dictionary<string, string> versions = files
        .GetDirectoryContents("")
        .ToDictionary(file => file.Name, VersionOf);

    /// <summary>Where a page finds a file of this name.</summary>
    public static string AddressOf(string name) => $"~/{name}?{VersionParameter}={versions[name]}";

    public static void UsePageAssets(this WebApplication app) =>
        app.UseStaticFiles(
            new StaticFileOptions
            {
                FileProvider = files,
                OnPrepareResponse = file =>
                    file.Context.Response.Headers.CacheControl = file
                        .Context.Request.Query[VersionParameter]
                        .ToString() switch
                    {
                        "" => KeptForAnHour,
                        var version when version == versions.GetValueOrDefault(file.File.Name) => Kept,
                        // While nodes are upgraded one after the other: what another one means is not this.
                        _ => "no-store",
                    },
            }
        );

    private static string VersionOf(IFileInfo file)
    {
        using var content = file.CreateReadStream();
        return Base64Url.EncodeToString(SHA256.HashData(content).AsSpan(0, 9));
    }
}
