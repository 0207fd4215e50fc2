using OpenBanking.Server.Accounts;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Pages;

/// <summary>A page about one account of the customer's.</summary>
public abstract class CustomerAccountPage(CustomerSessions sessions, DashboardQueries queries)
    : CustomerPage(sessions)
{
    public AccountRow Account { get; private set; } = null!;

    protected DashboardQueries Queries { get; } = queries;

    /// <summary>Where the account's page is.</summary>
    protected string AccountRoute => PageRoutes.Account(World, Account.Id);

    protected override async Task<bool> PrepareAsync()
    {
        if (
            !Id<AccountRow>.TryParse((string?)RouteData.Values["account"], out var id)
            || await Queries.FindAccountAsync(World, CustomerId, id) is not { } account
        )
        {
            return false;
        }

        Account = account;
        return true;
    }
}
