using OpenBanking.Server.Accounts;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Accounts;

public class AccountRulesTests
{
    private const long Daily = 10_000_00;
    private const long Yearly = 200_000_00;

    private static readonly AccountRow rich = Rows.Account with { Available = 1_000_000_00 };
    private static readonly DateTimeOffset lastMomentOfDay = Rows.Noon.AddHours(12).AddTicks(-1);
    private static readonly DateTimeOffset nextDay = lastMomentOfDay.AddTicks(1);
    private static readonly DateTimeOffset newYear = new(2027, 1, 1, 0, 0, 0, Rows.Shanghai);
    private static readonly DateTimeOffset lastMomentOfYear = newYear.AddTicks(-1);

    [Fact]
    public void The_whole_daily_limit_may_go_out_and_not_one_fen_more()
    {
        Assert.Null(AccountRules.DeclineOutflow(rich, Daily, Rows.Noon, Rows.Limits));
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(rich, Daily + 1, Rows.Noon, Rows.Limits)
        );
    }

    [Fact]
    public void What_went_out_today_counts_until_midnight_in_Shanghai()
    {
        var spent = AccountRules.CountOutflow(rich, Daily - 1, Rows.Noon);

        Assert.Null(AccountRules.DeclineOutflow(spent, 1, lastMomentOfDay, Rows.Limits));
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(spent, 2, lastMomentOfDay, Rows.Limits)
        );
        Assert.Null(AccountRules.DeclineOutflow(spent, Daily, nextDay, Rows.Limits));
    }

    [Fact]
    public void The_whole_yearly_limit_may_go_out_and_not_one_fen_more()
    {
        var almostSpent = rich with { YearOutflow = Yearly - 100 };

        Assert.Null(AccountRules.DeclineOutflow(almostSpent, 100, Rows.Noon, Rows.Limits));
        Assert.Equal(
            DeclineCodes.AccountYearlyLimit,
            AccountRules.DeclineOutflow(almostSpent, 101, Rows.Noon, Rows.Limits)
        );
    }

    [Fact]
    public void The_year_goes_on_at_midnight_and_begins_anew_at_New_Year_in_Shanghai()
    {
        var spent = rich with { YearOutflow = Yearly, OutflowDay = new(2026, 12, 30), IdleSince = newYear };

        Assert.Equal(
            DeclineCodes.AccountYearlyLimit,
            AccountRules.DeclineOutflow(spent, 1, lastMomentOfYear, Rows.Limits)
        );
        Assert.Null(AccountRules.DeclineOutflow(spent, 1, newYear, Rows.Limits));
    }

    [Fact]
    public void A_day_and_a_year_later_the_counters_hold_what_went_out_since()
    {
        var first = AccountRules.CountOutflow(rich, 100, lastMomentOfDay);
        var second = AccountRules.CountOutflow(first, 30, nextDay);
        var third = AccountRules.CountOutflow(second, 7, newYear);

        Assert.Equal((100, 100), (first.DayOutflow, first.YearOutflow));
        Assert.Equal((30, 130), (second.DayOutflow, second.YearOutflow));
        Assert.Equal((7, 7), (third.DayOutflow, third.YearOutflow));
        Assert.Equal(BusinessCalendar.DateOf(newYear), third.OutflowDay);
    }

    [Fact]
    public void The_balance_may_go_down_to_nothing_and_not_one_fen_further()
    {
        Assert.Null(
            AccountRules.DeclineOutflow(Rows.Account, Rows.Account.Available, Rows.Noon, Rows.Limits)
        );
        Assert.Equal(
            DeclineCodes.InsufficientFunds,
            AccountRules.DeclineOutflow(Rows.Account, Rows.Account.Available + 1, Rows.Noon, Rows.Limits)
        );
    }

    [Fact]
    public void The_state_is_looked_at_first_then_the_day_the_year_and_the_funds()
    {
        var worst = Rows.Account with
        {
            State = AccountState.PendingActivation,
            Available = 0,
            DayOutflow = Daily,
            YearOutflow = Yearly,
        };
        var active = worst with { State = AccountState.Active };
        var withinDay = active with { DayOutflow = 0 };
        var withinYear = withinDay with { YearOutflow = 0 };

        Assert.Equal(
            DeclineCodes.AccountNotActive,
            AccountRules.DeclineOutflow(worst, 1, Rows.Noon, Rows.Limits)
        );
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(active, 1, Rows.Noon, Rows.Limits)
        );
        Assert.Equal(
            DeclineCodes.AccountYearlyLimit,
            AccountRules.DeclineOutflow(withinDay, 1, Rows.Noon, Rows.Limits)
        );
        Assert.Equal(
            DeclineCodes.InsufficientFunds,
            AccountRules.DeclineOutflow(withinYear, 1, Rows.Noon, Rows.Limits)
        );
    }

    [Fact]
    public void What_comes_back_on_the_same_day_may_go_out_again_that_day()
    {
        var spent = AccountRules.CountOutflow(rich, 100, Rows.Noon);

        var given = AccountRules.GiveBackOutflow(spent, 40, Rows.Today, lastMomentOfDay);

        Assert.Equal((60, 60), (given.DayOutflow, given.YearOutflow));
    }

    [Fact]
    public void What_comes_back_on_a_later_day_of_the_year_leaves_that_days_own_counter_alone()
    {
        var spent = AccountRules.CountOutflow(AccountRules.CountOutflow(rich, 100, Rows.Noon), 30, nextDay);

        var given = AccountRules.GiveBackOutflow(spent, 40, Rows.Today, nextDay);

        Assert.Equal((30, 90), (given.DayOutflow, given.YearOutflow));
    }

    [Fact]
    public void What_comes_back_after_New_Year_changes_no_counter_of_the_new_year()
    {
        var spent = AccountRules.CountOutflow(AccountRules.CountOutflow(rich, 100, Rows.Noon), 30, newYear);

        var given = AccountRules.GiveBackOutflow(spent, 40, Rows.Today, newYear);

        Assert.Equal((30, 30), (given.DayOutflow, given.YearOutflow));
    }

    [Fact]
    public void What_comes_back_in_a_new_year_before_anything_went_out_leaves_nothing_counted()
    {
        var spent = AccountRules.CountOutflow(rich, 100, Rows.Noon);

        var given = AccountRules.GiveBackOutflow(spent, 100, Rows.Today, newYear);

        Assert.Equal((0, 0), (given.DayOutflow, given.YearOutflow));
        Assert.Equal(BusinessCalendar.DateOf(newYear), given.OutflowDay);
    }

    [Fact]
    public void A_payment_that_comes_late_counts_for_the_day_that_has_begun_and_wipes_nothing_out()
    {
        var begun = AccountRules.CountOutflow(rich, Daily - 100, nextDay);

        var late = AccountRules.CountOutflow(begun, 100, lastMomentOfDay);

        Assert.Equal((Daily, Daily), (late.DayOutflow, late.YearOutflow));
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(late, 1, lastMomentOfDay, Rows.Limits)
        );
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(late, 1, nextDay, Rows.Limits)
        );
    }

    [Fact]
    public void A_payment_that_comes_late_at_New_Year_does_not_wipe_out_the_new_year()
    {
        var begun = AccountRules.CountOutflow(rich, 100, newYear);

        var late = AccountRules.CountOutflow(begun, 30, lastMomentOfYear);
        var given = AccountRules.GiveBackOutflow(late, 100, BusinessCalendar.DateOf(newYear), newYear);

        Assert.Equal((130, 130), (late.DayOutflow, late.YearOutflow));
        Assert.Equal((30, 30), (given.DayOutflow, given.YearOutflow));
    }

    [Fact]
    public void What_comes_back_late_leaves_the_day_that_has_begun_alone()
    {
        var begun = AccountRules.CountOutflow(
            AccountRules.CountOutflow(rich, 100, lastMomentOfDay),
            30,
            nextDay
        );

        var given = AccountRules.GiveBackOutflow(begun, 100, Rows.Today, lastMomentOfDay);

        Assert.Equal((30, 30), (given.DayOutflow, given.YearOutflow));
    }

    [Fact]
    public void A_new_account_is_put_in_use_and_its_app_is_told()
    {
        var pending = Rows.Account with { State = AccountState.PendingActivation };
        var bank = new MemoryBank().Put(AccountTables.Accounts, pending);
        var book = bank.Open(keys => keys.Want(AccountTables.Accounts, pending.Id));

        AccountRules.Activate(book, pending.Id, [Rows.App.Id]);

        Assert.Equal(AccountState.Active, book.Get(AccountTables.Accounts, pending.Id).State);
        var told = Assert.Single(book.Events);
        Assert.Equal(
            (Rows.App.Id.Value, EventTypes.AccountActive, 2, "active"),
            (told.AppId, told.Type, told.Sequence, told.Status)
        );
    }

    [Fact]
    public void An_account_in_use_stays_as_it_is_and_nobody_is_told()
    {
        var bank = new MemoryBank().Put(AccountTables.Accounts, Rows.Account);
        var book = bank.Open(keys => keys.Want(AccountTables.Accounts, Rows.Account.Id));

        AccountRules.Activate(book, Rows.Account.Id, [Rows.App.Id]);

        Assert.False(book.HasChanges);
    }

    [Fact]
    public void Freezing_and_freeing_an_account_tells_every_app_once()
    {
        var bank = new MemoryBank().Put(AccountTables.Accounts, Rows.Account);
        var book = bank.Open(keys => keys.Want(AccountTables.Accounts, Rows.Account.Id));
        var other = Rows.Id<OpenBanking.Server.Partners.AppRow>(2);

        var frozen = AccountRules.Freeze(
            book,
            Rows.Account with
            {
                State = AccountState.PendingActivation,
            },
            FreezeReasons.Bank,
            [Rows.App.Id, other]
        );
        var freed = AccountRules.Unfreeze(book, frozen, FreezeReasons.Bank, [Rows.App.Id]);

        Assert.Equal(
            (AccountState.Frozen, AccountState.PendingActivation),
            (frozen.State, book.Get(AccountTables.Accounts, freed.Id).State)
        );
        Assert.Equal(
            [
                (Rows.App.Id.Value, EventTypes.AccountFrozen, 2, "frozen"),
                (other.Value, EventTypes.AccountFrozen, 2, "frozen"),
                (Rows.App.Id.Value, EventTypes.AccountUnfrozen, 3, "pending_activation"),
            ],
            book.Events.Select(told => (told.AppId, told.Type, told.Sequence, told.Status))
        );
    }
}
