using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenBanking.Internal;

/// <summary>What the app keeps between sending a customer to the bank and the customer's return.</summary>
internal sealed record LinkSession
{
    public required string Issuer { get; init; }
    public required string RedirectUri { get; init; }
    public required string State { get; init; }
    public required string Nonce { get; init; }
    public required string CodeVerifier { get; init; }

    public string Write() =>
        Base64Url.EncodeToString(
            JsonSerializer.SerializeToUtf8Bytes(this, LinkSessionJson.Default.LinkSession)
        );

    /// <exception cref="AccountLinkException">The text is none that <see cref="Write"/> made.</exception>
    public static LinkSession Read(string session) =>
        TryRead(session)
        ?? throw new AccountLinkException("The session is none of an account link: start the link again.")
        {
            Code = ClientErrorCodes.LinkSessionInvalid,
        };

    /// <summary>The PKCE challenge (RFC 7636 §4.2, S256).</summary>
    public string CodeChallenge() =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier)));

    // The text holds the code verifier, and so might a failure's message: it goes no further.
    private static LinkSession? TryRead(string session)
    {
        try
        {
            return JsonSerializer.Deserialize(
                Base64Url.DecodeFromChars(session),
                LinkSessionJson.Default.LinkSession
            );
        }
        catch (Exception failure) when (failure is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>No part of it is to be seen.</summary>
    public override string ToString() => nameof(LinkSession);
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LinkSession))]
internal sealed partial class LinkSessionJson : JsonSerializerContext;
