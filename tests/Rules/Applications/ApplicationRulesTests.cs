using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Applications;

public class ApplicationRulesTests
{
    private readonly ApplicationScene scene = new();

    [Fact]
    public void An_application_waits_for_its_verification_and_then_for_the_code()
    {
        Assert.Equal(ApplicationState.IdentityVerifying, scene.Create().Accepted.State);
        Assert.Equal(IntentKind.VerifyApplicant, Assert.Single(scene.Bank.All(IntentTables.Intents)).Kind);

        scene.Verify();

        Assert.Equal(
            (ApplicationState.OtpPending, "示例银行一"),
            (scene.Application.State, scene.Application.CardBank)
        );
        Assert.Empty(scene.Bank.All(AccountTables.Accounts));
        Assert.Empty(scene.Bank.All(CustomerTables.Customers));
    }

    [Fact]
    public void The_right_code_opens_the_account_and_proves_the_browser()
    {
        scene.ToCode();

        var ran = scene.Enter(right: true);

        Assert.Equal(CodeCheck.Right, ran.Accepted);
        Assert.Equal([EventTypes.AccountOpened, EventTypes.AccountApplicationOpened], ran.Told);
        Assert.Equal(ApplicationState.Opened, scene.Application.State);
        Assert.Single(scene.Bank.All(AccountTables.Accounts));
        var visit = Assert.Single(scene.Bank.All(ApplicationTables.Visits));
        Assert.Equal((VisitState.Proven, "after"), (visit.State, visit.BrowserHash));
    }

    [Fact]
    public void A_code_is_good_for_its_own_application_alone()
    {
        scene.ToCode();
        var other = scene.Application with { Id = Rows.Id<AccountApplicationRow>(77) };
        scene.Bank.Put(ApplicationTables.Applications, other);

        Assert.Equal(
            ApplicationRules.Over,
            scene.Bank.Run(scene.Entered(right: true) with { Application = other }).Rejected.Code
        );
    }

    [Fact]
    public void Ten_wrong_codes_end_the_application_and_forget_the_person()
    {
        scene.Create();
        scene.Verify();
        for (var wrong = 0; wrong < ApplicationRules.MostWrongCodes; wrong++)
        {
            if (wrong % 5 == 0)
            {
                scene.Visit();
            }

            Assert.Equal(
                wrong % 5 < 4 ? CodeCheck.Wrong : CodeCheck.LastWrong,
                scene.Enter(right: false).Declined
            );
        }

        Assert.Equal(
            (ApplicationState.OtpFailed, ApplicationReasons.TooManyWrongCodes),
            (scene.Application.State, scene.Application.Reason)
        );
        Assert.Empty(scene.Application.Elements);
        Assert.Equal(ApplicationRules.Over, scene.Enter(right: true).Rejected.Code);
        Assert.Equal(ApplicationRules.Over, scene.Visit().Rejected.Code);
    }

    [Fact]
    public void Two_taps_on_one_wrong_code_count_once_for_the_application_too()
    {
        scene.ToCode();
        var tap = scene.Entered(right: false) with { Form = new SentForm("one") };

        Assert.Equal(CodeCheck.Wrong, scene.Bank.Run(tap).Declined);
        Assert.Equal(CodeCheck.Wrong, scene.Bank.Run(tap).Declined);

        Assert.Equal(1, scene.Application.WrongCodes);
    }

    [Fact]
    public void Who_has_not_asked_for_it_ends_it_once_and_nothing_of_the_person_is_kept()
    {
        scene.ToCode();
        Assert.Single(scene.Refuse().Events);
        Assert.Equal(
            (ApplicationState.Rejected, ApplicationReasons.CustomerDeclined),
            (scene.Application.State, scene.Application.Reason)
        );
        Assert.Empty(scene.Application.Elements);

        Assert.Empty(scene.Refuse().Events);
        Assert.Equal(ApplicationRules.Over, scene.Enter(right: true).Rejected.Code);
    }

    [Fact]
    public void What_was_confirmed_by_code_is_not_ended_by_who_has_only_the_address()
    {
        scene.ToCode();
        scene.Enter(right: true);
        Assert.Empty(scene.Refuse().Events);
        Assert.Equal(ApplicationState.Opened, scene.Application.State);
    }

    [Fact]
    public void A_sixth_account_is_refused_only_after_the_code()
    {
        scene.PutCustomer(accounts: 5, withPin: true);
        scene.ToCode();
        Assert.Null(scene.Application.Reason);

        Assert.Equal(CodeCheck.Right, scene.Enter(right: true).Accepted);

        Assert.Equal(
            (ApplicationState.Rejected, ApplicationReasons.TooManyAccounts),
            (scene.Application.State, scene.Application.Reason)
        );
    }

    [Fact]
    public void A_number_of_another_customer_is_refused_only_after_the_code_and_stays_with_them()
    {
        var owner = Rows.Id<CustomerRow>(42);
        scene.Bank.Put(
            CustomerTables.Mobiles,
            new CustomerMobileRow { MobileIndex = scene.New.MobileIndex, CustomerId = owner }
        );
        scene.ToCode();

        scene.Enter(right: true);

        Assert.Equal(ApplicationReasons.MobileOfAnother, scene.Application.Reason);
        Assert.Equal(owner, Assert.Single(scene.Bank.All(CustomerTables.Mobiles)).CustomerId);
        Assert.Empty(scene.Bank.All(AccountTables.Accounts));
    }

    [Fact]
    public void A_customer_with_a_PIN_has_an_active_account_at_once()
    {
        scene.PutCustomer(accounts: 1, withPin: true);
        scene.ToCode();

        scene.Enter(right: true);

        Assert.Equal(AccountState.Active, Assert.Single(scene.Bank.All(AccountTables.Accounts)).State);
    }

    [Fact]
    public void A_number_that_is_the_customers_no_more_goes_on_with_no_account()
    {
        scene.ToCode();
        scene.Enter(right: true);
        var mobile = scene.Bank.Get(CustomerTables.Mobiles, new(scene.New.MobileIndex));
        scene.Bank.Put(CustomerTables.Mobiles, mobile with { EndedAt = scene.Now });

        Assert.Equal(ApplicationRules.Over, scene.Visit().Rejected.Code);
    }

    [Fact]
    public void Nothing_goes_on_after_a_day()
    {
        scene.ToCode();
        scene.Now = scene.New.ExpiresAt;

        Assert.Equal(ApplicationRules.Over, scene.Enter(right: true).Rejected.Code);
        Assert.Equal(ApplicationRules.Over, scene.Visit().Rejected.Code);
        Assert.Equal(ApplicationState.Expired, scene.Expire().Accepted.State);
        Assert.Empty(scene.Application.Elements);
        Assert.Empty(scene.Expire().Events);
    }

    [Fact]
    public void An_application_that_has_time_does_not_expire()
    {
        scene.ToCode();
        scene.Now = scene.New.ExpiresAt.AddTicks(-1);

        Assert.Empty(scene.Expire().Events);
        Assert.Equal(ApplicationState.OtpPending, scene.Application.State);
    }

    [Fact]
    public void A_partner_makes_so_many_in_a_minute_and_then_waits()
    {
        for (var made = 0; made < ApplicationScene.Most; made++)
        {
            scene.Create(number: 100 + made);
        }

        Assert.Equal(ProblemCodes.TooManyApplications, scene.Create(number: 200).Rejected.Code);
        scene.Now += ApplicationRules.Window;
        Assert.Equal(ApplicationState.IdentityVerifying, scene.Create(number: 200).Accepted.State);
    }

    [Fact]
    public void What_was_made_while_a_clock_was_a_day_ahead_is_counted_apart()
    {
        scene.Now += TimeSpan.FromDays(1);
        scene.Create(number: 100);
        scene.Now -= TimeSpan.FromDays(1);
        for (var made = 0; made < ApplicationScene.Most; made++)
        {
            Assert.Equal(ApplicationState.IdentityVerifying, scene.Create(number: 101 + made).Accepted.State);
        }

        Assert.Equal(ProblemCodes.TooManyApplications, scene.Create(number: 200).Rejected.Code);
        scene.Now += ApplicationRules.Window;
        Assert.Equal(ApplicationState.IdentityVerifying, scene.Create(number: 200).Accepted.State);
    }

    [Theory]
    [InlineData(CodesOf.Browser)]
    [InlineData(CodesOf.Address)]
    public void Codes_asked_for_while_a_clock_was_ahead_do_not_use_up_those_of_a_browser_or_an_address(
        CodesOf where
    )
    {
        scene.Create();
        scene.Verify();
        scene.Now += TimeSpan.FromHours(12);
        for (var sent = 0; sent < ApplicationScene.MostCodes; sent++)
        {
            scene.Visit($"number {sent}", where);
        }

        scene.Now -= TimeSpan.FromHours(12);
        Assert.IsType<Accepted<Done>>(scene.Visit("another number", where).Decision);
    }

    [Theory]
    [InlineData(CodesOf.Browser)]
    [InlineData(CodesOf.Address)]
    public void A_browser_and_an_address_ask_for_so_many_codes_in_an_hour(CodesOf where)
    {
        scene.Create();
        scene.Verify();
        for (var sent = 0; sent < ApplicationScene.MostCodes; sent++)
        {
            Assert.IsType<Accepted<Done>>(scene.Visit($"number {sent}", where).Decision);
        }

        Assert.Equal("too_many_codes", scene.Visit("another number", where).Rejected.Code);
        scene.Now = scene.Now.AddHours(1);
        Assert.IsType<Accepted<Done>>(scene.Visit("another number", where).Decision);
    }
}
