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

/// <summary>A transfer between an account and one of its cards, as its customer has filled in the form.</summary>
/// <param name="Form">The id of the form, which becomes that of the transfer.</param>
/// <param name="Code">The one-time code; null when none was entered.</param>
/// <param name="Language">In which it was filled in.</param>
/// <param name="Notice">What the message to the customer's phone says.</param>
public sealed record OwnTransfer(
    Guid Form,
    BoundCardRow Card,
    long Amount,
    string Pin,
    SentCode? Code,
    string Language,
    string Notice
);

/// <summary>A one-time code as it was entered, and which of those that were sent it is to be.</summary>
public sealed record SentCode(Guid Id, string Digits);

/// <summary>What customers bring from an account of theirs to one of its cards.</summary>
public sealed class OwnWithdrawals(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    PinHash pins,
    Notices notices,
    CustomerSessions sessions,
    LimitRules limits,
    Vault vault,
    Ids ids
)
{
    /// <summary>Gives why it was not ordered, or null.</summary>
    public async Task<string?> OrderAsync(OpenSession session, AccountRow account, OwnTransfer transfer) =>
        await IsOfTopUpAsync(session.World, transfer.Form)
            ? OwnAccountRules.Refusals.NotNow
            : OwnAccounts.RefusalOf(
                await engine.SubmitAsync(
                    new OrderWithdrawal(
                        session.World,
                        await clocks.NowAsync(session.World),
                        account,
                        new(transfer.Form),
                        transfer.Card.Id,
                        transfer.Amount,
                        pins.Compute(transfer.Pin, session.Customer!.PinSalt!),
                        transfer.Language,
                        ids.New<IntentRow>(),
                        notices.Write(session.Customer!, transfer.Notice)
                    )
                    {
                        Form = session.Form,
                        Code = transfer.Code is { } code
                            ? new(
                                new(code.Id),
                                session.Row.MobileIndex,
                                MacOf(code, transfer.Form, transfer.Card, transfer.Amount)
                            )
                            : null,
                    }
                )
            );

    /// <summary>Sends a code that is good for this form, card and amount alone; gives why none was sent, or null.</summary>
    /// <param name="codeId">Asked for twice by the same id, it is sent once.</param>
    /// <param name="sources">Where the wish for it came from.</param>
    /// <param name="messageWith">The message with a code in it: it names amount and card.</param>
    public async Task<Refusal?> SendCodeAsync(
        OpenSession session,
        AccountRow account,
        Guid codeId,
        Guid form,
        BoundCardRow card,
        long amount,
        IReadOnlyList<CodeSource> sources,
        Func<string, string> messageWith
    )
    {
        var intentId = ids.New<IntentRow>();
        var code = new SentCode(codeId, Ids.NewDigits());
        var message = OneTimeCodeRules.Message(
            sessions.MobileOf(session),
            messageWith(code.Digits),
            clocks.RealNow
        );
        var decision = await engine.SubmitAsync(
            new SendWithdrawalCode(
                session.World,
                await clocks.NowAsync(session.World),
                account,
                new(
                    new(codeId),
                    intentId,
                    session.Row.MobileIndex,
                    MacOf(code, form, card, amount),
                    vault.SealJson(message, intentId.Value),
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

    public async Task<bool> NeedsCodeAsync(World world, AccountRow account, long amount) =>
        AccountRules.NeedsCode(account, amount, await clocks.NowAsync(world), limits);

    /// <summary>One that the customer ordered from this account.</summary>
    public ValueTask<WithdrawalRow?> FindAsync(World world, AccountRow account, Id<WithdrawalRow> id) =>
        store.FirstAsync(
            WithdrawalTables.Withdrawals,
            world,
            $"id = {id} AND account_id = {account.Id} AND source = {WithdrawalSource.Order}"
        );

    /// <summary>Whether money is on its way from an account to a card.</summary>
    public async Task<bool> IsUnderWayAsync(World world, AccountRow account) =>
        await store.FirstAsync(
            WithdrawalTables.Withdrawals,
            world,
            $"account_id = {account.Id} AND source = {WithdrawalSource.Order} AND state = {WithdrawalState.Processing}"
        )
            is not null;

    /// <summary>Whether a form says the id of a top-up, whose money may yet be sent on under it.</summary>
    private async Task<bool> IsOfTopUpAsync(World world, Guid form) =>
        await store.FindAsync(OwnTopUpTables.TopUps, world, new(form)) is not null
        || await store.FindAsync(TopUpTables.TopUps, world, new(form)) is not null;

    private byte[] MacOf(SentCode code, Guid form, BoundCardRow card, long amount) =>
        vault.MacOf($"{code.Digits} {form} {card.Id} {amount}", code.Id);
}
