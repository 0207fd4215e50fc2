using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests;

/// <summary>A device that makes one passkey for ES256 and signs with it (WebAuthn §6), and the browser in front of it. What
/// a test wants wrong, it changes here.</summary>
public sealed class SoftwareAuthenticator : IDisposable
{
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte HoldsCredential = 0x40;

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] CredentialId { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>What the server called its customer when the passkey was made.</summary>
    public byte[] UserHandle { get; set; } = [];

    /// <summary>How often it has signed. What does not count stays at 0.</summary>
    public uint Counter { get; set; } = 1;

    public bool VerifiesUser { get; init; } = true;

    /// <summary>The origin the browser is at; the server's when null.</summary>
    public string? Origin { get; init; }

    /// <summary>The relying party that the device knows; the one that asks when null.</summary>
    public string? RelyingParty { get; init; }

    /// <summary>The challenge it answers; the one it was asked when null.</summary>
    public string? Challenge { get; init; }

    /// <summary>Whether the page is framed by another's.</summary>
    public bool IsFramed { get; init; }

    /// <summary>The same device with something wrong about it.</summary>
    public SoftwareAuthenticator With(
        bool verifiesUser = true,
        string? origin = null,
        string? relyingParty = null,
        string? challenge = null,
        bool framed = false
    )
    {
        var other = new SoftwareAuthenticator(this)
        {
            VerifiesUser = verifiesUser,
            Origin = origin,
            RelyingParty = relyingParty,
            Challenge = challenge,
            IsFramed = framed,
            UserHandle = UserHandle,
            Counter = Counter,
        };
        return other;
    }

    public SoftwareAuthenticator() { }

    private SoftwareAuthenticator(SoftwareAuthenticator same)
    {
        CredentialId = same.CredentialId;
        key.ImportParameters(same.key.ExportParameters(includePrivateParameters: true));
    }

    /// <summary>Makes the passkey; gives what the script puts into the form.</summary>
    /// <param name="asked">What the page asks, as JSON.</param>
    /// <param name="page">Where the browser is.</param>
    public string Make(string asked, Uri page)
    {
        var options = JsonNode.Parse(asked)!;
        UserHandle = Base64Url.DecodeFromChars(options["user"]!["id"]!.GetValue<string>());
        var data = DataOf(options["rp"]!["id"]!.GetValue<string>(), HoldsCredential);
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)CredentialId.Length);
        data = [.. data, .. new byte[16], .. length, .. CredentialId, .. PublicKey()];
        return Join(CredentialId, ClientOf("webauthn.create", options, page), AttestationOf(data));
    }

    /// <summary>Signs; gives what the script puts into the form.</summary>
    public string Sign(string asked, Uri page)
    {
        var options = JsonNode.Parse(asked)!;
        Counter += Counter == 0 ? 0u : 1u;
        var data = DataOf(options["rpId"]!.GetValue<string>(), flags: 0);
        var client = ClientOf("webauthn.get", options, page);
        var signature = key.SignData(
            [.. data, .. SHA256.HashData(client)],
            HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence
        );
        return Join(CredentialId, client, data, signature, UserHandle);
    }

    public void Dispose() => key.Dispose();

    private byte[] ClientOf(string type, JsonNode options, Uri page) =>
        Encoding.UTF8.GetBytes(
            new JsonObject
            {
                ["type"] = type,
                ["challenge"] = Challenge ?? options["challenge"]!.GetValue<string>(),
                ["origin"] = Origin ?? page.GetLeftPart(UriPartial.Authority),
                ["crossOrigin"] = IsFramed,
            }.ToJsonString()
        );

    private byte[] DataOf(string relyingParty, byte flags)
    {
        var counter = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return
        [
            .. SHA256.HashData(Encoding.UTF8.GetBytes(RelyingParty ?? relyingParty)),
            (byte)(flags | UserPresent | (VerifiesUser ? UserVerified : 0)),
            .. counter,
        ];
    }

    /// <summary>The statement "none".</summary>
    private static byte[] AttestationOf(byte[] data)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString("none");
        writer.WriteTextString("attStmt");
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteTextString("authData");
        writer.WriteByteString(data);
        writer.WriteEndMap();
        return writer.Encode();
    }

    /// <summary>The key as COSE has it (RFC 9053 §2.1).</summary>
    private byte[] PublicKey()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(5);
        foreach (var (name, value) in ((int, int)[])[(1, 2), (3, -7), (-1, 1)])
        {
            writer.WriteInt32(name);
            writer.WriteInt32(value);
        }

        writer.WriteInt32(-2);
        writer.WriteByteString(point.X!);
        writer.WriteInt32(-3);
        writer.WriteByteString(point.Y!);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static string Join(params IEnumerable<byte[]> parts) =>
        string.Join('.', parts.Select(part => Base64Url.EncodeToString(part)));
}
