using OpenBanking.Server.Dashboard;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>How far a top-up is.</summary>
public sealed class CustomerTopUpStateModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnTopUps topUps,
    WorldClocks clocks
) : CustomerTransferStatePage(sessions, queries, clocks)
{
    public override string Act => "top-up";

    /// <summary>What failed says why, since what the customer can do about it depends on that.</summary>
    protected override async Task<ShownTransfer?> FindAsync(Guid id) =>
        await topUps.FindAsync(World, Account, new(id)) is { } topUp
            ? new(
                topUp.DeclineCode ?? topUp.State.ToString(),
                topUp.State == OwnTopUpState.Processing,
                topUp.Amount,
                await Queries.FindCardAsync(World, CustomerId, topUp.CardId),
                topUp.CreatedAt
            )
            : null;
}
