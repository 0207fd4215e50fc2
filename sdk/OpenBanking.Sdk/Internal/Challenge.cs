using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace OpenBanking.Internal;

/// <summary>Reads <c>WWW-Authenticate: DPoP error="…"</c>, or <c>Bearer</c> (RFC 6750 §3, RFC 9449 §7.1).</summary>
internal static partial class Challenge
{
    public const string UseNonce = "use_dpop_nonce";
    public const string InvalidToken = "invalid_token";

    /// <summary>The error of the first challenge of a scheme that tokens are sent with; null when it says none.</summary>
    public static string? Error(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges)
    {
        foreach (var challenge in challenges)
        {
            if (IsOurs(challenge.Scheme))
            {
                return Parameter()
                    .Matches(challenge.Parameter ?? "")
                    .FirstOrDefault(IsError)
                    ?.Groups["value"]
                    .Value.Trim('"');
            }
        }

        return null;
    }

    private static bool IsOurs(string scheme) =>
        string.Equals(scheme, Dpop.Name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(scheme, "Bearer", StringComparison.OrdinalIgnoreCase);

    private static bool IsError(Match parameter) =>
        string.Equals(parameter.Groups["name"].Value, "error", StringComparison.OrdinalIgnoreCase);

    // A quoted string is one match, so that text inside another parameter is not taken for this one.
    [GeneratedRegex(
        """(?<name>[\w-]+)\s*=\s*(?<value>"(?:[^"\\]|\\.)*"|[^\s,]+)""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Parameter();
}
