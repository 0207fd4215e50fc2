using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Confirmations;

/// <summary>An account that a payment may come from.</summary>
/// <param name="Decline">Why it cannot; null when it can.</param>
/// <param name="MostOfDay">The most that the rules let go out of it in a day, in fen.</param>
public sealed record PayingAccount(AccountRow Account, string? Decline, long MostOfDay);

/// <summary>What a customer who has signed in does with a payment that waits: each method is one act.</summary>
public sealed class Confirmations(
    Store store,
    Engine.Engine engine,
    DashboardQueries queries,
    WorldClocks clocks,
    HoldOptions holds,
    FeeDirectory fees,
    LimitRules limits,
    CustomerSessions sessions,
    Vault vault,
    PinHash pins,
    Ids ids
)
{
    /// <summary>The customer's accounts that are in use, those that can pay first.</summary>
    public async Task<IReadOnlyList<PayingAccount>> ListAccountsAsync(
        OpenSession session,
        ConfirmationRow row
    )
    {
        var now = await clocks.NowAsync(session.World);
        var today = BusinessCalendar.DateOf(now);
        return
        [
            .. (await queries.ListAccountsAsync(session.World, session.Customer!.Id))
                .Where(account => account.State != AccountState.Closed)
                .Select(account => new PayingAccount(
                    account,
                    AccountRules.DeclineOutflow(account, row.CustomerAmount, now, limits),
                    limits.For(account.Type, today).DailyOutflow
                ))
                .OrderBy(paying => paying.Decline is not null),
        ];
    }

    /// <summary>Gives why no code was sent, or null.</summary>
    /// <param name="sources">Where the wish for it came from.</param>
    /// <param name="messageWith">The message with a code in it: it names payee and amount.</param>
    public async Task<Refusal?> SendCodeAsync(
        OpenSession session,
        ConfirmationRow row,
        IReadOnlyList<CodeSource> sources,
        Func<string, string> messageWith
    )
    {
        var (code, mobile) = (Ids.NewDigits(), sessions.MobileOf(session));
        var (codeId, intentId) = (ids.New<OneTimeCodeRow>(), ids.New<IntentRow>());
        var decision = await engine.SubmitAsync(
            new SendConfirmationCode(
                session.World,
                await clocks.NowAsync(session.World),
                row,
                session.Customer!.Id,
                new(
                    codeId,
                    intentId,
                    session.Row.MobileIndex,
                    vault.MacOf(code, codeId.Value),
                    vault.SealJson(
                        OneTimeCodeRules.Message(mobile, messageWith(code), clocks.RealNow),
                        intentId.Value
                    ),
                    clocks.RealNow
                )
                {
                    Sources = sources,
                    OfSignedIn = true,
                }
            )
        );
        return (decision as Rejected<Done>)?.Refusal;
    }

    /// <summary>Gives what came of it, or why it was not looked at.</summary>
    public async Task<(ConfirmResult? Result, string? Refusal)> ConfirmAsync(
        OpenSession session,
        ConfirmationRow row,
        AccountRow account,
        string digest,
        string pin,
        string? code
    )
    {
        var now = await clocks.NowAsync(session.World);
        var app = (await store.FindAsync(PartnerTables.Apps, session.World, row.AppId))!;
        var decision = await engine.SubmitAsync(
            new ConfirmPayment(
                session.World,
                now,
                row,
                session.Customer!.Id,
                account,
                digest,
                pins.Compute(pin, session.Customer.PinSalt!),
                code is not null && row.CodeId is { } codeId
                    ? new(codeId, session.Row.MobileIndex, vault.MacOf(code, codeId.Value))
                    : null,
                clocks.RealNow,
                HoldOptions.InMicroseconds(now + holds.Lasts)
            )
            {
                Form = session.Form,
                FeeRuleId = (await fees.FindAsync(session.World, app, now))?.Id,
            }
        );
        return decision switch
        {
            Accepted<ConfirmResult> accepted => (accepted.Reply, null),
            Declined<ConfirmResult> declined => (declined.Reply, null),
            Rejected<ConfirmResult> rejected => (null, rejected.Refusal.Code),
            _ => throw new InvalidOperationException($"Unknown decision {decision}."),
        };
    }

    /// <summary>The customer says no. Saying it twice is saying it once.</summary>
    public async Task DeclineAsync(OpenSession session, ConfirmationRow row) =>
        await engine.SubmitAsync(
            new DeclineConfirmation(
                session.World,
                await clocks.NowAsync(session.World),
                row,
                session.Customer!.Id
            )
        );

    /// <summary>Whether the newest code for it went to the number the customer signed in with.</summary>
    public async Task<bool> WasCodeSentAsync(OpenSession session, ConfirmationRow row) =>
        row.CodeId is { } code
        && (await store.FindAsync(CustomerTables.OneTimeCodes, session.World, code))?.MobileIndex
            == session.Row.MobileIndex;

    public async Task<bool> NeedsCodeAsync(OpenSession session, ConfirmationRow row, AccountRow account) =>
        ConfirmRules.NeedsCode(row, account, await clocks.NowAsync(session.World), limits);
}
