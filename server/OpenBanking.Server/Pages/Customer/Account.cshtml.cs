using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>One account: its balance and its transactions, a page at a time.</summary>
public sealed class CustomerAccountModel(CustomerSessions sessions, DashboardQueries queries)
    : CustomerAccountPage(sessions, queries)
{
    private const int OnePage = 20;

    public IReadOnlyList<StatementLine> Lines { get; private set; } = [];

    /// <summary>The line that older ones go on after; null when there are none.</summary>
    public long? Older { get; private set; }

    /// <param name="before">The line to go on after. What is no number shows the newest.</param>
    public async Task OnGetAsync(long? before)
    {
        var lines = await Queries.ListLinesAsync(World, Account, before, OnePage + 1);
        Lines = [.. lines.Take(OnePage)];
        Older = lines.Count > OnePage ? Lines[^1].Entry.Sequence : null;
    }
}
