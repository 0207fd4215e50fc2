using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenBanking.Server.Security;

/// <summary>
/// Seals values at rest: a fresh data key for each value (AES-256-GCM), wrapped by a versioned key-encryption key;
/// both are tied to the row they belong to, so that a value moved to another row does not open.
/// </summary>
/// <param name="wrappingKeys">The first one alone when there are none.</param>
public sealed class Vault(ServerKeys keys, WrappingKeys? wrappingKeys = null)
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int WrappedLength = NonceLength + KeyLength + TagLength;
    private const int HeaderLength = sizeof(int) + WrappedLength;

    private readonly WrappingKeys wrappingKeys = wrappingKeys ?? new(keys);
    private readonly byte[] indexKey = keys.For("vault blind index");
    private readonly byte[] macKey = keys.For("vault one-time code");

    /// <summary>The versions of the keys that values may be wrapped with now.</summary>
    internal IEnumerable<int> InUse => wrappingKeys.InUse;

    /// <exception cref="Storage.StoreUnavailableException">The store has not been reached for long.</exception>
    public byte[] Seal(ReadOnlySpan<byte> value, Guid rowId)
    {
        var (version, wrappingKey) = wrappingKeys.ToWrap();
        Span<byte> dataKey = stackalloc byte[KeyLength];
        RandomNumberGenerator.Fill(dataKey);
        var output = new byte[HeaderLength + NonceLength + value.Length + TagLength];
        BinaryPrimitives.WriteInt32BigEndian(output, version);
        Encrypt(wrappingKey, dataKey, rowId, output.AsSpan(sizeof(int), WrappedLength));
        Encrypt(dataKey, value, rowId, output.AsSpan(HeaderLength));
        CryptographicOperations.ZeroMemory(dataKey);
        return output;
    }

    /// <exception cref="CryptographicException">It was sealed for another row, by another key, or was changed.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedValue, Guid rowId)
    {
        var dataKey = Unwrap(sealedValue, rowId);
        var value = Decrypt(dataKey, sealedValue[HeaderLength..], rowId);
        CryptographicOperations.ZeroMemory(dataKey);
        return value;
    }

    /// <summary>The same value, its data key wrapped with the key in use; null when it is already.</summary>
    /// <exception cref="CryptographicException">It does not open.</exception>
    public byte[]? Rewrap(ReadOnlySpan<byte> sealedValue, Guid rowId)
    {
        var (version, wrappingKey) = wrappingKeys.ToWrap();
        if (VersionOf(sealedValue) == version)
        {
            return null;
        }

        var dataKey = Unwrap(sealedValue, rowId);
        var output = sealedValue.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(output, version);
        Encrypt(wrappingKey, dataKey, rowId, output.AsSpan(sizeof(int), WrappedLength));
        CryptographicOperations.ZeroMemory(dataKey);
        return output;
    }

    /// <summary>The version of the key that wraps a value's data key; 0 when it is no sealed value.</summary>
    public static int VersionOf(ReadOnlySpan<byte> sealedValue) =>
        sealedValue.Length < sizeof(int) ? 0 : BinaryPrimitives.ReadInt32BigEndian(sealedValue);

    public byte[] SealJson<T>(T value, Guid rowId) => Seal(JsonSerializer.SerializeToUtf8Bytes(value), rowId);

    public T OpenJson<T>(byte[] sealedValue, Guid rowId) =>
        JsonSerializer.Deserialize<T>(Open(sealedValue, rowId))!;

    public byte[] SealText(string value, Guid rowId) => Seal(Encoding.UTF8.GetBytes(value), rowId);

    public string OpenText(byte[] sealedValue, Guid rowId) =>
        Encoding.UTF8.GetString(Open(sealedValue, rowId));

    /// <summary>A keyed digest by which equal values of one kind are found without being readable.</summary>
    public string BlindIndex(string kind, string value) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(indexKey, Encoding.UTF8.GetBytes($"{kind}\0{value}")));

    /// <summary>The same, as an id.</summary>
    public Guid HashOf(string kind, string value) =>
        new(
            HMACSHA256.HashData(indexKey, Encoding.UTF8.GetBytes($"{kind}\0{value}")).AsSpan(0, 16),
            bigEndian: true
        );

    /// <summary>A keyed digest of a short secret, tied to the row it belongs to.</summary>
    public byte[] MacOf(string secret, Guid rowId) =>
        HMACSHA256.HashData(
            macKey,
            (byte[])[.. rowId.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(secret)]
        );

    private byte[] Unwrap(ReadOnlySpan<byte> sealedValue, Guid rowId) =>
        sealedValue.Length >= HeaderLength + NonceLength + TagLength
        && wrappingKeys.Find(VersionOf(sealedValue)) is { } wrappingKey
            ? Decrypt(wrappingKey, sealedValue.Slice(sizeof(int), WrappedLength), rowId)
            : throw new CryptographicException("The value was not sealed by a key of this server.");

    private static void Encrypt(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        Guid rowId,
        Span<byte> output
    )
    {
        var nonce = output[..NonceLength];
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(
            nonce,
            value,
            output.Slice(NonceLength, value.Length),
            output[(NonceLength + value.Length)..],
            rowId.ToByteArray(bigEndian: true)
        );
    }

    private static byte[] Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Guid rowId)
    {
        var value = new byte[input.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(
            input[..NonceLength],
            input.Slice(NonceLength, value.Length),
            input[^TagLength..],
            value,
            rowId.ToByteArray(bigEndian: true)
        );
        return value;
    }
}
