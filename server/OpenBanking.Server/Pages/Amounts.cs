using System.Globalization;

namespace OpenBanking.Server.Pages;

/// <summary>Money as customers read it.</summary>
public static class Amounts
{
    /// <summary>No field takes more yuan.</summary>
    private const decimal Most = 100_000_000;

    public static string Yuan(Money amount) => Yuan(amount.Amount);

    /// <param name="amount">In fen.</param>
    public static string Yuan(long amount) =>
        "¥" + (amount / 100m).ToString("#,##0.00", CultureInfo.InvariantCulture);

    /// <summary>With its sign: what came in, and what went out.</summary>
    public static string Signed(long amount) => (amount < 0 ? "−" : "+") + Yuan(Math.Abs(amount));

    /// <summary>Reads yuan with at most two decimals, as fen.</summary>
    public static bool TryRead(string text, out long amount)
    {
        amount = 0;
        const NumberStyles styles =
            NumberStyles.AllowDecimalPoint
            | NumberStyles.AllowThousands
            | NumberStyles.AllowLeadingWhite
            | NumberStyles.AllowTrailingWhite;
        if (
            !decimal.TryParse(text, styles, CultureInfo.InvariantCulture, out var yuan)
            || yuan > Most
            || decimal.Round(yuan, 2) != yuan
        )
        {
            return false;
        }

        amount = (long)(yuan * 100);
        return true;
    }

    /// <summary>For programs: a number of yuan.</summary>
    public static string Plain(long amount) => (amount / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
