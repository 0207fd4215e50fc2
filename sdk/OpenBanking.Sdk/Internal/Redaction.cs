using System.Text;
using System.Text.RegularExpressions;

namespace OpenBanking.Internal;

/// <summary>Takes what looks like a secret or a person's number out of text that others wrote, before it gets
/// into messages. Our ids and codes stay readable.</summary>
internal static partial class Redaction
{
    private const int LongestText = 500;
    private const string Mask = "***";

    public static string Scrub(string text)
    {
        var kept = text.Length > LongestText ? text[..LongestText] + "…" : text;
        var (scrubbed, from) = (new StringBuilder(), 0);
        // A GUID in a path is the name of a tenant or the like: in a redirect URI it may be just what is unlike.
        foreach (var guid in GuidInPath().EnumerateMatches(kept))
        {
            scrubbed.Append(MaskIn(kept[from..guid.Index])).Append(kept, guid.Index, guid.Length);
            from = guid.Index + guid.Length;
        }

        return scrubbed.Append(MaskIn(kept[from..])).ToString();
    }

    private static string MaskIn(string kept)
    {
        var withoutTokens = Run().Replace(kept, run => IsHarmless(run.Value) ? run.Value : Mask);
        return Digits().Replace(withoutTokens, Mask);
    }

    // snake_case names have neither digits nor capitals; tokens of 128 bits and more practically always do. The path of an
    // address may have digits, in parts that are too short for a token, or be words in PascalCase.
    private static bool IsHarmless(string run) =>
        Id().IsMatch(run)
        || KeyId().IsMatch(run)
        || Path().IsMatch(run)
        || !run.Any(character => char.IsAsciiDigit(character) || char.IsAsciiLetterUpper(character));

    /// <summary>Tokens, codes, assertions and secrets: 128 bits are 22 characters of base64url, and every
    /// JSON Web Token begins with <c>eyJ</c>.</summary>
    [GeneratedRegex(
        "(?:kid )?(?:eyJ[A-Za-z0-9_-]+|[A-Za-z0-9_+/=-]{22,})(?:\\.[A-Za-z0-9_-]*)*",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Run();

    [GeneratedRegex("/[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\b", RegexOptions.NonBacktracking)]
    private static partial Regex GuidInPath();

    /// <summary>The name of a key is no secret, and thumbprints look like one; JSON Web Tokens have more than one
    /// part.</summary>
    [GeneratedRegex("^kid [A-Za-z0-9_-]{1,64}\\.?$", RegexOptions.NonBacktracking)]
    private static partial Regex KeyId();

    [GeneratedRegex("^[a-z]{3,5}_[0-9a-z]{26}$", RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(
        "^[0-9a-z_-]{0,21}(?:/(?:[0-9a-z_-]{0,21}|(?:[A-Z]?[a-z]{2,})+[0-9]{0,3}))+(?:\\.[0-9a-z_-]{0,21})?$",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Path();

    /// <summary>Mobile numbers, ID numbers and card numbers: eleven digits and more, also when
    /// grouped.</summary>
    [GeneratedRegex("(?:[0-9][ -]?){10,}[0-9Xx]", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
