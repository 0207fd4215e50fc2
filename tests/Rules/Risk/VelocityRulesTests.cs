using OpenBanking.Server;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Risk;
using OpenBanking.Tests.Rules.Payments;

namespace OpenBanking.Tests.Rules.Risk;

public class VelocityRulesTests
{
    private static readonly VelocityRule threeAnHour = new(
        "three",
        VelocitySubject.Customer,
        3600,
        RiskAnswer.Confirm,
        MostPayments: 3
    );

    private static readonly VelocityRule fiftyADay = new(
        "fifty",
        VelocitySubject.Partner,
        86_400,
        RiskAnswer.Decline,
        MostAmount: 50_00
    );

    [Fact]
    public void As_many_payments_go_out_as_the_rule_says_and_the_next_is_to_be_confirmed_until_the_window_ends()
    {
        var bank = Bank();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Null(Pay(bank, i, 1_00, Rows.Noon).DeclineCode);
        }

        Assert.Equal(
            DeclineCodes.RiskConfirmationRequired,
            Pay(bank, 4, 1_00, Rows.Noon.AddHours(1).AddTicks(-1)).DeclineCode
        );
        Assert.Null(Pay(bank, 5, 1_00, Rows.Noon.AddHours(1)).DeclineCode);
        Assert.Equal([3, 4_00, 1], bank.All(VelocityTables.Counters).Select(counter => counter.Total));
    }

    [Fact]
    public void A_payment_that_may_be_confirmed_is_left_to_the_customer_and_nothing_of_it_stays()
    {
        var bank = Bank();
        var pay = Payment(1, 1_00, Rows.Noon, new(RiskAnswer.Confirm, [])) with { MayBeConfirmed = true };

        Assert.Equal(PaymentRules.ConfirmationNeeded, bank.Run(pay).Rejected.Code);
        Assert.Empty(bank.All(PaymentTables.Payments));
    }

    [Fact]
    public void As_much_goes_out_as_the_rule_says_and_what_is_more_is_declined_whoever_would_confirm_it()
    {
        var bank = Bank();

        Assert.Null(Pay(bank, 1, 50_00, Rows.Noon).DeclineCode);
        var declined = bank.Run(
            Payment(2, 1, Rows.Noon.AddHours(2), Checks(Rows.Noon.AddHours(2))) with
            {
                MayBeConfirmed = true,
            }
        );

        Assert.Equal(DeclineCodes.RiskDeclined, declined.Declined.DeclineCode);
    }

    [Fact]
    public void The_gravest_of_all_answers_counts_and_what_the_engine_declines_is_not_counted()
    {
        var bank = Bank();

        var declined = bank.Run(
            Payment(1, 1_00, Rows.Noon, Checks(Rows.Noon) with { Answer = RiskAnswer.Decline }) with
            {
                MayBeConfirmed = true,
            }
        );

        Assert.Equal(DeclineCodes.RiskDeclined, declined.Declined.DeclineCode);
        Assert.Empty(bank.All(VelocityTables.Counters));
    }

    /// <summary>The agreement says more to the partner than the risk does.</summary>
    [Fact]
    public void What_the_agreement_or_the_account_does_not_cover_is_declined_for_that()
    {
        var bank = Bank();

        var declined = bank.Run(Payment(1, 50_01, Rows.Noon, new(RiskAnswer.Confirm, [])));

        Assert.Equal(DeclineCodes.AgreementPerPaymentLimit, declined.Declined.DeclineCode);
    }

    [Theory]
    [InlineData(""" "window_seconds":0,"most_payments":1,"then":"confirm" """)]
    [InlineData(""" "window_seconds":86401,"most_payments":1,"then":"confirm" """)]
    [InlineData(""" "window_seconds":60,"then":"confirm" """)]
    [InlineData(""" "window_seconds":60,"most_payments":1,"most_amount":1,"then":"confirm" """)]
    [InlineData(""" "window_seconds":60,"most_payments":1,"then":"allow" """)]
    [InlineData(""" "window_seconds":60,"most_payments":1,"then":"perhaps" """)]
    [InlineData(""" "window":60,"most_payments":1,"then":"confirm" """)]
    public void A_rule_that_cannot_be_kept_to_does_not_start(string rule) =>
        AssertRefused(
            $$"""[{"effective":"2026-01-01","rules":[{"name":"a","subject":"customer",{{rule}} }]}]"""
        );

    [Theory]
    [InlineData("""[{"effective":"2026-01-01"}]""")]
    [InlineData("""[{"effective":"2026-01-01","rules":[null]}]""")]
    [InlineData("[null]")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_no_list_of_rule_sets_does_not_start(string json) => AssertRefused(json);

    [Fact]
    public void A_file_that_is_not_there_does_not_start() =>
        Assert.Throws<WrongSettingException>(() => VelocityRuleSets.Load("/nowhere/rules.json"));

    [Fact]
    public void A_rule_set_is_in_force_from_its_date_until_the_next()
    {
        using var file = new RulesFile(
            """
            [
              {"effective":"2026-06-16","rules":[
                {"name":"b","subject":"customer","window_seconds":60,"most_payments":2,"then":"decline"}]},
              {"effective":"2026-06-15","rules":[
                {"name":"a","subject":"customer","window_seconds":60,"most_payments":1,"then":"confirm"}]}
            ]
            """
        );
        var rules = VelocityRuleSets.Load(file.Path);
        Dictionary<VelocitySubject, Guid> subjects = new()
        {
            [VelocitySubject.Customer] = Rows.Customer.Id.Value,
        };

        Assert.Empty(rules.ChecksFor(subjects, Rows.Noon.AddDays(-1)));
        Assert.Equal(1, Assert.Single(rules.ChecksFor(subjects, Rows.Noon)).Most);
        Assert.Equal(2, Assert.Single(rules.ChecksFor(subjects, Rows.Noon.AddDays(1))).Most);
        Assert.NotEmpty(VelocityRuleSets.Load(null).ChecksFor(subjects, Rows.Noon));
    }

    private static void AssertRefused(string json)
    {
        using var file = new RulesFile(json);
        var failure = Assert.Throws<WrongSettingException>(() => VelocityRuleSets.Load(file.Path));
        Assert.StartsWith("Risk:VelocityRules", failure.Message);
    }

    private static MemoryBank Bank() => PaymentRulesTests.BankWithMoney();

    private static PaymentRow Pay(MemoryBank bank, int number, long amount, DateTimeOffset now)
    {
        bank.Run(Payment(number, amount, now, Checks(now)));
        return bank.Get(PaymentTables.Payments, Rows.Id<PaymentRow>(100 + number));
    }

    private static RiskView Checks(DateTimeOffset now) =>
        new(
            RiskAnswer.Allow,
            [threeAnHour.For(Rows.Customer.Id.Value, now), fiftyADay.For(Rows.App.PartnerId.Value, now)]
        );

    private static CreatePayment Payment(int number, long amount, DateTimeOffset now, RiskView risk) =>
        new(
            Rows.World,
            now,
            Rows.Id<PaymentRow>(100 + number),
            Rows.Agreement,
            $"order-{number}",
            amount,
            CouponId: null,
            Description: null
        )
        {
            Risk = risk,
        };
}
