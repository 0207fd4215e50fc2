using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Internal;

/// <summary>The address the bank sent the customer back to, and its checks: each parameter once ·
/// <c>state</c> is the session's · <c>iss</c> is the server the link was started at (RFC 9207 §2.4) · no
/// <c>error</c> · a <c>code</c>.</summary>
internal static class LinkCallback
{
    private const string AccessDenied = "access_denied";

    /// <summary>The authorization code.</summary>
    /// <exception cref="AccountLinkRefusedException">The bank sent an error.</exception>
    /// <exception cref="AccountLinkException">The callback does not belong to the session.</exception>
    public static string ReadCode(Uri callback, LinkSession session)
    {
        var parameters = Parse(callback);
        if (!SameSecret(parameters.GetValueOrDefault("state"), session.State))
        {
            throw Failed(
                "The callback does not belong to this link: it has no state, or that of another one. Pass the whole address that "
                    + "the bank sent the customer back to, with its query, and the session that was kept for the same browser.",
                ClientErrorCodes.StateMismatch
            );
        }

        if (!string.Equals(parameters.GetValueOrDefault("iss"), session.Issuer, StringComparison.Ordinal))
        {
            throw Failed("The callback comes from another server.", ClientErrorCodes.IssuerMismatch);
        }

        if (parameters.TryGetValue("error", out var error))
        {
            throw Refused(error, parameters.GetValueOrDefault("error_description"));
        }

        return parameters.TryGetValue("code", out var code) && code.Length > 0
            ? code
            : throw Failed("The callback has no code.", ClientErrorCodes.InvalidCallback);
    }

    private static Dictionary<string, string> Parse(Uri callback)
    {
        var text = callback.OriginalString.Split('#')[0];
        var start = text.IndexOf('?', StringComparison.Ordinal);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var part in start < 0 ? [] : text[(start + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var pair = part.Split('=', 2);
            if (!parameters.TryAdd(Decode(pair[0]), pair.Length == 2 ? Decode(pair[1]) : ""))
            {
                throw Failed("The callback has a parameter twice.", ClientErrorCodes.InvalidCallback);
            }
        }

        return parameters;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static bool SameSecret(string? given, string expected) =>
        given is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(given),
            Encoding.UTF8.GetBytes(expected)
        );

    private static AccountLinkRefusedException Refused(string error, string? description) =>
        new(
            error == AccessDenied
                ? "The customer did not agree."
                : $"The bank made no link: {Redaction.Scrub(description ?? error)}"
        )
        {
            Code = error.All(IsErrorCharacter) ? error : ClientErrorCodes.InvalidCallback,
        };

    // What comes through the browser gets into logs as a name or not at all.
    private static bool IsErrorCharacter(char character) =>
        char.IsAsciiLetterLower(character) || character == '_';

    private static AccountLinkException Failed(string message, string code) => new(message) { Code = code };
}
