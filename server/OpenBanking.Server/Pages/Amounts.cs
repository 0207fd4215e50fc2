using System.Globalization;

namespace OpenBanking.Server.Pages;

/// <summary>Money as customers read it.</summary>
public static class Amounts
{
    public static string Yuan(Money amount) => Yuan(amount.Amount);

    /// <param name="amount">In fen.</param>
    public static string Yuan(long amount) =>
        "¥" + (amount / 100m).ToString("#,##0.00", CultureInfo.InvariantCulture);

    /// <summary>With its sign: what came in, and what went out.</summary>
    public static string Signed(long amount) => (amount < 0 ? "−" : "+") + Yuan(Math.Abs(amount));

    /// <summary>For programs: a number of yuan.</summary>
    public static string Plain(long amount) => (amount / 100m).ToString("0.00", CultureInfo.InvariantCulture);
}
