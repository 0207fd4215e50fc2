using System.Text.Json;

namespace OpenBanking.Server.Authorization;

/// <summary>What a DPoP proof says (RFC 9449 §4.2); absent, or of another type than it should be, is null.</summary>
public sealed record ProofClaims
{
    public string? Id { get; private set; }

    public string? Method { get; private set; }

    public string? Address { get; private set; }

    public string? TokenDigest { get; private set; }

    public string? Nonce { get; private set; }

    public DateTimeOffset? IssuedAt { get; private set; }

    /// <summary>From when and until when it is good, where it says so (RFC 7519 §4.1.4 and 5): none needs to.</summary>
    public DateTimeOffset? NotBefore { get; private init; }

    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>Whether there is a <c>jti</c> of another type than it should be; and the instant that is none.</summary>
    public (bool Id, string? Instant) Unreadable { get; private init; }

    public static ProofClaims From(Jws proof) =>
        new()
        {
            Id = proof.Text("jti"),
            Method = proof.Text("htm"),
            Address = proof.Text("htu"),
            TokenDigest = proof.Text("ath"),
            Nonce = proof.Text("nonce"),
            IssuedAt = proof.Instant("iat"),
            NotBefore = proof.Instant("nbf"),
            ExpiresAt = proof.Instant("exp"),
            Unreadable = (
                proof.Text("jti") is null && proof.Payload.TryGetProperty("jti", out _),
                proof.Unreadable("iat", "nbf", "exp")
            ),
        };

    /// <summary>Reads the claims that every proof has, each once, and nothing else. Null for any other JSON, which is
    /// for <see cref="Jws"/> to take apart: that costs about four times as much.</summary>
    public static ProofClaims? ReadPlain(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var claims = new ProofClaims();
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!claims.TryTake(ref reader))
                {
                    return null;
                }
            }

            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? claims : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private bool TryTake(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("jti"u8) ? Id is null && (Id = TextOf(ref reader)) is not null
        : reader.ValueTextEquals("htm"u8) ? Method is null && (Method = TextOf(ref reader)) is not null
        : reader.ValueTextEquals("htu"u8) ? Address is null && (Address = TextOf(ref reader)) is not null
        : reader.ValueTextEquals("ath"u8)
            ? TokenDigest is null && (TokenDigest = TextOf(ref reader)) is not null
        : reader.ValueTextEquals("nonce"u8) ? Nonce is null && (Nonce = TextOf(ref reader)) is not null
        : reader.ValueTextEquals("iat"u8)
            && IssuedAt is null
            && (IssuedAt = InstantOf(ref reader)) is not null;

    private static string? TextOf(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;

    private static DateTimeOffset? InstantOf(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var seconds)
            ? Jws.InstantOf(seconds)
            : null;
}
