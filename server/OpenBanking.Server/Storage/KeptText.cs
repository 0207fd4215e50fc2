using System.Text;

namespace OpenBanking.Server.Storage;

/// <summary>Text that every store keeps as it is: PostgreSQL takes no NUL and no half of a surrogate pair, and SQLite would
/// cut or replace them.</summary>
internal static class KeptText
{
    private static readonly UTF8Encoding strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <exception cref="ArgumentException">It would not be read back as it is.</exception>
    public static string Checked(string text)
    {
        _ = strict.GetByteCount(text);
        return text.Contains('\0')
            ? throw new ArgumentException("Text with a NUL cannot be kept.", nameof(text))
            : text;
    }
}
