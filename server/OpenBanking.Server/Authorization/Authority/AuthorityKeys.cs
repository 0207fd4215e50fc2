using System.Text.Json;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>The authority's public keys. They are fetched again every few minutes, and when a token names one that is not
/// among them: but seldom, since anybody can make up a name.</summary>
public sealed class AuthorityKeys : IDisposable
{
    private static readonly TimeSpan freshFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan usableFor = TimeSpan.FromHours(1);

    /// <summary>How long after a fetch an unknown name brings the next one.</summary>
    private static readonly TimeSpan unknownAfter = TimeSpan.FromSeconds(10);

    private readonly AuthorityMetadata metadata;
    private readonly AuthorityConnection connection;
    private readonly Fetched<IReadOnlyList<PublicKey>> keys;

    public AuthorityKeys(AuthorityMetadata metadata, AuthorityConnection connection, TimeProvider time)
    {
        this.metadata = metadata;
        this.connection = connection;
        keys = new(FetchAsync, freshFor, usableFor, time);
    }

    /// <summary>The key a document is signed with; null when it is none of the authority's. Keys that share a name are
    /// told apart by their algorithm (FAPI 2.0 SP §5.4).</summary>
    public async ValueTask<PublicKey?> FindSignerAsync(Jws jws)
    {
        if (jws.KeyId is not { } keyId || jws.Algorithm is not (PublicKey.Es256 or PublicKey.Ps256))
        {
            return null;
        }

        var known = await keys.GetAsync();
        if (!known.Any(key => key.KeyId == keyId))
        {
            known = await keys.GetAsync(unknownAfter);
        }

        return known.FirstOrDefault(key => key.KeyId == keyId && jws.IsSignedBy(key));
    }

    /// <summary>Whether the authority still publishes the key.</summary>
    public async ValueTask<bool> IsPublishedAsync(PublicKey signer) =>
        (await keys.GetAsync()).Any(key => key.KeyId == signer.KeyId && key.Thumbprint == signer.Thumbprint);

    public void Dispose() => keys.Dispose();

    private async Task<IReadOnlyList<PublicKey>> FetchAsync()
    {
        var place = (await metadata.GetAsync()).Keys;
        var document = await connection.GetAsync(place);
        return document.TryGetProperty("keys", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(IsForSignatures).Select(PublicKey.Read).OfType<PublicKey>()]
            : throw connection.Failed($"{place} is no JSON Web Key Set.", inner: null);
    }

    private static bool IsForSignatures(JsonElement key) =>
        key.ValueKind == JsonValueKind.Object
        && (!key.TryGetProperty("use", out _) || JsonText.Of(key, "use") == "sig");
}
