using OpenBanking.Server.Customers;

namespace OpenBanking.Tests.Rules.Customers;

public class MasksTests
{
    [Fact]
    public void A_number_shows_its_last_four_digits() =>
        Assert.Equal("**** **** **** 0012", Masks.Number("0012"));

    [Theory]
    [InlineData("13800138000", "138****8000")]
    [InlineData("138", "****")]
    [InlineData("", "****")]
    public void A_mobile_number_shows_its_first_three_and_last_four_digits(string mobile, string masked) =>
        Assert.Equal(masked, Masks.Mobile(mobile));

    [Theory]
    [InlineData("张伟", "*伟")]
    [InlineData("欧阳修文", "***文")]
    [InlineData("张", "张")]
    [InlineData("李𬭎", "*𬭎")]
    [InlineData("𠮷田", "*田")]
    [InlineData("", "")]
    public void A_name_shows_its_last_character(string name, string masked) =>
        Assert.Equal(masked, Masks.Name(name));
}
