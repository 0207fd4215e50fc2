using System.Globalization;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A month of an account, in whatever form.</summary>
public abstract class CustomerStatementPage(
    CustomerSessions sessions,
    DashboardQueries queries,
    Statements statements,
    WorldClocks clocks
) : CustomerAccountPage(sessions, queries)
{
    private const string MonthFormat = "yyyy-MM";

    public IReadOnlyList<DateOnly> Months { get; private set; } = [];

    public StatementMonth Statement { get; private set; } = null!;

    protected Statements Statements { get; } = statements;

    public static string Write(DateOnly month) => month.ToString(MonthFormat, CultureInfo.InvariantCulture);

    /// <summary>Takes the month that was asked for, or the newest where there is no such month.</summary>
    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        Months = [.. Statements.MonthsOf(Account, await clocks.NowAsync(World))];
        var asked = Request.Query["month"].ToString();
        var chosen = Months.FirstOrDefault(choice => Write(choice) == asked, Months[0]);
        Statement = await Statements.FindAsync(World, Account, chosen);
        return true;
    }
}
