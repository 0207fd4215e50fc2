using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Where a transfer stands, as its page shows it.</summary>
/// <param name="State">Names the text that says so, and what to do.</param>
/// <param name="IsUnderWay">Whether the page loads itself again.</param>
public sealed record ShownTransfer(
    string State,
    bool IsUnderWay,
    long Amount,
    BoundCardRow Card,
    DateTimeOffset AskedAt
);

/// <summary>A page that shows how far a transfer between an account and a card is.</summary>
public abstract class CustomerTransferStatePage(CustomerSessions sessions, DashboardQueries queries)
    : CustomerAccountPage(sessions, queries)
{
    /// <summary>What it is called in the names of texts and pages.</summary>
    public abstract string Act { get; }

    public ShownTransfer Transfer { get; private set; } = null!;

    protected abstract Task<ShownTransfer?> FindAsync(Guid id);

    protected override async Task<bool> PrepareAsync()
    {
        if (
            !await base.PrepareAsync()
            || !Guid.TryParse((string?)RouteData.Values["transfer"], out var id)
            || await FindAsync(id) is not { } transfer
        )
        {
            return false;
        }

        Transfer = transfer;
        return true;
    }
}
