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

    /// <summary>Null where there is no such month as was asked for.</summary>
    public StatementMonth? Statement { get; private set; }

    /// <summary>The last day that it tells of: of a month that is not over, today.</summary>
    public DateOnly LastDay { get; private set; }

    /// <summary>When it was made, on the business clock.</summary>
    public DateTimeOffset MadeAt { get; private set; }

    protected Statements Statements { get; } = statements;

    public static string Write(DateOnly month) => month.ToString(MonthFormat, CultureInfo.InvariantCulture);

    /// <summary>Takes the month that was asked for, or the newest where none was.</summary>
    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        // Another node, whose clock is ahead, may have opened the account.
        var now = await clocks.NowAsync(World);
        MadeAt = now < Account.OpenedAt ? Account.OpenedAt : now;
        Months = [.. Statements.MonthsOf(Account, MadeAt)];
        var asked = Request.Query["month"].ToString();
        var chosen = asked.Length == 0 ? Months[0] : Months.FirstOrDefault(choice => Write(choice) == asked);
        if (chosen == default)
        {
            return true;
        }

        var (end, today) = (chosen.AddMonths(1).AddDays(-1), BusinessCalendar.DateOf(MadeAt));
        LastDay = end < today ? end : today;
        Statement = await Statements.FindAsync(World, Account, chosen);
        return true;
    }
}
