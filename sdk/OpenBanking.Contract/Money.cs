using System.Globalization;
using System.Text.Json.Serialization;

namespace OpenBanking;

/// <summary>An amount of money in the minor unit of its currency; for CNY that is fen 分.</summary>
/// <remarks>Never a float and never a decimal on the wire: 19.90 yuan is <c>{"currency":"CNY","amount":1990}</c>.</remarks>
/// <param name="Currency">ISO 4217 code in capitals. The server accepts <c>CNY</c>.</param>
/// <param name="Amount">Whole minor units. Negative only in statements, where it means money going out. Requests take 1 to
/// 10,000,000,000 of them, for fees also 0.</param>
[method: JsonConstructor]
public readonly record struct Money(string Currency, long Amount) : IComparable<Money>
{
    /// <summary>The ISO 4217 code of the renminbi.</summary>
    public const string Renminbi = "CNY";

    private const decimal MostYuan = long.MaxValue / 100m;
    private const decimal LeastYuan = long.MinValue / 100m;

    /// <summary>An amount in fen: <c>Money.Cny(1990)</c> is 19.90 yuan.</summary>
    /// <param name="fen">Whole fen, 分: a hundredth of a yuan.</param>
    /// <returns>The amount in CNY.</returns>
    public static Money Cny(long fen) => new(Renminbi, fen);

    /// <summary>An amount in yuan with at most two decimals: <c>Money.Yuan(19.90m)</c>.</summary>
    /// <param name="yuan">Yuan, with two decimals at most.</param>
    /// <returns>The amount in CNY.</returns>
    /// <exception cref="ArgumentException">The amount has a fraction of a fen.</exception>
    /// <exception cref="OverflowException">The amount does not fit 64 bits of fen.</exception>
    public static Money Yuan(decimal yuan)
    {
        if (yuan is < LeastYuan or > MostYuan)
        {
            throw new OverflowException(
                $"{yuan.ToString(CultureInfo.InvariantCulture)} yuan is more than Money can hold: give yuan, and fen to Money.Cny."
            );
        }

        var fen = yuan * 100m;
        return decimal.Truncate(fen) == fen
            ? Cny(decimal.ToInt64(fen))
            : throw new ArgumentException("An amount in yuan has at most two decimals.", nameof(yuan));
    }

    /// <summary>The amount in yuan, for arithmetic and pages of one's own: 1990 fen are 19.90.</summary>
    /// <returns>Yuan, with two decimals.</returns>
    /// <exception cref="InvalidOperationException">The currency is not CNY.</exception>
    public decimal ToYuan() =>
        Currency == Renminbi
            ? Amount * 0.01m
            : throw new InvalidOperationException(
                Currency is null ? "A default Money has no currency." : $"{Currency} is not counted in yuan."
            );

    /// <summary>Compares two amounts of one currency, as the operators do.</summary>
    /// <param name="other">The amount to compare with.</param>
    /// <returns>Less than 0 when this is the smaller one, 0 when they are the same, and more than 0 when it is the larger
    /// one.</returns>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public int CompareTo(Money other) =>
        Currency == other.Currency
            ? Amount.CompareTo(other.Amount)
            : throw new InvalidOperationException(
                Currency is null || other.Currency is null
                    ? "A default Money has no currency: compare with Money.Cny(0)."
                    : $"{Currency} and {other.Currency} cannot be compared: convert one first."
            );

    /// <summary>Whether an amount is smaller than another of the same currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    /// <summary>Whether an amount is another of the same currency, or smaller.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    /// <summary>Whether an amount is larger than another of the same currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    /// <summary>Whether an amount is another of the same currency, or larger.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    /// <summary>The amount with its sign turned.</summary>
    /// <exception cref="OverflowException">It does not fit 64 bits of fen.</exception>
    public static Money operator -(Money value) => value with { Amount = checked(-value.Amount) };

    /// <summary>The sum of two amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">It does not fit 64 bits of fen.</exception>
    public static Money operator +(Money left, Money right) =>
        left.Currency == right.Currency
            ? left with
            {
                Amount = checked(left.Amount + right.Amount),
            }
            : throw new InvalidOperationException(
                left.Currency is null || right.Currency is null
                    ? "A default Money has no currency: begin a sum with Money.Cny(0)."
                    : $"{left.Currency} and {right.Currency} cannot be added: convert one first."
            );

    /// <summary>The difference of two amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">It does not fit 64 bits of fen.</exception>
    public static Money operator -(Money left, Money right) => left + -right;

    /// <summary>The amount in major units with its currency, such as <c>19.90 CNY</c>, in every culture.</summary>
    public override string ToString() =>
        $"{(Amount / 100m).ToString("0.00", CultureInfo.InvariantCulture)} {Currency}".TrimEnd();
}
