using Microsoft.Extensions.Localization;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Server.Pages;

/// <summary>Brings money from an account to one of its cards 提现.</summary>
public sealed class CustomerWithdrawModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    OwnWithdrawals withdrawals,
    CodeSources sources,
    BankOptions bank,
    Ids ids,
    IStringLocalizer<Texts> texts
) : CustomerTransferPage(sessions, queries, bank, texts)
{
    public override string Act => "withdraw";

    public override long? Most => Account.Available;

    public override Guid NewForm() => ids.New<WithdrawalRow>().Value;

    protected override async Task<bool> IsDoneAsync() =>
        await withdrawals.FindAsync(World, Account, new(Form)) is not null;

    protected override Task<string?> BringAsync(OwnTransfer transfer) =>
        withdrawals.OrderAsync(Session, Account, transfer);

    protected override Task<bool> NeedsCodeAsync() => withdrawals.NeedsCodeAsync(World, Account, Entered);

    protected override Task<Refusal?> SendCodeAsync(Guid codeId) =>
        withdrawals.SendCodeAsync(
            Session,
            Account,
            codeId,
            Form,
            Chosen,
            Entered,
            sources.Of(HttpContext),
            code => Texts["WithdrawalCodeMessage", Bank.Name, code, Amounts.Yuan(Entered), Chosen.LastFour]
        );
}
