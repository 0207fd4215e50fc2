using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Where a transfer stands, as its page shows it.</summary>
/// <param name="State">Names the text that says so, and what to do.</param>
public sealed record ShownTransfer(
    string State,
    bool IsUnderWay,
    long Amount,
    BoundCardRow Card,
    DateTimeOffset AskedAt
);

/// <summary>A page that shows how far a transfer between an account and a card is.</summary>
public abstract class CustomerTransferStatePage(
    CustomerSessions sessions,
    DashboardQueries queries,
    WorldClocks clocks
) : CustomerAccountPage(sessions, queries)
{
    /// <summary>What it is called in the names of texts and pages.</summary>
    public abstract string Act { get; }

    public ShownTransfer Transfer { get; private set; } = null!;

    /// <summary>After how many seconds the page loads itself again; null when only its link does.</summary>
    public int? ReloadSeconds { get; private set; }

    /// <summary>Less often once it takes longer than it mostly does, and not at all once it may take hours.</summary>
    internal static int? ReloadSecondsAfter(TimeSpan waited) =>
        waited < TimeSpan.FromSeconds(30) ? 2
        : waited < TimeSpan.FromMinutes(5) ? 15
        : null;

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
        ReloadSeconds = transfer.IsUnderWay
            ? ReloadSecondsAfter(await clocks.NowAsync(World) - transfer.AskedAt)
            : null;
        return true;
    }
}
