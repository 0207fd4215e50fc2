using OpenBanking.Server.Accounts;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Rules.Payments;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>Limits that change on a day.</summary>
public class LimitVersionTests
{
    private static readonly DateOnly change = new(2026, 7, 1);
    private static readonly DateTimeOffset midnight = BusinessCalendar.StartOf(change);
    private static readonly DateTimeOffset justBefore = midnight.AddTicks(-1);
    private static readonly DateTimeOffset newYear = BusinessCalendar.StartOf(new(2027, 1, 1));

    private static readonly AccountRow rich = Rows.Account with
    {
        Available = 100_000_00,
        IdleSince = newYear,
    };

    private static readonly AccountRow small = rich with
    {
        Available = 400_00,
        Type = AccountType.TypeThree.Value,
    };

    private static readonly LimitRules rules = From(change);

    [Fact]
    public void A_version_comes_into_force_at_midnight_in_Shanghai_and_not_before()
    {
        Assert.Null(AccountRules.DeclineOutflow(rich, 20_01, justBefore, rules));
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(rich, 20_01, midnight, rules)
        );
        Assert.Null(AccountRules.DeclineOutflow(rich, 20_00, midnight, rules));

        Assert.False(AccountRules.NeedsCode(rich, 10_01, justBefore, rules));
        Assert.True(AccountRules.NeedsCode(rich, 10_01, midnight, rules));
        Assert.True(AccountRules.HasRoomFor(small, 100_01, justBefore, rules));
        Assert.False(AccountRules.HasRoomFor(small, 100_01, midnight, rules));
        Assert.Equal((16, 18), (AgeAt(justBefore), AgeAt(midnight)));
    }

    [Fact]
    public void A_payment_is_decided_by_the_version_of_its_day()
    {
        var bank = PaymentRulesTests.BankWithMoney();
        bank.Limits = rules;
        var paid = bank.Run(Pay(1, 20_01, justBefore)).Accepted;
        var declined = bank.Run(Pay(2, 20_01, midnight)).Declined;

        Assert.Equal(PaymentState.Captured, paid.State);
        Assert.Equal(DeclineCodes.AccountDailyLimit, declined.DeclineCode);
        Assert.Equal(PaymentState.Captured, bank.Run(Pay(3, 20_00, midnight)).Accepted.State);
    }

    [Fact]
    public void What_went_out_before_in_the_year_counts_for_the_new_version()
    {
        var spent = AccountRules.CountOutflow(rich, 495_00, justBefore);

        Assert.Null(AccountRules.DeclineOutflow(spent, 10_00, justBefore, rules));
        Assert.Equal(
            DeclineCodes.AccountYearlyLimit,
            AccountRules.DeclineOutflow(spent, 5_01, midnight, rules)
        );
        Assert.Null(AccountRules.DeclineOutflow(spent, 5_00, midnight, rules));
    }

    [Fact]
    public void At_New_Year_the_year_begins_anew_under_the_new_version()
    {
        var fromNewYear = From(new(2027, 1, 1));
        var spent = AccountRules.CountOutflow(rich, 200_000_00, newYear.AddTicks(-1));

        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(spent, 1, newYear.AddTicks(-1), fromNewYear)
        );
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(spent, 20_01, newYear, fromNewYear)
        );
        var paid = AccountRules.CountOutflow(spent, 20_00, newYear);
        Assert.Equal((20_00, 20_00), (paid.DayOutflow, paid.YearOutflow));
        var later = paid with { YearOutflow = 490_00 };
        Assert.Equal(
            DeclineCodes.AccountYearlyLimit,
            AccountRules.DeclineOutflow(later, 10_01, newYear.AddDays(1), fromNewYear)
        );
    }

    [Fact]
    public void What_a_customer_has_set_above_a_new_version_counts_no_more()
    {
        var own = rich with { DayLimit = 30_00 };

        Assert.Null(AccountRules.DeclineOutflow(own, 30_00, justBefore, rules));
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(own, 20_01, midnight, rules)
        );
    }

    /// <summary>The server's own limits, and from a day on others.</summary>
    private static LimitRules From(DateOnly day)
    {
        AccountLimits limits = new(20_00, 500_00, 5, 5, CodeAbove: 10_00);
        return new([
            new(
                new(2016, 12, 1),
                "old",
                MinimumAge: 16,
                LimitRules.KnownTypes.ToDictionary(type => type, type => Rows.Limits.For(type, Rows.Today))
            ),
            new(
                day,
                "new",
                MinimumAge: 18,
                LimitRules.KnownTypes.ToDictionary(
                    type => type,
                    type =>
                        type == AccountType.TypeThree.Value ? limits with { MostBalance = 500_00 } : limits
                )
            ),
        ]);
    }

    private static int AgeAt(DateTimeOffset now) => rules.MinimumAge(BusinessCalendar.DateOf(now));

    private static CreatePayment Pay(int number, long amount, DateTimeOffset now) =>
        new(
            Rows.World,
            now,
            Rows.Id<PaymentRow>(100 + number),
            Rows.Agreement,
            $"order-{number}",
            amount,
            CouponId: null,
            Description: null
        );
}
