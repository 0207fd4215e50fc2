using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Partners;

namespace OpenBanking.Tests.Rules.Fees;

public class FeeRulesTests
{
    private const int Count = 20_000;

    private static readonly FeeRuleRow rule = Rows.FeeRule;

    /// <summary>A rule, and what was captured by and by.</summary>
    private static readonly Gen<(FeeRuleRow Rule, long[] Totals)> cases =
        from basisPoints in Gen.Frequency(
            (3, Gen.Choose(0, 300)),
            (1, Gen.Choose(0, FeeRules.MostBasisPoints))
        )
        from minimum in Gen.Choose(0, 500)
        from above in Gen.Choose(-1, 5_000)
        from count in Gen.Choose(1, 6)
        from parts in Gen.ArrayOf(Gen.Choose(1, 100_000), count)
        select (
            rule with
            {
                BasisPoints = basisPoints,
                Minimum = minimum,
                Cap = above < 0 ? null : minimum + above,
            },
            Totals(parts)
        );

    [Theory]
    [InlineData(100_00, 60)]
    [InlineData(16_66, 10)]
    [InlineData(1_00, 10)]
    [InlineData(7, 7)]
    [InlineData(0, 0)]
    [InlineData(5_000_00, 20_00)]
    [InlineData(20_92, 13)]
    [InlineData(20_83, 12)]
    [InlineData(10_000_000_000, 20_00)]
    public void A_fee_is_the_rate_within_minimum_and_cap_and_half_a_fen_is_rounded_up(
        long captured,
        long fee
    ) => Assert.Equal(fee, FeeRules.FeeOf(rule, captured));

    [Fact]
    public void Each_capture_takes_something_between_nothing_and_what_it_captures() =>
        Properties.Hold(
            cases,
            Count,
            hold =>
            {
                var (taken, before) = (0L, 0L);
                foreach (var total in hold.Totals)
                {
                    var fee = FeeRules.FeeOf(hold.Rule, total);
                    Assert.InRange(fee - taken, 0, total - before);
                    (taken, before) = (fee, total);
                }

                Assert.InRange(taken, 0, hold.Rule.Cap ?? long.MaxValue);
            }
        );

    [Fact]
    public void Refunds_in_any_parts_give_all_of_it_back_and_never_a_negative_part() =>
        Properties.Hold(
            cases,
            Count,
            refunds =>
            {
                var total = refunds.Totals[^1];
                var fee = FeeRules.FeeOf(refunds.Rule, total);
                var before = (Refunded: 0L, Fee: 0L);
                foreach (var refunded in refunds.Totals)
                {
                    var back = FeeRules.GivenBack(refunds.Rule, fee, refunded, total);
                    Assert.InRange(back - before.Fee, 0, refunded - before.Refunded);
                    before = (refunded, back);
                }

                Assert.Equal(fee, before.Fee);
            }
        );

    [Fact]
    public void What_is_kept_is_kept() =>
        Assert.Equal(0, FeeRules.GivenBack(rule with { Refunded = false }, 60, 100_00, 100_00));

    [Fact]
    public void The_apps_own_rule_goes_before_the_scenes_and_that_before_the_partners()
    {
        var partner = rule;
        var scene = rule with { Id = Rows.Id<FeeRuleRow>(2), Scene = Rows.App.Scene };
        var app = rule with { Id = Rows.Id<FeeRuleRow>(3), OwnerId = Rows.App.Id.Value };

        Assert.Equal(app, Find(partner, scene, app));
        Assert.Equal(scene, Find(partner, scene));
        Assert.Equal(partner, Find(partner, scene with { Scene = "transit" }));
        Assert.Null(Find(partner with { OwnerId = Rows.Id<PartnerRow>(2).Value }));
    }

    [Fact]
    public void A_version_counts_from_its_day_on_and_of_one_day_the_newest()
    {
        var next = rule with { Id = Rows.Id<FeeRuleRow>(2), Effective = Rows.Today.AddDays(1) };

        Assert.Null(Find(next));
        Assert.Equal(rule, Find(rule, next));
        Assert.Equal(next, FeeRules.Find([next, rule], Rows.App, Rows.Today.AddDays(1)));
        Assert.Equal(next.Id, Find(next with { Effective = Rows.Today }, rule)?.Id);
    }

    [Fact]
    public void What_payments_cost_is_not_changed_for_days_that_have_begun()
    {
        Assert.Equal(
            FeeRules.Refusals.InThePast,
            Add(rule with { Effective = Rows.Today.AddDays(-1) }).Rejected.Code
        );
        Assert.Equal(rule, Add(rule).Accepted);
    }

    [Theory]
    [InlineData(-1, 0, null)]
    [InlineData(FeeRules.MostBasisPoints + 1, 0, null)]
    [InlineData(60, -1, null)]
    [InlineData(60, 10, 9L)]
    [InlineData(60, 0, 10_000_000_001)]
    public void Figures_out_of_range_are_refused(int basisPoints, long minimum, long? cap) =>
        Assert.Equal(
            FeeRules.Refusals.OutOfRange,
            Add(rule with { BasisPoints = basisPoints, Minimum = minimum, Cap = cap }).Rejected.Code
        );

    private static Ran<FeeRuleRow> Add(FeeRuleRow added) =>
        new MemoryBank().Run(new AddFeeRule(Rows.World, Rows.Noon, added));

    private static FeeRuleRow? Find(params FeeRuleRow[] rules) => FeeRules.Find(rules, Rows.App, Rows.Today);

    private static long[] Totals(int[] parts)
    {
        var sum = 0L;
        return [.. parts.Select(part => sum += part)];
    }
}
