using System.Globalization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
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
    OwnCards cards,
    OwnWithdrawals withdrawals,
    OwnTopUps ownTopUps,
    TopUpQueries topUps,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Notices notices,
    Ids ids
)
{
    public const string PinWrong = "pin_wrong";
    public const string PinLocked = "pin_locked";
    public const string CodeWrong = "code_wrong";
    public const string CodeOver = "code_over";
    public const string CodeLocked = "code_locked";
    public const string DetailsWrong = "details_wrong";
    public const string DetailsLocked = "details_locked";

    public async Task<string?> NameAsync(OpenSession session, AccountRow account, string? nickname) =>
        await DoAsync(session, now => new NameAccount(session.World, now, account, nickname));

    /// <param name="pin">Needed to raise a limit; null when none was entered.</param>
    /// <param name="notice">What the message to the customer's phone says when one was raised.</param>
    public async Task<string?> SetLimitsAsync(
        OpenSession session,
        AccountRow account,
        long? paymentLimit,
        long? dayLimit,
        string? pin,
        string? notice = null
    ) =>
        await DoAsync(
            session,
            now => new SetOwnLimits(
                session.World,
                now,
                account,
                paymentLimit,
                dayLimit,
                pin is null ? null : HashOf(session, pin)
            )
            {
                Notice = notice is null ? null : notices.Write(session.Customer!, notice),
            }
        );

    /// <param name="notice">What the message to the customer's phone says.</param>
    public async Task<string?> ReportLossAsync(OpenSession session, AccountRow account, string notice)
    {
        var told = await consents.ListAsync(session.World, account);
        var others = await store.ListOtherSessionsAsync(
            session.World,
            account.CustomerId,
            session.Row.Id,
            clocks.RealNow
        );
        var signIns = await store.ListSignedInAsync(session.World, session.Row.MobileIndex, clocks.RealNow);
        return await DoAsync(
            session,
            now => new ReportLoss(
                session.World,
                now,
                account,
                told,
                others,
                notices.Write(session.Customer!, notice)
            )
            {
                SignIns = signIns,
            }
        );
    }

    /// <param name="notice">What the message to the customer's phone says when it is done.</param>
    public async Task<string?> WakeAsync(
        OpenSession session,
        AccountRow account,
        string idNumber,
        string pin,
        string notice
    )
    {
        var told = await consents.ListAsync(session.World, account);
        return await DoAsync(
            session,
            now => new WakeAccount(
                session.World,
                now,
                account,
                vault.BlindIndex("id number", idNumber),
                HashOf(session, pin),
                told,
                clocks.RealNow
            )
            {
                Notice = notices.Write(session.Customer!, notice),
            }
        );
    }

    /// <summary>Begins to make an account one of Type II.</summary>
    /// <param name="cardNumber">Of a card that is bound to it.</param>
    /// <param name="notice">What the message to the customer's phone says when it is done.</param>
    public async Task<string?> UpgradeAsync(
        OpenSession session,
        AccountRow account,
        string idNumber,
        string cardNumber,
        string pin,
        string notice
    )
    {
        var profile = vault.ProfileOf(session);
        var elements = new FiveElements(profile.Name, idNumber, profile.Mobile, cardNumber);
        var intentId = ids.New<IntentRow>();
        var isBound = await cards.IsBoundAsync(session.World, account, cardNumber);
        return await DoAsync(
            session,
            now => new UpgradeAccount(
                session.World,
                now,
                account,
                vault.BlindIndex("id number", idNumber),
                isBound,
                HashOf(session, pin),
                intentId,
                vault.SealJson(new AccountVerificationRequest(elements, notice), intentId.Value),
                clocks.RealNow
            )
        );
    }

    /// <param name="notice">What the message to the customer's phone says.</param>
    public async Task<string?> CloseAsync(OpenSession session, AccountRow account, string pin, string notice)
    {
        var topUpUnderWay = await IsTopUpUnderWayAsync(session.World, account);
        var withdrawalUnderWay = await withdrawals.IsUnderWayAsync(session.World, account);
        var told = await consents.ListAsync(session.World, account);
        return await DoAsync(
            session,
            now => new CloseAccount(
                session.World,
                now,
                account,
                HashOf(session, pin),
                topUpUnderWay,
                ids.New<WithdrawalRow>(),
                ids.New<IntentRow>(),
                clocks.RealNow,
                told,
                withdrawalUnderWay,
                notices.Write(session.Customer!, notice)
            )
            {
                Language = CultureInfo.CurrentUICulture.Name,
            }
        );
    }

    /// <summary>Why an account cannot be closed now; null when it can.</summary>
    public async Task<string?> WhyNotCloseAsync(World world, AccountRow account) =>
        ClosingRules.WhyNot(
            account,
            await IsTopUpUnderWayAsync(world, account),
            await withdrawals.IsUnderWayAsync(world, account),
            await clocks.NowAsync(world)
        );

    /// <summary>The last withdrawal of all that is on an account, which tells how its closing goes.</summary>
    public ValueTask<WithdrawalRow?> FindLastClosingAsync(World world, AccountRow account) =>
        store.FirstAsync(
            WithdrawalTables.Withdrawals,
            world,
            $"account_id = {account.Id} AND source = {WithdrawalSource.Account} ORDER BY id DESC LIMIT 1"
        );

    private async Task<bool> IsTopUpUnderWayAsync(World world, AccountRow account) =>
        (await ownTopUps.ListUnderWayAsync(world, account)).Count > 0
        || await topUps.IsUnderWayAsync(world, account);

    private byte[] HashOf(OpenSession session, string pin) => pins.Compute(pin, session.Customer!.PinSalt!);

    private async Task<string?> DoAsync<TReply>(
        OpenSession session,
        Func<DateTimeOffset, Command<TReply>> act
    ) =>
        RefusalOf(
            await engine.SubmitAsync(act(await clocks.NowAsync(session.World)) with { Form = session.Form })
        );

    /// <summary>Why an act was not done; null when it was.</summary>
    internal static string? RefusalOf<TReply>(Decision<TReply> decision) =>
        decision switch
        {
            Accepted<TReply> => null,
            Declined<PinCheck> { Reply: PinCheck.Locked } => PinLocked,
            Declined<OrderOutcome> { Reply: OrderOutcome.PinLocked } => PinLocked,
            Declined<OrderOutcome> { Reply: OrderOutcome.CodeWrong } => CodeWrong,
            Declined<OrderOutcome> { Reply: OrderOutcome.CodeOver } => CodeOver,
            Declined<OrderOutcome> { Reply: OrderOutcome.CodeLocked } => CodeLocked,
            Declined<PersonCheck> { Reply: PersonCheck.PinLocked } => PinLocked,
            Declined<PersonCheck> { Reply: PersonCheck.DetailsWrong } => DetailsWrong,
            Declined<PersonCheck> { Reply: PersonCheck.DetailsLocked } => DetailsLocked,
            Declined<TReply> => PinWrong,
            Rejected<TReply> rejected => rejected.Refusal.Code,
            var unknown => throw new InvalidOperationException($"Unknown decision {unknown}."),
        };
}
