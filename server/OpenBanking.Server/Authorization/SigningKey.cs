using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenBanking.Server.Authorization;

/// <summary>A key pair ready for use: P-256 for ES256, RSA of 2048 bits for PS256.</summary>
public sealed class SigningKey
{
    private const int RsaBits = 2048;

    /// <summary>The framework promises nothing about two threads on one key object, so each takes its own.</summary>
    private readonly ConcurrentBag<AsymmetricAlgorithm> idle = [];

    private readonly byte[] privateKey;

    /// <summary>By type, of which there are as many as there are purposes of keys.</summary>
    private readonly ConcurrentDictionary<string, byte[]> headers = [];

    private SigningKey(string algorithm, byte[] privateKey)
    {
        Algorithm = algorithm;
        this.privateKey = privateKey;
        var key = Import();
        idle.Add(key);
        var document = Describe(key, keyId: null);
        KeyId = Read(document)!.Thumbprint;
        Document = document with { Kid = KeyId };
        Public = Read(Document)!;
    }

    public string Algorithm { get; }

    public string KeyId { get; }

    public PublicKey Public { get; }

    /// <summary>The public part, as it is published.</summary>
    public JsonWebKeyDocument Document { get; }

    public static (SigningKey Key, byte[] PrivateKey) Create(string algorithm)
    {
        using AsymmetricAlgorithm key =
            algorithm == PublicKey.Ps256 ? RSA.Create(RsaBits) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var exported = key.ExportPkcs8PrivateKey();
        return (new(algorithm, exported), exported);
    }

    public static SigningKey Open(string algorithm, byte[] privateKey) => new(algorithm, privateKey);

    /// <summary>Signs a payload in compact form.</summary>
    public string Sign(string type, ReadOnlySpan<byte> payload)
    {
        var header = headers.GetOrAdd(type, EncodeHeader);
        var input = new byte[header.Length + Base64Url.GetEncodedLength(payload.Length)];
        header.CopyTo(input, 0);
        Base64Url.EncodeToUtf8(payload, input.AsSpan(header.Length));
        return $"{Encoding.ASCII.GetString(input)}.{Base64Url.EncodeToString(Sign(input))}";
    }

    /// <summary>With the dot after it.</summary>
    private byte[] EncodeHeader(string type)
    {
        var header = $$"""{"alg":"{{Algorithm}}","typ":"{{type}}","kid":"{{KeyId}}"}""";
        return Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.");
    }

    private byte[] Sign(byte[] input)
    {
        var key = idle.TryTake(out var taken) ? taken : Import();
        try
        {
            return key is RSA rsa
                ? rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
                : ((ECDsa)key).SignData(
                    input,
                    HashAlgorithmName.SHA256,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation
                );
        }
        finally
        {
            idle.Add(key);
        }
    }

    private AsymmetricAlgorithm Import()
    {
        AsymmetricAlgorithm key = Algorithm == PublicKey.Ps256 ? RSA.Create() : ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        return key;
    }

    /// <summary>The public part of any key; null for one that the profile does not allow.</summary>
    public static PublicKey? PublicOf(AsymmetricAlgorithm key, string? keyId = null) =>
        Read(Describe(key, keyId));

    private static PublicKey? Read(JsonWebKeyDocument document) =>
        PublicKey.Read(JsonSerializer.SerializeToElement(document, ResponseJson.Default.JsonWebKeyDocument));

    private static JsonWebKeyDocument Describe(AsymmetricAlgorithm key, string? keyId)
    {
        if (key is RSA rsa)
        {
            var numbers = rsa.ExportParameters(includePrivateParameters: false);
            return new()
            {
                Kty = "RSA",
                Use = "sig",
                Alg = PublicKey.Ps256,
                Kid = keyId,
                N = Base64Url.EncodeToString(numbers.Modulus),
                E = Base64Url.EncodeToString(numbers.Exponent),
            };
        }

        var point = ((ECDsa)key).ExportParameters(includePrivateParameters: false).Q;
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
}
