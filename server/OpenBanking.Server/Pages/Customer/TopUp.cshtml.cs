using Microsoft.Extensions.Localization;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Server.Pages;

/// <summary>Brings money from one of an account's cards to it 充值.</summary>
public sealed class CustomerTopUpModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnTopUps topUps,
    BankOptions bank,
    Ids ids,
    IStringLocalizer<Texts> texts
) : CustomerTransferPage(sessions, queries, bank, texts)
{
    private long? most;

    public override string Act => "top-up";

    public override long? Most => most;

    public override Guid NewForm() => ids.New<OwnTopUpRow>().Value;

    protected override async Task<bool> IsDoneAsync() =>
        await topUps.FindAsync(World, Account, new(Form)) is not null;

    protected override Task<string?> BringAsync(OwnTransfer transfer) =>
        topUps.OrderAsync(Session, Account, transfer);

    protected override async Task<bool> PrepareAsync()
    {
        if (!await base.PrepareAsync())
        {
            return false;
        }

        most = await topUps.FindMostAsync(World, Account);
        return true;
    }
}
