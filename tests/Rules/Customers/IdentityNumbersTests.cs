using OpenBanking.Server.Customers;

namespace OpenBanking.Tests.Rules.Customers;

public class IdentityNumbersTests
{
    [Theory]
    [InlineData("11010519491231002X")]
    [InlineData("440524188001010014")]
    [InlineData("999999199003070012")]
    public void A_resident_ID_number_with_the_right_check_digit_is_one(string number) =>
        Assert.True(IdentityNumbers.IsResidentId(number));

    [Theory]
    [InlineData("")]
    [InlineData("110105194912310021")]
    [InlineData("11010519491231002x")]
    [InlineData("11010519491231002")]
    [InlineData("11010519491231002XX")]
    [InlineData("11010519491331002X")]
    [InlineData("1101051949123100２X")]
    [InlineData("1101051949123 002X")]
    [InlineData("-1010519491231002X")]
    public void Anything_else_is_none(string number) => Assert.False(IdentityNumbers.IsResidentId(number));

    [Fact]
    public void A_thirtieth_of_February_is_no_birthday_though_the_check_digit_fits() =>
        Assert.False(IdentityNumbers.IsResidentId(WithCheckDigit("11010519490230002")));

    [Fact]
    public void One_changed_digit_is_always_found()
    {
        const string number = "11010519491231002X";
        for (var position = 0; position < 17; position++)
        {
            foreach (var digit in "0123456789".Where(digit => digit != number[position]))
            {
                Assert.False(
                    IdentityNumbers.IsResidentId(number[..position] + digit + number[(position + 1)..])
                );
            }
        }
    }

    [Fact]
    public void The_birthday_is_in_the_number() =>
        Assert.Equal(new DateOnly(1949, 12, 31), IdentityNumbers.BirthDateOf("11010519491231002X"));

    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("5555555555554444")]
    [InlineData("4222222222222")]
    [InlineData("6222000000000000012")]
    public void A_card_number_ends_with_its_Luhn_digit(string number) =>
        Assert.True(IdentityNumbers.IsCardNumber(number));

    [Theory]
    [InlineData("")]
    [InlineData("4111111111111112")]
    [InlineData("1411111111111111")]
    [InlineData("411111111116")]
    [InlineData("41111111111111111113")]
    [InlineData("411111111111111a")]
    [InlineData("４111111111111111")]
    public void Other_texts_are_no_card_numbers(string number) =>
        Assert.False(IdentityNumbers.IsCardNumber(number));

    [Theory]
    [InlineData("7992739871", '3')]
    [InlineData("411111111111111", '1')]
    [InlineData("0", '0')]
    public void The_Luhn_digit_is_the_published_one(string digits, char check) =>
        Assert.Equal(check, IdentityNumbers.LuhnDigit(digits));

    [Theory]
    [InlineData("13800138000", true)]
    [InlineData("19900000001", true)]
    [InlineData("12800138000", false)]
    [InlineData("23800138000", false)]
    [InlineData("1380013800", false)]
    [InlineData("138001380000", false)]
    [InlineData("1380013800a", false)]
    [InlineData("+8613800138", false)]
    [InlineData("", false)]
    public void A_mobile_number_is_eleven_digits_from_13_to_19(string number, bool isOne) =>
        Assert.Equal(isOne, IdentityNumbers.IsMobile(number));

    /// <summary>The check digit by the standard's own definition: the number with it is 1 modulo 11.</summary>
    private static string WithCheckDigit(string seventeen)
    {
        var sum = seventeen.Select((digit, i) => (digit - '0') * (int)(Math.Pow(2, 17 - i) % 11)).Sum();
        var check = Enumerable.Range(0, 11).Single(value => (sum + value) % 11 == 1);
        return seventeen + (check == 10 ? "X" : check.ToString());
    }

    [Theory]
    [InlineData("123456", "123456")]
    [InlineData(" 123 456\t", "123456")]
    [InlineData("１２３　４５６", "123456")]
    [InlineData("138\u00A00013\u20098000", "13800138000")]
    [InlineData("１０Ｘ", "10X")]
    [InlineData("\u202d4111-1111\u20131111－1111\u202c", "4111111111111111")]
    [InlineData("12345x", "12345x")]
    [InlineData(null, "")]
    public void A_number_may_be_typed_with_spaces_and_full_width_digits(string? typed, string number) =>
        Assert.Equal(number, IdentityNumbers.Read(typed));
}
