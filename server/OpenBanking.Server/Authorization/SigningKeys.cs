using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>What the server signs with, section <c>Authorization</c> of the configuration.</summary>
public sealed record SigningOptions : ISettings
{
    public static string Section => "Authorization";

    /// <summary><c>ES256</c>, or <c>PS256</c> for partners whose libraries know no other.</summary>
    public string SigningAlgorithm { get; init; } = PublicKey.Es256;

    /// <exception cref="WrongSettingException">The profile knows no such algorithm.</exception>
    public void Check()
    {
        if (SigningAlgorithm is not (PublicKey.Es256 or PublicKey.Ps256))
        {
            throw new WrongSettingException(
                $"Authorization:SigningAlgorithm: {SigningAlgorithm} is not ES256 or PS256."
            );
        }
    }
}

/// <summary>The keys that tokens are signed with, each for one purpose. Which one signs, and which are published, goes by
/// the clock; <see cref="RefreshAsync"/> makes the next one in time and learns of those that other nodes made.</summary>
public sealed class SigningKeys(
    Store store,
    Engine.Engine engine,
    Vault vault,
    TimeProvider time,
    SigningOptions options,
    ILogger<SigningKeys>? log = null
)
{
    private static readonly KeyPurpose[] rotated =
    [
        KeyPurpose.AccessTokens,
        KeyPurpose.IdTokens,
        KeyPurpose.Encryption,
    ];

    private volatile IReadOnlyList<Loaded>? loaded;
    private volatile IReadOnlyList<RotatingKeyRow> unopened = [];

    /// <summary>Loads the keys, making the first ones on a new store, and the next ones where another algorithm was in force meanwhile.
    /// Called once, before requests are served.</summary>
    public async Task LoadAsync()
    {
        var rows = await ListAsync();
        if (rows is [])
        {
            await AdoptAsync();
        }

        var now = time.GetUtcNow();
        foreach (var purpose in rotated)
        {
            if (KeyRules.CameBack(Of(rows, purpose), AlgorithmOf(purpose), now))
            {
                var line = Line(rows, purpose);
                var begins = now + AuthorizationServerOptions.KeySpread;
                await AddAsync(purpose, line, begins, line, compromised: false);
            }
        }

        await RefreshAsync();
    }

    /// <summary>Makes the keys whose time has come to be announced, ends those of an algorithm before, and reads those there are.</summary>
    public async Task RefreshAsync()
    {
        var now = time.GetUtcNow();
        var rows = await ListAsync();
        // Known before anything else is tried, so that a key which has an end by now is not believed on.
        loaded = await OpenAsync(rows);
        foreach (var purpose in rotated)
        {
            var line = Line(rows, purpose);
            if (KeyRules.NextBegins([.. line.Except(unopened)], now) is { } begins)
            {
                await AddAsync(purpose, line, begins, line, compromised: false);
            }
        }

        await EndOutlivedAsync(rows, now);
        loaded = await OpenAsync(await ListAsync());
    }

    /// <summary>Makes a new key of each purpose sign as soon as every node has it, without waiting for its day.</summary>
    /// <param name="compromised">Whether what was signed before, by whatever algorithm, is believed no longer from that moment
    /// on.</param>
    /// <exception cref="WrongSettingException">Another master key has sealed those before.</exception>
    public async Task RotateAsync(bool compromised)
    {
        var begins = time.GetUtcNow() + AuthorizationServerOptions.KeySpread;
        var rows = await ListAsync();
        await OpenAsync(rows);
        foreach (var purpose in rotated)
        {
            var line = Line(rows, purpose);
            await AddAsync(purpose, line, begins, compromised ? Of(rows, purpose) : line, compromised);
        }
    }

    /// <summary>All the keys there are, in the order of their lines.</summary>
    public async Task<IReadOnlyList<RotatingKeyRow>> ListAsync() =>
        await store.ListAsync(KeyTables.RotatingKeys, World.Live, $"ORDER BY purpose, algorithm, generation");

    /// <summary>What relying parties may believe: keys that sign, will sign or did so lately.</summary>
    public JsonWebKeySetDocument Published
    {
        get
        {
            var now = time.GetUtcNow();
            return new()
            {
                Keys =
                [
                    .. All.Where(key =>
                            key.Row.Purpose is KeyPurpose.AccessTokens or KeyPurpose.IdTokens
                            && !KeyRules.HasGone(key.Row, now)
                        )
                        .Select(key => key.Key.Document),
                ],
            };
        }
    }

    /// <summary>The key to encrypt to now. Those before it are read with as long as a key that signed is believed.</summary>
    public JsonWebKeySetDocument PublishedForEncryption =>
        new() { Keys = [EncryptionKey.Describe(Current(KeyPurpose.Encryption).Key)] };

    /// <summary>The key that something was encrypted to, if it is still read with.</summary>
    public EncryptionKey? FindEncryption(string keyId) =>
        All.FirstOrDefault(key => key.Row.Purpose == KeyPurpose.Encryption && key.Row.KeyId == keyId)
            is { } found
        && !KeyRules.HasGone(found.Row, time.GetUtcNow())
            ? new(vault.Open(found.Row.PrivateKey, RowIdOf(found.Row.KeyId)))
            : null;

    /// <summary>The key of this purpose with this id, if it is still believed.</summary>
    public PublicKey? Find(KeyPurpose purpose, string? keyId)
    {
        foreach (var key in All)
        {
            if (key.Row.Purpose == purpose && key.Row.KeyId == keyId)
            {
                return KeyRules.HasGone(key.Row, time.GetUtcNow()) ? null : key.Key.Public;
            }
        }

        return null;
    }

    /// <summary>Signs a payload in compact form.</summary>
    public string Sign(KeyPurpose purpose, string type, ReadOnlySpan<byte> payload) =>
        Current(purpose).Key.Sign(type, payload);

    private Loaded Current(KeyPurpose purpose)
    {
        var keys = All;
        var signer =
            KeyRules.Signer(Line([.. keys.Select(key => key.Row)], purpose), time.GetUtcNow())
            ?? throw new InvalidOperationException($"There is no key for {purpose} right now.");
        return keys.First(key => key.Row == signer);
    }

    private IReadOnlyList<Loaded> All =>
        loaded ?? throw new InvalidOperationException("The signing keys are not loaded yet.");

    private static List<RotatingKeyRow> Of(IReadOnlyList<RotatingKeyRow> rows, KeyPurpose purpose) =>
        [.. rows.Where(row => row.Purpose == purpose)];

    private List<RotatingKeyRow> Line(IReadOnlyList<RotatingKeyRow> rows, KeyPurpose purpose) =>
        [.. Of(rows, purpose).Where(row => row.Algorithm == AlgorithmOf(purpose))];

    private string AlgorithmOf(KeyPurpose purpose) =>
        purpose == KeyPurpose.Encryption ? Jwe.Algorithm : options.SigningAlgorithm;

    private async Task EndOutlivedAsync(IReadOnlyList<RotatingKeyRow> rows, DateTimeOffset now)
    {
        List<RotatingKeyKey> outlived =
        [
            .. rotated
                .SelectMany(purpose => KeyRules.Outlived(Of(rows, purpose), AlgorithmOf(purpose), now))
                .Select(row => row.Place),
        ];
        if (outlived.Count > 0)
        {
            await engine.SubmitAsync(new EndRotatingKeys(now, outlived));
        }
    }

    /// <param name="ends">The keys that go when it has come.</param>
    private async Task AddAsync(
        KeyPurpose purpose,
        List<RotatingKeyRow> line,
        DateTimeOffset begins,
        List<RotatingKeyRow> ends,
        bool compromised
    )
    {
        var now = time.GetUtcNow();
        var (key, privateKey) = SigningKey.Create(AlgorithmOf(purpose));
        await engine.SubmitAsync(
            new AddRotatingKey(
                now,
                NewRow(purpose, line.Count == 0 ? 1 : line[^1].Generation + 1, key.KeyId) with
                {
                    Algorithm = key.Algorithm,
                    PrivateKey = vault.Seal(privateKey, RowIdOf(key.KeyId)),
                    SignsFrom = begins,
                },
                [.. ends.Where(row => !KeyRules.HasGone(row, now)).Select(row => row.Place)],
                compromised
            )
        );
        CryptographicOperations.ZeroMemory(privateKey);
    }

    /// <summary>The key that a server before this one signed access tokens with goes first in line, so that its tokens
    /// stay good.</summary>
    private async Task AdoptAsync()
    {
        var newest = await store.FirstAsync(
            AuthorizationTables.SigningKeys,
            World.Live,
            $"ORDER BY created_at DESC"
        );
        if (newest is not null && newest.Algorithm == options.SigningAlgorithm)
        {
            var row = NewRow(KeyPurpose.AccessTokens, generation: 1, newest.KeyId) with
            {
                PrivateKey = newest.PrivateKey,
            };
            await engine.SubmitAsync(new AddRotatingKey(row.CreatedAt, row, [], Compromised: false));
        }
    }

    private RotatingKeyRow NewRow(KeyPurpose purpose, int generation, string keyId) =>
        new()
        {
            Purpose = purpose,
            Algorithm = options.SigningAlgorithm,
            Generation = generation,
            KeyId = keyId,
            PrivateKey = [],
            CreatedAt = time.GetUtcNow(),
            SignsFrom = time.GetUtcNow(),
        };

    /// <summary>Opens what opens: a key that another master key has sealed keeps no other from signing.</summary>
    /// <exception cref="WrongSettingException">This server has another master key than the store.</exception>
    private async Task<IReadOnlyList<Loaded>> OpenAsync(IReadOnlyList<RotatingKeyRow> rows)
    {
        var known = (loaded ?? []).ToDictionary(key => key.Row.KeyId, key => key.Key);
        var (opened, failed) = (new List<Loaded>(), new List<RotatingKeyRow>());
        foreach (var row in rows)
        {
            if ((known.GetValueOrDefault(row.KeyId) ?? Open(row)) is { } key)
            {
                opened.Add(new(row, key));
            }
            else
            {
                failed.Add(row);
            }
        }

        if (opened.Count == 0)
        {
            await MasterKeyFit.RequireAsync(store, vault);
        }

        foreach (var row in failed.ExceptBy(unopened.Select(row => row.KeyId), row => row.KeyId))
        {
            log?.LogError("The signing key {KeyId} does not open, and is left out", row.KeyId);
        }

        unopened = failed;
        return opened;
    }

    private SigningKey? Open(RotatingKeyRow row)
    {
        try
        {
            return SigningKey.Open(row.Algorithm, vault.Open(row.PrivateKey, RowIdOf(row.KeyId)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    internal static Guid RowIdOf(string keyId) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(keyId)).AsSpan(0, 16), bigEndian: true);

    private sealed record Loaded(RotatingKeyRow Row, SigningKey Key);
}
