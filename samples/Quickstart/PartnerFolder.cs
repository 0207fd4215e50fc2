using System.Text.Json;

namespace OpenBanking.Samples.Quickstart;

/// <summary>What the partner keeps between starts: who its app is at the bank, and the app's secrets. A real partner
/// keeps the key, the webhook secret and the initial access token in a secret store.</summary>
public sealed record PartnerCredentials(
    Uri Authority,
    Uri SampleApp,
    string ClientId,
    string WebhookSecret,
    string InitialAccessToken,
    string MessagesUrl,
    string PersonsUrl
);

/// <summary>The folder that both samples read: <c>partner.json</c> and <c>key.pem</c>.</summary>
public sealed class PartnerFolder(string path)
{
    private static readonly JsonSerializerOptions options = new()
    {
        RespectRequiredConstructorParameters = true,
    };

    private string CredentialsFile => Path.Combine(path, "partner.json");

    private string KeyFile => Path.Combine(path, "key.pem");

    private string PlayedFile => Path.Combine(path, "played.json");

    /// <summary>The app's key; a new one at the first start.</summary>
    /// <exception cref="StepFailedException">The file cannot be read.</exception>
    public ClientKey ReadOrCreateKey()
    {
        if (!File.Exists(KeyFile))
        {
            Write(KeyFile, ClientKey.CreateEs256().ToPem());
        }

        return Read(KeyFile, ClientKey.FromPem)!;
    }

    /// <summary>Null before the app was registered.</summary>
    /// <exception cref="StepFailedException">The file cannot be read.</exception>
    public PartnerCredentials? Read() => ReadJson<PartnerCredentials>(CredentialsFile);

    /// <summary>Written last: a registration that broke off half-way is begun again.</summary>
    public void Write(PartnerCredentials credentials) =>
        Write(CredentialsFile, JsonSerializer.Serialize(credentials));

    /// <summary>Who was played in this sandbox; nobody yet in a new one.</summary>
    /// <exception cref="StepFailedException">The file cannot be read.</exception>
    public PlayedPersons ReadPlayed(string personsUrl) =>
        ReadJson<PlayedPersons>(PlayedFile) is { } played && played.PersonsUrl == personsUrl
            ? played
            : new(personsUrl, [], []);

    /// <summary>Keeps who was played.</summary>
    public void Write(PlayedPersons played) => Write(PlayedFile, JsonSerializer.Serialize(played));

    private void Write(string file, string text)
    {
        PrivateFiles.CreateFolder(path);
        PrivateFiles.Write(file, text);
    }

    private static T? ReadJson<T>(string file)
        where T : class =>
        Read(
            file,
            text => JsonSerializer.Deserialize<T>(text, options) ?? throw new JsonException("It is null.")
        );

    private static T? Read<T>(string file, Func<string, T> parse)
        where T : class
    {
        try
        {
            return File.Exists(file) ? parse(File.ReadAllText(file)) : null;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw new StepFailedException(
                $"{file} is not as it was written, so the app's registration is lost. Begin anew with --reset."
            );
        }
    }
}
