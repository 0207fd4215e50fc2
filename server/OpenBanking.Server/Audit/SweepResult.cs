using OpenBanking.Server.Ledger;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>What one sweep found wrong, and so what it found right.</summary>
internal sealed class SweepResult
{
    private static readonly HashSet<string> swept =
    [
        .. BooksRule.All.Select(rule => rule.Rule),
        OutflowCounters.Rule,
    ];

    /// <summary>What is proven of a stretch by the lines around it may be either of them to a sweep.</summary>
    private static readonly string[] ofStatements =
    [
        BooksRule.BalanceIsSumOfEntries,
        BooksRule.StatementHasNoGaps,
    ];

    private readonly HashSet<(World, string, Guid)> wrong = [];
    private readonly HashSet<string> unknown = [];

    public void Add(World world, Violation violation) =>
        wrong.Add((world, violation.Rule, violation.Subject));

    /// <summary>More of a rule may be wrong than was read.</summary>
    public void HasMoreOf(string rule) => unknown.Add(rule);

    /// <summary>Whether the rule of a finding that was there before the sweep was found to hold of its row.</summary>
    public bool IsKept(World world, FindingRow finding) =>
        swept.Contains(finding.Rule)
        && !unknown.Contains(finding.Rule)
        && (ofStatements.Contains(finding.Rule) ? ofStatements : [finding.Rule]).All(rule =>
            !wrong.Contains((world, rule, finding.SubjectId))
        );
}
