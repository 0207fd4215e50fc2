using System.Text.Json;

namespace OpenBanking.Samples.VideoMembership;

/// <summary>Who this app is at the bank: written by the quickstart when it registered the app.</summary>
public sealed record Partner(
    Uri Authority,
    string ClientId,
    string WebhookSecret,
    string? MessagesUrl,
    string? PersonsUrl
)
{
    public const string Section = "Partner:Folder";

    /// <exception cref="InvalidOperationException">The app is not registered yet.</exception>
    public static (Partner Partner, ClientKey Key, string Folder) Read(IConfiguration configuration)
    {
        var folder = configuration[Section] ?? "data/partner";
        var file = Path.Combine(folder, "partner.json");
        return File.Exists(file)
            ? (
                JsonSerializer.Deserialize<Partner>(File.ReadAllText(file))!,
                ClientKey.FromPem(File.ReadAllText(Path.Combine(folder, "key.pem"))),
                folder
            )
            : throw new InvalidOperationException(
                $"{file} is missing: start with ./run, which registers this app at the bank."
            );
    }
}
