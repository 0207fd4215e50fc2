using System.Text.Json;

namespace OpenBanking.Samples.Quickstart;

/// <summary>What the partner keeps between starts: who its app is at the bank, and the app's secrets. A real partner
/// keeps the key and the webhook secret in a secret store.</summary>
public sealed record PartnerCredentials(
    Uri Authority,
    string ClientId,
    string WebhookSecret,
    string MessagesUrl,
    string PersonsUrl
);

/// <summary>The folder that both samples read: <c>partner.json</c> and <c>key.pem</c>.</summary>
public sealed class PartnerFolder(string path)
{
    private string CredentialsFile => Path.Combine(path, "partner.json");

    private string KeyFile => Path.Combine(path, "key.pem");

    public ClientKey ReadOrCreateKey()
    {
        if (!File.Exists(KeyFile))
        {
            WriteSecret(KeyFile, ClientKey.CreateEs256().ToPem());
        }

        return ClientKey.FromPem(File.ReadAllText(KeyFile));
    }

    /// <summary>Null before the app was registered.</summary>
    public PartnerCredentials? Read() =>
        File.Exists(CredentialsFile)
            ? JsonSerializer.Deserialize<PartnerCredentials>(File.ReadAllText(CredentialsFile))
            : null;

    /// <summary>Written last: a registration that broke off half-way is begun again.</summary>
    public void Write(PartnerCredentials credentials) =>
        WriteSecret(CredentialsFile, JsonSerializer.Serialize(credentials));

    private void WriteSecret(string file, string text)
    {
        Directory.CreateDirectory(path);
        File.WriteAllText(file + ".new", text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(file + ".new", file, overwrite: true);
    }
}
