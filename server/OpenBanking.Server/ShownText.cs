using System.Globalization;
using System.Text;

namespace OpenBanking.Server;

/// <summary>Text that is shown to people who did not write it.</summary>
public static class ShownText
{
    /// <summary>Whether it has 1 to so many characters, each counted once however it is coded, and all of them can be
    /// seen.</summary>
    public static bool IsName(string name, int longest) =>
        name.EnumerateRunes().Count() <= longest && IsShowable(name);

    public static bool IsShowable(string name) =>
        !string.IsNullOrWhiteSpace(name)
        && name.EnumerateRunes()
            .All(character =>
                Rune.GetUnicodeCategory(character)
                    is not (
                        UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned
                    )
            );
}
