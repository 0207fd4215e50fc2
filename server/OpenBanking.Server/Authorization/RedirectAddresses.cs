using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace OpenBanking.Server.Authorization;

/// <summary>Checks how an absolute address that customers are sent to is written, in this order: a URI to the letter (RFC 3986);
/// without a user, were it an empty one; without a parameter that the server adds.</summary>
public static partial class RedirectAddresses
{
    /// <summary>What the answer to an authorization request brings (RFC 6749 §4.1.2, RFC 9207 §2).</summary>
    public static string[] OfResponse { get; } =
    ["code", "state", "iss", "error", "error_description", "error_uri"];

    /// <summary>What is expected instead; null where it is right.</summary>
    /// <param name="ours">The parameters that the server adds, which would be there twice (RFC 6749 §3.1).</param>
    public static string? ExpectedOf(string text, string[] ours) =>
        !Written().IsMatch(text)
            ? "A URI is expected, with what has no place in one escaped as RFC 3986 has it."
        : WithUser().IsMatch(text) ? "An address without a user is expected."
        : ParameterOf(text, ours) is { } parameter
            ? $"An address without the parameter {parameter} is expected: the server adds it."
        : null;

    private static string? ParameterOf(string text, string[] names)
    {
        var at = text.IndexOf('?', StringComparison.Ordinal);
        foreach (var pair in new QueryStringEnumerable(at < 0 ? default : text.AsMemory(at)))
        {
            if (names.FirstOrDefault(name => pair.DecodeName().Span.SequenceEqual(name)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The scheme, the authority, and what follows, where brackets have no place.</summary>
    [GeneratedRegex(
        @"^[A-Za-z]+://([\w.~!$&'()*+,;=:@\[\]-]|%[0-9A-Fa-f]{2})+([/?]([\w.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Written();

    [GeneratedRegex("^[^/]+//[^/?]*@", RegexOptions.NonBacktracking)]
    private static partial Regex WithUser();
}
