using System.Buffers;
using System.Globalization;
using System.Text;

namespace OpenBanking.Server;

/// <summary>Text that is shown to people who did not write it. Each character counts once, however it is coded.</summary>
public static class ShownText
{
    private static readonly Rune NonJoiner = new(0x200C);
    private static readonly Rune Joiner = new(0x200D);

    /// <summary>What Unicode counts among letters, marks and symbols, although there is nothing to see: the fillers of Hangul, the
    /// inherent vowels of Khmer, the joiner of marks, the empty pattern of Braille, the empty note, and what stands for an
    /// object that is not there.</summary>
    private static readonly SearchValues<char> empty = SearchValues.Create(
        "\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0\uFFFC"
    );
    private static readonly Rune EmptyNote = new(0x1D159);

    /// <summary>Whether it has 1 to so many characters, all of which can be seen, a letter, digit or symbol among them, and no
    /// space at its ends.</summary>
    public static bool IsName(string name, int longest) =>
        name == name.Trim()
        && IsCounted(name, longest)
        && name.EnumerateRunes().All(CanBeSeen)
        && name.EnumerateRunes().Any(Names);

    /// <summary>Whether it may be a person's name: such a text of letters, and of what stands between the parts of names.</summary>
    public static bool IsPersonName(string name, int longest) =>
        IsName(name, longest)
        && name.EnumerateRunes().All(character => IsOfName(Rune.GetUnicodeCategory(character), character));

    private static bool IsOfName(UnicodeCategory category, Rune character) =>
        category
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
        || " ·・•‧.-'’".Contains(character.ToString(), StringComparison.Ordinal);

    /// <summary>Whether it has 1 to so many characters, one at least that can be seen, and none that is hidden, or hides or turns
    /// the text around it. Those that join letters and emoji may stand in it.</summary>
    /// <param name="withLines">Whether lines may be broken.</param>
    public static bool IsText(string text, int longest, bool withLines = false) =>
        IsCounted(text, longest)
        && HiddenIn(text, withLines) is null
        && text.EnumerateRunes().Any(StandsAlone);

    /// <summary>The first character in it that is hidden, or hides or turns the text around it; null when there is none.</summary>
    public static Rune? HiddenIn(string text, bool withLines = false) =>
        text.EnumerateRunes()
            .Where(character =>
                Disturbs(character)
                && character != Joiner
                && character != NonJoiner
                && !(withLines && character.Value == '\n')
            )
            .Select(character => (Rune?)character)
            .FirstOrDefault();

    /// <summary>Whether nobody sees it: white space, and what only turns the text around it, as it comes with a number that was
    /// copied from elsewhere.</summary>
    public static bool IsBlank(char letter) =>
        char.IsWhiteSpace(letter) || (Rune.TryCreate(letter, out var character) && Disturbs(character));

    /// <summary>A full-width digit, letter or sign of a Chinese keyboard as the ASCII one.</summary>
    public static char Narrow(char letter) =>
        letter is >= '！' and <= '～' ? (char)(letter - '！' + '!') : letter;

    /// <summary>How many units of UTF-16, which are what a page's <c>maxlength</c> counts, so many characters may take.</summary>
    public static int MostUnits(int characters) => 2 * characters;

    private static bool IsCounted(string text, int longest) =>
        text.Length > 0 && text.EnumerateRunes().Count() <= longest;

    private static bool CanBeSeen(Rune character) =>
        !Disturbs(character)
        && Rune.GetUnicodeCategory(character)
            is not (
                UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
            );

    /// <summary>Whether it tells one name from another: a letter, digit or symbol.</summary>
    private static bool Names(Rune character) =>
        Rune.IsLetterOrDigit(character) || Rune.IsNumber(character) || Rune.IsSymbol(character);

    /// <summary>Whether it is seen without another one that it stands on.</summary>
    private static bool StandsAlone(Rune character) =>
        !Disturbs(character)
        && !Rune.IsWhiteSpace(character)
        && Rune.GetUnicodeCategory(character)
            is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);

    private static bool Disturbs(Rune character) =>
        IsEmpty(character)
        || Rune.GetUnicodeCategory(character)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    private static bool IsEmpty(Rune character) =>
        character.IsBmp ? empty.Contains((char)character.Value) : character == EmptyNote;
}
