using OpenBanking.Server.Consents;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Consents;

public class AgreementRulesTests
{
    private static readonly AgreementRow agreement = Rows.Agreement;
    private static readonly AgreementRow monthly = Rows.Agreement with
    {
        PerPaymentLimit = 300_00,
        DailyLimit = 300_00,
        MonthlyLimit = 300_00,
    };
    private static readonly DateTimeOffset lastMomentOfDay = Rows.Noon.AddHours(12).AddTicks(-1);
    private static readonly DateTimeOffset nextDay = lastMomentOfDay.AddTicks(1);

    [Fact]
    public void An_agreement_lasts_until_it_expires_and_no_longer()
    {
        Assert.True(AgreementRules.IsActive(agreement, agreement.ExpiresAt.AddTicks(-1)));
        Assert.False(AgreementRules.IsActive(agreement, agreement.ExpiresAt));
    }

    [Fact]
    public void A_revoked_agreement_lasts_no_longer() =>
        Assert.False(AgreementRules.IsActive(agreement with { State = ConsentState.Revoked }, Rows.Noon));

    [Fact]
    public void An_agreement_covers_the_scenes_it_names_and_every_scene_when_it_names_none()
    {
        Assert.All(Scenes.All, scene => Assert.Null(AgreementRules.DeclineScene(agreement, scene)));
        var some = agreement with { Scenes = $"{Scenes.Parking} {Scenes.FoodDelivery}" };
        Assert.Equal(
            [Scenes.FoodDelivery, Scenes.Parking],
            Scenes.All.Where(scene => AgreementRules.DeclineScene(some, scene) is null)
        );
        Assert.Equal(DeclineCodes.AgreementSceneNotCovered, AgreementRules.DeclineScene(some, "food"));
    }

    [Fact]
    public void A_payment_may_be_as_much_as_the_limit_for_one_and_not_one_fen_more()
    {
        Assert.Null(AgreementRules.DeclinePayment(agreement, agreement.PerPaymentLimit, Rows.Noon));
        Assert.Equal(
            DeclineCodes.AgreementPerPaymentLimit,
            AgreementRules.DeclinePayment(agreement, agreement.PerPaymentLimit + 1, Rows.Noon)
        );
    }

    [Fact]
    public void A_days_payments_may_be_as_much_as_the_daily_limit_until_midnight_in_Shanghai()
    {
        var paid = AgreementRules.CountPayment(agreement, agreement.DailyLimit - 10, Rows.Noon);

        Assert.Null(AgreementRules.DeclinePayment(paid, 10, lastMomentOfDay));
        Assert.Equal(
            DeclineCodes.AgreementDailyLimit,
            AgreementRules.DeclinePayment(paid, 11, lastMomentOfDay)
        );
        Assert.Null(AgreementRules.DeclinePayment(paid, 11, nextDay));
    }

    [Fact]
    public void All_payments_together_may_be_as_much_as_the_total_limit_whatever_the_day()
    {
        var paid = agreement with { TotalPaid = agreement.TotalLimit - 10 };

        Assert.Null(AgreementRules.DeclinePayment(paid, 10, nextDay));
        Assert.Equal(DeclineCodes.AgreementTotalLimit, AgreementRules.DeclinePayment(paid, 11, nextDay));
    }

    [Fact]
    public void A_months_payments_may_be_as_much_as_the_monthly_limit_until_the_month_ends_in_Shanghai()
    {
        var paid = AgreementRules.CountPayment(monthly, 300_00 - 10, Rows.Noon);
        var lastMoment = new DateTimeOffset(2026, 7, 1, 0, 0, 0, Rows.Shanghai).AddTicks(-1);

        Assert.Null(AgreementRules.DeclinePayment(paid, 10, lastMoment));
        Assert.Equal(DeclineCodes.AgreementMonthlyLimit, AgreementRules.DeclinePayment(paid, 11, lastMoment));
        Assert.Null(AgreementRules.DeclinePayment(paid, 11, lastMoment.AddTicks(1)));
        Assert.Equal((Rows.Today.AddDays(1), 0, 300_00 - 10), AgreementRules.PaidAt(paid, nextDay));
    }

    [Fact]
    public void What_comes_back_is_given_to_the_month_it_was_paid_in_while_that_lasts()
    {
        var paid = AgreementRules.CountPayment(monthly, 100, Rows.Noon);

        var sameMonth = AgreementRules.GiveBackPayment(paid, 40, Rows.Today, Rows.Noon.AddDays(15));
        var nextMonth = AgreementRules.GiveBackPayment(paid, 40, Rows.Today, Rows.Noon.AddDays(16));
        var nextYear = AgreementRules.GiveBackPayment(paid, 40, Rows.Today, Rows.Noon.AddYears(1));

        Assert.Equal((60, 0, 0), (sameMonth.MonthPaid, nextMonth.MonthPaid, nextYear.MonthPaid));
    }

    [Fact]
    public void A_top_up_does_not_count_for_the_month() =>
        Assert.Equal(0, AgreementRules.CountTopUp(monthly, 100, Rows.Noon).MonthPaid);

    [Fact]
    public void The_limit_for_one_payment_is_looked_at_first_then_the_day_and_the_total()
    {
        var spent = agreement with { DayPaid = agreement.DailyLimit, TotalPaid = agreement.TotalLimit };

        Assert.Equal(
            DeclineCodes.AgreementPerPaymentLimit,
            AgreementRules.DeclinePayment(spent, agreement.PerPaymentLimit + 1, Rows.Noon)
        );
        Assert.Equal(DeclineCodes.AgreementDailyLimit, AgreementRules.DeclinePayment(spent, 1, Rows.Noon));
        Assert.Equal(DeclineCodes.AgreementTotalLimit, AgreementRules.DeclinePayment(spent, 1, nextDay));
    }

    [Fact]
    public void Payments_count_for_their_day_and_for_the_total()
    {
        var first = AgreementRules.CountPayment(agreement, 100, lastMomentOfDay);
        var second = AgreementRules.CountPayment(first, 30, nextDay);

        Assert.Equal((100, 100), (first.DayPaid, first.TotalPaid));
        Assert.Equal((30, 130), (second.DayPaid, second.TotalPaid));
        Assert.Equal(BusinessCalendar.DateOf(nextDay), second.Day);
    }

    [Fact]
    public void Payments_and_top_ups_are_uses_and_what_comes_back_is_none()
    {
        Assert.Null(agreement.LastUsedOn);
        var paid = AgreementRules.CountPayment(agreement, 100, Rows.Noon);
        var returned = AgreementRules.GiveBackPayment(paid, 40, Rows.Today, nextDay);
        var toppedUp = AgreementRules.CountTopUp(returned, 100, nextDay.AddDays(1));

        Assert.Equal(
            (Rows.Today, Rows.Today, Rows.Today.AddDays(2)),
            (paid.LastUsedOn, returned.LastUsedOn, toppedUp.LastUsedOn)
        );
    }

    [Fact]
    public void What_comes_back_is_given_to_the_total_and_to_its_day_while_that_lasts()
    {
        var paid = AgreementRules.CountPayment(agreement, 100, Rows.Noon);

        var sameDay = AgreementRules.GiveBackPayment(paid, 40, Rows.Today, lastMomentOfDay);
        var later = AgreementRules.GiveBackPayment(
            AgreementRules.CountPayment(paid, 30, nextDay),
            40,
            Rows.Today,
            nextDay
        );

        Assert.Equal((60, 60), (sameDay.DayPaid, sameDay.TotalPaid));
        Assert.Equal((30, 90), (later.DayPaid, later.TotalPaid));
    }

    [Fact]
    public void A_top_up_is_held_against_the_limits_for_one_and_for_the_day()
    {
        var toppedUp = AgreementRules.CountTopUp(agreement, agreement.DailyLimit - 10, Rows.Noon);

        Assert.Equal(
            DeclineCodes.AgreementPerPaymentLimit,
            AgreementRules.DeclineTopUp(agreement, agreement.PerPaymentLimit + 1, Rows.Noon)
        );
        Assert.Null(AgreementRules.DeclineTopUp(agreement, agreement.PerPaymentLimit, Rows.Noon));
        Assert.Null(AgreementRules.DeclineTopUp(toppedUp, 10, Rows.Noon));
        Assert.Equal(DeclineCodes.AgreementDailyLimit, AgreementRules.DeclineTopUp(toppedUp, 11, Rows.Noon));
        Assert.Null(AgreementRules.DeclineTopUp(toppedUp, 11, nextDay));
    }

    [Fact]
    public void Top_ups_and_payments_do_not_use_up_each_others_limits()
    {
        var toppedUp = AgreementRules.CountTopUp(agreement, agreement.DailyLimit, Rows.Noon);
        var paid = agreement with { DayPaid = agreement.DailyLimit, TotalPaid = agreement.TotalLimit };

        Assert.Null(AgreementRules.DeclinePayment(toppedUp, agreement.PerPaymentLimit, Rows.Noon));
        Assert.Null(AgreementRules.DeclineTopUp(paid, agreement.PerPaymentLimit, Rows.Noon));
        Assert.Equal(0, toppedUp.TotalPaid);
    }

    [Fact]
    public void A_top_up_that_failed_is_given_back_to_its_day_while_that_lasts()
    {
        var toppedUp = AgreementRules.CountTopUp(agreement, 100, Rows.Noon);

        var sameDay = AgreementRules.GiveBackTopUp(toppedUp, 100, Rows.Today, lastMomentOfDay);
        var later = AgreementRules.GiveBackTopUp(
            AgreementRules.CountTopUp(toppedUp, 30, nextDay),
            100,
            Rows.Today,
            nextDay
        );

        Assert.Equal(0, sameDay.DayToppedUp);
        Assert.Equal(30, later.DayToppedUp);
    }

    [Fact]
    public void What_comes_late_counts_for_the_day_that_has_begun_and_wipes_nothing_out()
    {
        var begun = AgreementRules.CountTopUp(
            AgreementRules.CountPayment(agreement, 100, nextDay),
            50,
            nextDay
        );

        var late = AgreementRules.CountTopUp(
            AgreementRules.CountPayment(begun, 30, lastMomentOfDay),
            5,
            lastMomentOfDay
        );
        var given = AgreementRules.GiveBackPayment(late, 100, BusinessCalendar.DateOf(nextDay), nextDay);

        Assert.Equal((130, 55, 130), (late.DayPaid, late.DayToppedUp, late.TotalPaid));
        Assert.Equal((30, 30), (given.DayPaid, given.TotalPaid));
    }
}
