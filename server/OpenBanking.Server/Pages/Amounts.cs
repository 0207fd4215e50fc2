using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenBanking.Server.Pages;

/// <summary>Money as customers read it.</summary>
public static partial class Amounts
{
    /// <summary>No field takes more yuan.</summary>
    private const decimal MostYuan = 100_000_000;

    /// <summary>The most that a field takes, in fen.</summary>
    public const long Most = (long)MostYuan * 100;

    public static string Yuan(Money amount) => Yuan(amount.Amount);

    /// <param name="amount">In fen.</param>
    public static string Yuan(long amount) =>
        "¥" + (amount / 100m).ToString("#,##0.00", CultureInfo.InvariantCulture);

    /// <summary>With its sign: what came in, and what went out.</summary>
    public static string Signed(long amount) => (amount < 0 ? "−" : "+") + Yuan(Math.Abs(amount));

    /// <summary>Reads yuan with at most two decimals, as fen: also in full-width digits, with spaces, the currency, and separators of
    /// thousands.</summary>
    public static bool TryRead(string text, out long amount)
    {
        amount = 0;
        var plain = Plainly(text);
        if (
            !Yuans().IsMatch(plain)
            || !decimal.TryParse(
                plain.Trim('¥', '元'),
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture,
                out var yuan
            )
            || yuan > MostYuan
        )
        {
            return false;
        }

        amount = (long)(yuan * 100);
        return true;
    }

    /// <summary>Whether it is an amount, and only more than any field takes.</summary>
    public static bool IsTooLarge(string text) => Yuans().IsMatch(Plainly(text)) && !TryRead(text, out _);

    private static string Plainly(string text) =>
        string.Concat(text.Select(Narrow).Where(letter => !ShownText.IsBlank(letter)));

    /// <summary>What a Chinese keyboard writes, as a Latin one does.</summary>
    private static char Narrow(char letter) =>
        letter switch
        {
            '。' => '.',
            '￥' => '¥',
            _ => ShownText.Narrow(letter),
        };

    [GeneratedRegex(
        @"^¥?(([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]{0,2})?|\.[0-9]{1,2})元?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1_000
    )]
    private static partial Regex Yuans();

    /// <summary>For programs: a number of yuan.</summary>
    public static string Plain(long amount) => (amount / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
