using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenBanking.Internal;

/// <summary>Checks id tokens, in this order (OpenID Connect Core §3.1.3.7, RFC 8725): three parts · the
/// algorithm is one of ours and nothing is critical · the signature is of the bank's keys · <c>iss</c> ·
/// <c>aud</c> · <c>exp</c> · <c>iat</c> · <c>nonce</c> · <c>sub</c>.</summary>
internal sealed class IdTokens(KeySet keys, string issuer, string clientId, TimeProvider clock)
{
    private const int LongestToken = 16 * 1024;
    private const int LongestSubject = 255;
    private static readonly TimeSpan skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan oldest = TimeSpan.FromMinutes(10);
    private static readonly JsonDocumentOptions strict = new()
    {
        MaxDepth = 8,
        AllowDuplicateProperties = false,
    };

    /// <summary>The subject: the customer's id.</summary>
    /// <exception cref="AccountLinkException">The token is not one to trust.</exception>
    public async Task<string> ReadSubjectAsync(
        string? idToken,
        string nonce,
        CancellationToken cancellationToken
    )
    {
        if (
            idToken is not { Length: <= LongestToken }
            || idToken.Split('.') is not [var header, var payload, var signature]
        )
        {
            throw Invalid("is missing or malformed");
        }

        using var head = Decode(header);
        await CheckSignatureAsync(head.RootElement, $"{header}.{payload}", signature, cancellationToken)
            .ConfigureAwait(false);
        using var claims = Decode(payload);
        return CheckClaims(claims.RootElement, nonce);
    }

    private async Task CheckSignatureAsync(
        JsonElement header,
        string signed,
        string signature,
        CancellationToken cancellationToken
    )
    {
        // An access token (at+jwt) is no id token, whoever signed it.
        if (!string.Equals(Text(header, "typ") ?? "JWT", "JWT", StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("is a token of another kind");
        }

        var algorithm = Text(header, "alg");
        if (algorithm is not (PublicKeys.Es256 or PublicKeys.Ps256) || header.TryGetProperty("crit", out _))
        {
            throw Invalid("has an algorithm that is not allowed");
        }

        var candidates = await keys.FindAsync(Text(header, "kid") ?? "", algorithm, cancellationToken)
            .ConfigureAwait(false);
        var input = Encoding.ASCII.GetBytes(signed);
        if (
            !TryDecode(signature, out var bytes) || !candidates.Any(key => KeySet.Verifies(key, input, bytes))
        )
        {
            throw Invalid("has a signature that is not the bank's");
        }
    }

    private string CheckClaims(JsonElement claims, string nonce)
    {
        if (Text(claims, "iss") != issuer)
        {
            throw Invalid("names another issuer");
        }

        if (Audience(claims) != clientId || (Text(claims, "azp") ?? clientId) != clientId)
        {
            throw Invalid("is for another app");
        }

        var now = clock.GetUtcNow();
        if (Time(claims, "exp") is not { } expiresAt || now >= expiresAt + skew)
        {
            throw Invalid("has expired");
        }

        if (Time(claims, "iat") is not { } issuedAt || issuedAt > now + skew || issuedAt < now - oldest)
        {
            throw Invalid("was not issued just now; is this server's clock right?");
        }

        if (!IsSame(Text(claims, "nonce"), nonce))
        {
            throw Invalid("belongs to another link");
        }

        return Text(claims, "sub") is { Length: > 0 and <= LongestSubject } subject
            ? subject
            : throw Invalid("names no customer");
    }

    // An array is fine with one member; more would need azp, which the bank does not use.
    private static string? Audience(JsonElement claims)
    {
        if (
            claims.TryGetProperty("aud", out var aud)
            && aud.ValueKind == JsonValueKind.Array
            && aud.GetArrayLength() == 1
        )
        {
            aud = aud[0];
        }

        return aud.ValueKind == JsonValueKind.String ? aud.GetString() : null;
    }

    private static string? Text(JsonElement members, string name) =>
        members.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and <= uint.MaxValue
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static bool IsSame(string? given, string expected) =>
        given is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(given),
            Encoding.UTF8.GetBytes(expected)
        );

    private static JsonDocument Decode(string part)
    {
        try
        {
            if (TryDecode(part, out var json))
            {
                var document = JsonDocument.Parse(json, strict);
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                {
                    return document;
                }

                document.Dispose();
            }
        }
        catch (JsonException)
        {
            // Its message may quote the token: it goes no further.
        }

        throw Invalid("is malformed");
    }

    private static bool TryDecode(string part, out byte[] bytes)
    {
        try
        {
            bytes = Base64Url.DecodeFromChars(part);
            return true;
        }
        catch (FormatException)
        {
            bytes = [];
            return false;
        }
    }

    private static AccountLinkException Invalid(string reason) =>
        new($"The id token {reason}.") { Code = ClientErrorCodes.InvalidIdToken };
}
