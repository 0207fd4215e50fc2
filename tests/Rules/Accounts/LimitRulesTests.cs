using OpenBanking.Server.Accounts;

namespace OpenBanking.Tests.Rules.Accounts;

public class LimitRulesTests
{
    [Theory]
    [InlineData("2016-12-01")]
    [InlineData("2026-06-15")]
    [InlineData("2099-12-31")]
    public void A_type_two_account_may_send_ten_thousand_yuan_a_day_and_two_hundred_thousand_a_year(
        string date
    )
    {
        var limits = Rows.Limits.For(AccountType.TypeTwo.Value, DateOnly.Parse(date));

        Assert.Equal(
            new AccountLimits(
                10_000_00,
                200_000_00,
                AccountsPerPerson: 5,
                CardsPerAccount: 5,
                CodeAbove: 1_000_00
            ),
            limits
        );
    }

    [Fact]
    public void A_type_three_account_may_send_two_thousand_yuan_a_day_and_hold_two_thousand() =>
        Assert.Equal(
            new AccountLimits(
                2_000_00,
                50_000_00,
                AccountsPerPerson: 5,
                CardsPerAccount: 5,
                CodeAbove: 1_000_00,
                MostBalance: 2_000_00
            ),
            Rows.Limits.For(AccountType.TypeThree.Value, Rows.Today)
        );

    [Fact]
    public void Before_the_first_rule_set_its_limits_hold_already() =>
        Assert.Equal(10_000_00, Rows.Limits.For(AccountType.TypeTwo.Value, new(2000, 1, 1)).DailyOutflow);

    [Fact]
    public void A_class_of_account_without_limits_may_do_nothing() =>
        Assert.Throws<KeyNotFoundException>(() => Rows.Limits.For("type_i", Rows.Today));
}
