using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Keeps a new signing key.</summary>
public sealed record KeepSigningKey(SigningKeyRow Key, DateTimeOffset Now)
    : Command<SigningKeyRow>(World.Live, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(AuthorizationTables.SigningKeys, new(Key.KeyId));

    public override Decision<SigningKeyRow> Decide(Book book) =>
        Decision.Accept(book.Insert(AuthorizationTables.SigningKeys, Key));
}

/// <summary>The keys that access and id tokens are signed with (ES256). The newest signs; all are published.</summary>
public sealed class SigningKeys(Store store, Engine.Engine engine, Vault vault, TimeProvider time)
{
    private readonly ConcurrentBag<ECDsa> signers = [];
    private volatile KeySet? loaded;

    /// <summary>Loads the keys, making the first one on a new store. Called once, before requests are served.</summary>
    public async Task LoadAsync()
    {
        var rows = await store.ListAsync(
            AuthorizationTables.SigningKeys,
            World.Live,
            $"ORDER BY created_at DESC"
        );
        loaded = Read(rows is [] ? [await CreateAsync()] : rows);
    }

    public JsonWebKeySetDocument Published => Loaded.Published;

    /// <summary>The published key with this id.</summary>
    public PublicKey? Find(string? keyId) => Loaded.Public.FirstOrDefault(key => key.KeyId == keyId);

    /// <summary>Signs a payload in compact form.</summary>
    public string Sign(string type, ReadOnlySpan<byte> payload)
    {
        var keys = Loaded;
        var header = Encoding.UTF8.GetBytes(
            $$"""{"alg":"ES256","typ":"{{type}}","kid":"{{keys.CurrentId}}"}"""
        );
        var input = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        var signer = signers.TryTake(out var idle) ? idle : ECDsa.Create(keys.Current);
        try
        {
            var signature = signer.SignData(
                Encoding.ASCII.GetBytes(input),
                HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation
            );
            return $"{input}.{Base64Url.EncodeToString(signature)}";
        }
        finally
        {
            signers.Add(signer);
        }
    }

    private KeySet Loaded =>
        loaded ?? throw new InvalidOperationException("The signing keys are not loaded yet.");

    private async Task<SigningKeyRow> CreateAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var id = PublicKey
            .Read(
                JsonSerializer.SerializeToElement(Publish(key, null), ResponseJson.Default.JsonWebKeyDocument)
            )!
            .Thumbprint;
        var row = new SigningKeyRow
        {
            KeyId = id,
            Algorithm = PublicKey.Es256,
            PrivateKey = vault.Seal(key.ExportPkcs8PrivateKey(), RowIdOf(id)),
            CreatedAt = time.GetUtcNow(),
        };
        await engine.SubmitAsync(new KeepSigningKey(row, row.CreatedAt));
        return row;
    }

    private KeySet Read(IReadOnlyList<SigningKeyRow> rows)
    {
        var documents = new List<JsonWebKeyDocument>();
        ECParameters? current = null;
        foreach (var row in rows)
        {
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(vault.Open(row.PrivateKey, RowIdOf(row.KeyId)), out _);
            current ??= key.ExportParameters(includePrivateParameters: true);
            documents.Add(Publish(key, row.KeyId));
        }

        return new(
            rows[0].KeyId,
            current!.Value,
            new() { Keys = documents },
            [
                .. documents.Select(document =>
                    PublicKey.Read(
                        JsonSerializer.SerializeToElement(document, ResponseJson.Default.JsonWebKeyDocument)
                    )!
                ),
            ]
        );
    }

    private static JsonWebKeyDocument Publish(ECDsa key, string? keyId)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            Kty = "EC",
            Use = "sig",
            Alg = PublicKey.Es256,
            Kid = keyId,
            Crv = "P-256",
            X = Base64Url.EncodeToString(point.X),
            Y = Base64Url.EncodeToString(point.Y),
        };
    }

    private static Guid RowIdOf(string keyId) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(keyId)).AsSpan(0, 16), bigEndian: true);

    private sealed record KeySet(
        string CurrentId,
        ECParameters Current,
        JsonWebKeySetDocument Published,
        IReadOnlyList<PublicKey> Public
    );
}
