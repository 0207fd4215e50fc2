using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>How far a withdrawal is.</summary>
public sealed class CustomerWithdrawalModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnWithdrawals withdrawals,
    WorldClocks clocks
) : CustomerTransferStatePage(sessions, queries, clocks)
{
    public override string Act => "withdraw";

    protected override async Task<ShownTransfer?> FindAsync(Guid id) =>
        await withdrawals.FindAsync(World, Account, new(id)) is { } withdrawal
            ? new(
                withdrawal.State.ToString(),
                withdrawal.State == WithdrawalState.Processing,
                withdrawal.Amount,
                await Queries.FindCardAsync(World, CustomerId, withdrawal.CardId),
                withdrawal.CreatedAt
            )
            : null;
}
