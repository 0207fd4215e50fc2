using System.Globalization;
using System.Resources;
using OpenBanking.Server.Pages;

namespace OpenBanking.Testing.Internal;

/// <summary>Which reason a page of the bank gives in words.</summary>
internal static class PageRefusals
{
    private static readonly Dictionary<string, string> codes = Sentences();

    /// <summary>The code whose sentence the text has; null when it has none.</summary>
    public static string? CodeOf(string text) =>
        codes.FirstOrDefault(each => text.Contains(each.Key, StringComparison.Ordinal)).Value;

    private static Dictionary<string, string> Sentences()
    {
        var texts = new ResourceManager(typeof(Texts));
        return ApplicationReasons
            .Catalogue.Select(reason =>
                (
                    reason.Code,
                    Sentence: texts.GetString($"Refused_{reason.Code}", CultureInfo.InvariantCulture)
                )
            )
            .Where(each => !string.IsNullOrEmpty(each.Sentence))
            .DistinctBy(each => each.Sentence)
            .ToDictionary(each => each.Sentence!, each => each.Code);
    }
}
