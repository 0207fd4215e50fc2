using System.Globalization;

namespace OpenBanking.Tests.Sdk;

public sealed class MoneyTests
{
    [Fact]
    public void Money_that_was_never_set_is_no_amount_and_says_so_where_it_is_added()
    {
        var nothing = default(Money);

        Assert.Equal("0.00", nothing.ToString());
        Assert.NotEqual(Money.Cny(0), nothing);
        Assert.Equal(nothing, -nothing);
        foreach (
            var sum in new Action[] { () => _ = nothing + Money.Cny(1), () => _ = Money.Cny(1) - nothing }
        )
        {
            Assert.Contains("Money.Cny(0)", Assert.Throws<InvalidOperationException>(sum).Message);
        }

        var other = Assert.Throws<InvalidOperationException>(() => Money.Cny(1) + new Money("USD", 1));
        Assert.StartsWith("CNY and USD cannot be added", other.Message);
    }

    [Fact]
    public void Amounts_of_one_currency_are_compared_and_read_in_yuan()
    {
        var (less, more) = (Money.Yuan(19.90m), Money.Yuan(20));

        Assert.Equal((true, true, false, false), (less < more, less <= more, less > more, less >= more));
        Assert.True(less <= Money.Cny(1990) && less >= Money.Cny(1990));
        Assert.Equal([less, more], new[] { more, less }.Order());
        Assert.Equal(
            ["19.90", "-0.05", "20.00"],
            new[] { less, Money.Cny(-5), more }.Select(each =>
                each.ToYuan().ToString(CultureInfo.InvariantCulture)
            )
        );

        var dollars = new Money("USD", 1);
        Assert.StartsWith(
            "CNY and USD cannot be compared",
            Assert.Throws<InvalidOperationException>(() => less < dollars).Message
        );
        Assert.Contains(
            "Money.Cny(0)",
            Assert.Throws<InvalidOperationException>(() => default(Money) < less).Message
        );
        Assert.Contains("USD", Assert.Throws<InvalidOperationException>(() => dollars.ToYuan()).Message);
    }

    [Fact]
    public void What_does_not_fit_is_not_wrapped_around()
    {
        Assert.Throws<OverflowException>(() => Money.Cny(long.MaxValue) + Money.Cny(1));
        Assert.Throws<OverflowException>(() => -Money.Cny(long.MinValue));
        Assert.StartsWith(
            "79228162514264337593543950335 yuan is more than Money can hold",
            Assert.Throws<OverflowException>(() => Money.Yuan(decimal.MaxValue)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<OverflowException>(() => Money.Yuan(100_000_000_000_000_000m));
        Assert.Equal(long.MaxValue, Money.Yuan(92_233_720_368_547_758.07m).Amount);
        Assert.Equal(long.MinValue, Money.Yuan(-92_233_720_368_547_758.08m).Amount);
        Assert.Throws<OverflowException>(() => Money.Yuan(-92_233_720_368_547_758.09m));
        Assert.Throws<ArgumentException>(() => Money.Yuan(0.001m));
    }

    [Fact]
    public void Values_that_were_never_set_can_be_looked_at()
    {
        Assert.NotEqual(PaymentStatus.Captured, default);
        Assert.Equal("", $"{default(PaymentStatus)}{default(IdempotencyKey)}");
        Assert.Equal(default(AccountType).GetHashCode(), default(AccountType).GetHashCode());
    }
}
