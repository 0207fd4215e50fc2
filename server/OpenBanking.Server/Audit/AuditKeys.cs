using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Where the chain stood, as a head says it.</summary>
public sealed record AuditHead(long Position, byte[] Hash);

/// <summary>The keys that heads are signed with (ES256), used for nothing else. The newest signs. Public keys are never
/// taken from the store as they are: they are made of the sealed private ones, which nobody can put there without the
/// master key.</summary>
public sealed class AuditKeys(Store store, Engine.Engine engine, Vault vault, TimeProvider time)
{
    private const string HeadType = "audit-head+jwt";

    /// <summary>Signs a head with the newest key, making the first one.</summary>
    public async Task<string> SignAsync(AuditHead head, DateTimeOffset now)
    {
        var row = await store.FirstAsync(
            AuditTables.Keys,
            World.Live,
            $"ORDER BY created_at DESC, key_id LIMIT {1}"
        );
        row ??= await CreateAsync();
        using var key = Open(row);
        var header = Encoding.UTF8.GetBytes(
            $$"""{"alg":"{{PublicKey.Es256}}","typ":"{{HeadType}}","kid":"{{row.KeyId}}"}"""
        );
        var payload = Encoding.UTF8.GetBytes(
            $$"""{"position":{{head.Position}},"hash":"{{Base64Url.EncodeToString(
                head.Hash
            )}}","iat":{{now.ToUnixTimeSeconds()}}}"""
        );
        var input = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(input),
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        );
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>The public keys, by their ids.</summary>
    /// <exception cref="CryptographicException">A key was not sealed by this server.</exception>
    public async Task<IReadOnlyList<PublicKey>> ListAsync()
    {
        var rows = await store.ListAsync(AuditTables.Keys, World.Live, $"ORDER BY created_at");
        var keys = new List<PublicKey>();
        foreach (var row in rows)
        {
            using var key = Open(row);
            keys.Add(SigningKey.PublicOf(key, row.KeyId)!);
        }

        return keys;
    }

    /// <summary>What a head says; null unless one of the keys has signed it.</summary>
    public static AuditHead? Read(string text, IReadOnlyList<PublicKey> keys) =>
        Jws.TryParse(text) is { Type: HeadType } head
        && keys.FirstOrDefault(key => key.KeyId == head.KeyId) is { } key
        && head.IsSignedBy(key)
        && head.Text("hash") is { } hash
            ? new(head.Payload.GetProperty("position").GetInt64(), Base64Url.DecodeFromChars(hash))
            : null;

    private async Task<AuditKeyRow> CreateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = SigningKey.PublicOf(key)!.Thumbprint;
        var row = new AuditKeyRow
        {
            KeyId = id,
            PrivateKey = vault.Seal(key.ExportPkcs8PrivateKey(), RowIdOf(id)),
            CreatedAt = time.GetUtcNow(),
        };
        await engine.SubmitAsync(new KeepAuditKey(row.CreatedAt, row));
        return row;
    }

    private ECDsa Open(AuditKeyRow row)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(vault.Open(row.PrivateKey, RowIdOf(row.KeyId)), out _);
        return key;
    }

    /// <summary>Words of its own, so that no sealed key of another purpose opens here.</summary>
    internal static Guid RowIdOf(string keyId) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes("audit key " + keyId)).AsSpan(0, 16), bigEndian: true);
}
