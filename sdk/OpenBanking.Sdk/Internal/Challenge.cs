using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace OpenBanking.Internal;

/// <summary>Reads <c>WWW-Authenticate: DPoP error="…"</c> (RFC 6750 §3, RFC 9449 §7.1).</summary>
internal static partial class Challenge
{
    public const string UseNonce = "use_dpop_nonce";
    public const string InvalidToken = "invalid_token";

    /// <summary>The error of the DPoP challenge; null when there is none.</summary>
    public static string? Error(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges)
    {
        foreach (var challenge in challenges)
        {
            if (string.Equals(challenge.Scheme, Dpop.Scheme, StringComparison.OrdinalIgnoreCase))
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

    private static bool IsError(Match parameter) =>
        string.Equals(parameter.Groups["name"].Value, "error", StringComparison.OrdinalIgnoreCase);

    // A quoted string is one match, so that text inside another parameter is not taken for this one.
    [GeneratedRegex(
        """(?<name>[\w-]+)\s*=\s*(?<value>"(?:[^"\\]|\\.)*"|[^\s,]+)""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Parameter();
}
