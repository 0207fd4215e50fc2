using System.Globalization;

namespace OpenBanking.Server.Customers;

/// <summary>Numbers that check themselves.</summary>
public static class IdentityNumbers
{
    private static readonly int[] residentWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    private const string ResidentCheckDigits = "10X98765432";
    private const int ResidentLength = 18;

    /// <summary>As it may stand before a mobile number.</summary>
    private static readonly string[] countryCodes = ["+86", "0086", "86"];

    /// <summary>A number as somebody typed it or put it in from elsewhere: without white space, hyphens and what cannot be seen,
    /// and with ASCII digits and letters for full-width ones.</summary>
    public static string Read(string? typed) =>
        new([
            .. (typed ?? "")
                .Where(letter => !ShownText.IsBlank(letter) && !IsHyphen(letter))
                .Select(ShownText.Narrow),
        ]);

    private static bool IsHyphen(char letter) =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.DashPunctuation;

    /// <summary>A mobile number as somebody typed it, or their list of contacts has it: without the code of the country that may
    /// stand before it, in parentheses or not.</summary>
    public static string ReadMobile(string? typed)
    {
        var number = string.Concat(Read(typed).Where(letter => letter is not ('(' or ')')));
        var code = countryCodes.FirstOrDefault(code => number.StartsWith(code, StringComparison.Ordinal));
        return code is not null && IsMobile(number[code.Length..]) ? number[code.Length..] : number;
    }

    /// <summary>A resident ID number (GB 11643): seventeen digits with a date of birth among them, and a check
    /// digit.</summary>
    public static bool IsResidentId(string text) =>
        text.Length == ResidentLength
        && text.AsSpan(0, ResidentLength - 1).IndexOfAnyExceptInRange('0', '9') < 0
        && BirthDateOf(text) is not null
        && text[^1]
            == ResidentCheckDigits[
                residentWeights.Select((weight, i) => weight * (text[i] - '0')).Sum() % 11
            ];

    /// <summary>The date of birth in a resident ID number.</summary>
    public static DateOnly? BirthDateOf(string residentId) =>
        DateOnly.TryParseExact(residentId.AsSpan(6, 8), "yyyyMMdd", out var date) ? date : null;

    /// <summary>A card number (ISO/IEC 7812): 13 to 19 digits, the last one Luhn's.</summary>
    public static bool IsCardNumber(string text) =>
        text.Length is >= 13 and <= 19
        && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0
        && text[^1] == LuhnDigit(text[..^1]);

    /// <summary>A mobile number of mainland China.</summary>
    public static bool IsMobile(string text) =>
        text.Length == 11
        && text[0] == '1'
        && text[1] is >= '3' and <= '9'
        && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>The check digit that makes a number right by Luhn.</summary>
    public static char LuhnDigit(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            var weighted = i % 2 == 0 ? digit * 2 : digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }

        return (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
