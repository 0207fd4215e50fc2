using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>What customers do with an account of their own: each method is one act, and gives why it was not done, or
/// null.</summary>
public sealed class OwnAccounts(
    Store store,
    Engine.Engine engine,
    AccountConsents consents,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Ids ids
)
{
    public const string PinWrong = "pin_wrong";
    public const string PinLocked = "pin_locked";

    /// <summary>How many top-ups are looked through for one of an account.</summary>
    private const int MostTopUps = 10_000;

    public async Task<string?> NameAsync(OpenSession session, AccountRow account, string? nickname) =>
        Why(
            await engine.SubmitAsync(
                new NameAccount(session.World, await clocks.NowAsync(session.World), account, nickname)
            )
        );

    /// <param name="pin">Needed to raise a limit; null when none was entered.</param>
    public async Task<string?> SetLimitsAsync(
        OpenSession session,
        AccountRow account,
        long? paymentLimit,
        long? dayLimit,
        string? pin
    ) =>
        Why(
            await engine.SubmitAsync(
                new SetOwnLimits(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    paymentLimit,
                    dayLimit,
                    pin is null ? null : HashOf(session, pin)
                )
            )
        );

    public async Task<string?> ReportLossAsync(OpenSession session, AccountRow account) =>
        Why(
            await engine.SubmitAsync(
                new ReportLoss(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    await consents.ListAsync(session.World, account)
                )
            )
        );

    public async Task<string?> WakeAsync(
        OpenSession session,
        AccountRow account,
        string idNumber,
        string pin
    ) =>
        Why(
            await engine.SubmitAsync(
                new WakeAccount(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    vault.BlindIndex("id number", idNumber),
                    HashOf(session, pin),
                    await consents.ListAsync(session.World, account)
                )
            )
        );

    public async Task<string?> CloseAsync(OpenSession session, AccountRow account, string pin) =>
        Why(
            await engine.SubmitAsync(
                new CloseAccount(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    HashOf(session, pin),
                    await IsTopUpUnderWayAsync(session.World, account),
                    ids.New<WithdrawalRow>(),
                    ids.New<IntentRow>(),
                    clocks.RealNow,
                    await consents.ListAsync(session.World, account)
                )
            )
        );

    /// <summary>The last withdrawal of an account, which tells how its closing goes.</summary>
    public ValueTask<WithdrawalRow?> FindLastWithdrawalAsync(World world, AccountRow account) =>
        store.FirstAsync(
            WithdrawalTables.Withdrawals,
            world,
            $"account_id = {account.Id} ORDER BY id DESC LIMIT 1"
        );

    /// <summary>By the intents that wait for an answer: they are few, and have an index.</summary>
    private async Task<bool> IsTopUpUnderWayAsync(World world, AccountRow account)
    {
        var asked = await store.ListAsync(
            IntentTables.Intents,
            world,
            $"kind = {IntentKind.DebitCard} AND state <> 3 ORDER BY due_at LIMIT {MostTopUps}"
        );
        var topUps = await store.ListByKeysAsync(
            TopUpTables.TopUps,
            world,
            [.. asked.Select(intent => new Id<TopUpRow>(intent.SubjectId))]
        );
        return topUps.Any(topUp => topUp.AccountId == account.Id);
    }

    private byte[] HashOf(OpenSession session, string pin) => pins.Compute(pin, session.Customer!.PinSalt!);

    private static string? Why<TReply>(Decision<TReply> decision) =>
        decision switch
        {
            Accepted<TReply> => null,
            Declined<PinCheck> { Reply: PinCheck.Locked } => PinLocked,
            Declined<TReply> => PinWrong,
            Rejected<TReply> rejected => rejected.Refusal.Code,
            _ => throw new InvalidOperationException($"Unknown decision {decision}."),
        };
}
