using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Fees;

/// <summary>Adds a version of what a partner pays.</summary>
public sealed record AddFeeRule(World World, DateTimeOffset Now, FeeRuleRow Rule)
    : Command<FeeRuleRow>(World, Now)
{
    public override Subject Subject => Subject.Of(Rule.Id);

    public override void Keys(IKeySet keys) => keys.Want(FeeTables.Rules, Rule.Id);

    public override Decision<FeeRuleRow> Decide(Book book) => FeeRules.Add(this, book);
}

/// <summary>Which fee a payment costs, and how much that is.</summary>
public static class FeeRules
{
    /// <summary>A hundred percent: more than what was captured is never taken.</summary>
    public const int MostBasisPoints = 100_00;

    /// <summary>What a server's command line has words for.</summary>
    public static class Refusals
    {
        public const string InThePast = "fee_in_the_past";
        public const string OutOfRange = "fee_out_of_range";
    }

    /// <summary>Refuses: it would begin on a day that has begun before; a figure is out of range.</summary>
    public static Decision<FeeRuleRow> Add(AddFeeRule command, Book book)
    {
        var rule = command.Rule;
        if (
            rule is not { BasisPoints: >= 0 and <= MostBasisPoints, Minimum: >= 0 and <= MostAmount }
            || rule.Cap < rule.Minimum
            || rule.Cap > MostAmount
        )
        {
            return Decision.Reject(Refusals.OutOfRange);
        }

        return rule.Effective < BusinessCalendar.DateOf(command.Now)
            ? Decision.Reject(Refusals.InThePast)
            : Decision.Accept(book.Insert(FeeTables.Rules, rule));
    }

    /// <summary>The version that counts for an app's payments of a business day; null when they cost nothing. An app's own
    /// goes before its partner's for the scene, and that before its partner's for every scene; of several for the same the one
    /// that began last, and of those that began on one day the newest.</summary>
    public static FeeRuleRow? Find(IEnumerable<FeeRuleRow> rules, AppRow app, DateOnly date) =>
        rules
            .Where(rule => rule.Effective <= date && (rule.Scene is null || rule.Scene == app.Scene))
            .Where(rule => rule.OwnerId == app.Id.Value || rule.OwnerId == app.PartnerId.Value)
            .OrderByDescending(rule => rule.OwnerId == app.Id.Value)
            .ThenByDescending(rule => rule.Scene is not null)
            .ThenByDescending(rule => rule.Effective)
            .ThenByDescending(rule => rule.Id.Value)
            .FirstOrDefault();

    /// <summary>What a payment costs of which so much was captured in all. It grows with what is captured, and never faster: so
    /// each of several captures takes the difference to before, and the minimum is paid once. Half a minor unit is rounded
    /// up.</summary>
    public static long FeeOf(FeeRuleRow rule, long captured)
    {
        var byRate = ((captured * rule.BasisPoints) + (MostBasisPoints / 2)) / MostBasisPoints;
        return Math.Min(captured, Math.Min(Math.Max(byRate, rule.Minimum), rule.Cap ?? long.MaxValue));
    }

    /// <summary>What is given back of a fee after so much of a total was refunded in all: in proportion and rounded down, so
    /// that the whole gives back all of it; nothing where the rule keeps it.</summary>
    public static long GivenBack(FeeRuleRow rule, long fee, long refunded, long total) =>
        rule.Refunded ? (long)((Int128)refunded * fee / total) : 0;

    /// <summary>No bank moves more at once, so nothing here overflows.</summary>
    private const long MostAmount = 10_000_000_000;
}
