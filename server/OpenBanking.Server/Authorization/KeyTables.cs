using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Authorization;

/// <summary>What a key is for. A key has one purpose, so that nothing signed for one passes for another; the audit has keys
/// of its own.</summary>
public enum KeyPurpose
{
    AccessTokens = 1,
    IdTokens = 2,

    /// <summary>Partners encrypt to it what only the bank may read.</summary>
    Encryption = 3,
}

/// <summary>A key the server signs with or reads with, one of the generations of its kind; the private part is sealed. Kept in the
/// live world.</summary>
public sealed record RotatingKeyRow : VersionedRow
{
    public required KeyPurpose Purpose { get; init; }

    /// <summary><c>ES256</c> or <c>PS256</c>; <c>ECDH-ES+A256KW</c> of a key that is encrypted to.</summary>
    public required string Algorithm { get; init; }

    /// <summary>1 for the first.</summary>
    public required int Generation { get; init; }

    /// <summary>The thumbprint of the public key (RFC 7638): the <c>kid</c>.</summary>
    public required string KeyId { get; init; }

    public required byte[] PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset SignsFrom { get; init; }

    /// <summary>When what it signed is believed no longer; known once there is a key after it.</summary>
    public DateTimeOffset? GoesAt { get; init; }

    /// <summary>Its key in the table.</summary>
    public RotatingKeyKey Place => new(Purpose, Algorithm, Generation);
}

public readonly record struct RotatingKeyKey(KeyPurpose Purpose, string Algorithm, int Generation);

public static class KeyTables
{
    public static Table<RotatingKeyKey, RotatingKeyRow> RotatingKeys { get; } = new("rotating_key");
}
