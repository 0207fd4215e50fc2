using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Names one attempt to move money or to issue value: however often a request is sent with the same
/// key, it acts once and gets the same answer.</summary>
/// <remarks>Make it from what the partner already stores (<see cref="FromOrder"/>), never at random: after a
/// restart the same order then makes the same key. The answer is that of the first time, whatever happened since:
/// <see cref="ResponseInfo.IdempotencyReplayed"/> tells, and reading gives what is so now.</remarks>
public readonly record struct IdempotencyKey
{
    /// <summary>How long a key may be, in characters.</summary>
    public const int MaxLength = 64;

    private const int MaxOperationLength = 32;

    private readonly string? value;

    private IdempotencyKey(string value) => this.value = value;

    /// <summary>The text of the <c>Idempotency-Key</c> header.</summary>
    /// <exception cref="InvalidOperationException">The key is <c>default</c>, which names
    /// nothing.</exception>
    public string Value =>
        value
        ?? throw new InvalidOperationException(
            "A default IdempotencyKey names nothing: use FromOrder or Parse."
        );

    /// <summary>The key of an order. The same arguments always make the same key, other arguments
    /// another.</summary>
    /// <param name="orderNo">The partner's own order number.</param>
    /// <param name="operation">What is done for the order, such as <c>payment</c>, <c>refund-1</c> or
    /// <c>coupon</c>: 1–32 of <c>A–Z a–z 0–9 . _ -</c>.</param>
    /// <param name="attempt">Which attempt it is, from 1. A declined one is stored, so trying again on
    /// purpose needs the next number; repeating a lost one needs the same number.</param>
    /// <returns>A key that reads <c>operation:order:attempt</c> where that is short and plain enough, and else is a digest of
    /// it.</returns>
    /// <exception cref="ArgumentException">The operation has other characters, or the order number is
    /// empty, or has half a character.</exception>
    public static IdempotencyKey FromOrder(string orderNo, string operation, int attempt = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(orderNo);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        if (operation.Length > MaxOperationLength || !operation.All(IsOperationCharacter))
        {
            throw new ArgumentException("An operation is 1–32 of A–Z a–z 0–9 . _ - .", nameof(operation));
        }

        if (!Texts.IsWhole(orderNo))
        {
            throw new ArgumentException(Texts.HalfCharacter("The order number"), nameof(orderNo));
        }

        // The operation has no colon and the attempt is the part after the last one, so no two triples meet.
        var readable = string.Create(CultureInfo.InvariantCulture, $"{operation}:{orderNo}:{attempt}");
        return new IdempotencyKey(IsValid(readable) ? readable : Hash(readable));
    }

    /// <summary>A key in the partner's own form.</summary>
    /// <param name="text">1–64 visible ASCII characters.</param>
    /// <returns>The key with this text.</returns>
    /// <exception cref="FormatException">It is longer, empty, or has other characters.</exception>
    public static IdempotencyKey Parse(string text) =>
        TryParse(text, out var key)
            ? key
            : throw new FormatException(
                $"An idempotency key is 1–64 visible ASCII characters, without spaces; this text has {text?.Length ?? 0}."
            );

    /// <summary>A key in the partner's own form, when the text is one.</summary>
    /// <param name="text">1–64 visible ASCII characters.</param>
    /// <param name="key">The key.</param>
    /// <returns>Whether the text is a key.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out IdempotencyKey key)
    {
        var valid = text is not null && IsValid(text);
        key = valid ? new IdempotencyKey(text!) : default;
        return valid;
    }

    /// <summary>The text of the key.</summary>
    public override string ToString() => value ?? "";

    // One colon only, where a readable key has two: the two forms never meet.
    private static string Hash(string readable) =>
        "sha256:" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(readable)));

    private static bool IsValid(string text) =>
        text.Length is > 0 and <= MaxLength && Texts.IsVisibleAscii(text);

    private static bool IsOperationCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-';
}
