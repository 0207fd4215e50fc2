using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>A card that a small amount is to prove; only ever kept sealed.</summary>
public sealed record UnprovenCard(AccountVerificationRequest Request, string Bank);

/// <summary>Has small amounts sent to cards that customers add to an account, and looks at what they say of them.</summary>
public sealed class CardDeposits(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Notices notices,
    Ids ids,
    DepositAmounts amounts
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.SendCardDeposit;

    /// <summary>Whether the bank has a way to send one.</summary>
    public bool AreOffered => amounts.AreOffered;

    public NewCardDeposit New(AccountRow account, AccountVerificationRequest request, string bank) =>
        new(
            amounts.New(account.Id.Value, request.Elements.CardNumber),
            vault.SealJson(new UnprovenCard(request, bank), account.Id.Value)
        );

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var (world, id) = (reference.World, new Id<AccountRow>(intent.SubjectId));
        var deposit = (await store.FindAsync(AccountTables.CardDeposits, world, new CardDepositKey(id)))!;
        // What has ended meanwhile keeps no card to send anything to.
        var answer =
            deposit.IntentId != intent.Id || deposit.Request is []
                ? OutsideAnswer.Done
                : await amounts.SendAsync(
                    reference,
                    intent,
                    CardOf(deposit).Request.Elements,
                    mayBeKnown,
                    cancellationToken
                );
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(await CompleteAsync(reference, id, answer.FailureCode));
    }

    /// <summary>Keeps what a person was told became of an amount; how far it has come.</summary>
    /// <param name="sent">Whether it was sent; the card took none otherwise.</param>
    public async Task<DepositState> ResolveAsync(Reference reference, Id<AccountRow> id, bool sent)
    {
        var told = await CompleteAsync(reference, id, sent ? null : ApplicationReasons.CardNotVerified);
        var decision = await engine.SubmitAsync(new ResolveCardDeposit(told));
        return ((Accepted<CardDepositRow>)decision).Reply.State;
    }

    /// <summary>What an account's customer has to say the amount of; null when nothing is asked.</summary>
    public async ValueTask<CardDepositRow?> FindAskedAsync(World world, AccountRow account) =>
        await store.FindAsync(AccountTables.CardDeposits, world, new CardDepositKey(account.Id))
            is { } deposit
        && CardDepositRules.IsAsked(deposit, await clocks.NowAsync(world))
            ? deposit
            : null;

    /// <summary>Which card it is, for showing it to the customer, masked.</summary>
    public FiveElements ElementsOf(CardDepositRow deposit) => CardOf(deposit).Request.Elements;

    /// <summary>Looks at an amount that the customer entered.</summary>
    /// <param name="amount">In fen; null when they add another card instead.</param>
    public async Task<DepositCheck> EnterAsync(
        World world,
        AccountRow account,
        CardDepositRow deposit,
        int? amount
    )
    {
        var card = CardOf(deposit);
        var elements = card.Request.Elements;
        var now = await clocks.NowAsync(world);
        var decision = await engine.SubmitAsync(
            new EnterCardDeposit(
                world,
                now,
                account,
                deposit.Request,
                vault.BlindIndex("mobile", elements.Mobile),
                amount is { } entered ? amounts.MacOf(account.Id.Value, entered) : null,
                vault.NewCard(ids, account.CustomerId, account.Id, elements.CardNumber, card.Bank, now),
                notices.Write(elements.Mobile, card.Request.Notice)
            )
        );
        return decision switch
        {
            Accepted<DepositCheck> accepted => accepted.Reply,
            Declined<DepositCheck> declined => declined.Reply,
            _ => DepositCheck.Over,
        };
    }

    private async Task<CompleteCardDeposit> CompleteAsync(
        Reference reference,
        Id<AccountRow> id,
        string? failureCode
    ) =>
        new(
            reference.World,
            await clocks.NowAsync(reference.World),
            (await store.FindAsync(AccountTables.Accounts, reference.World, id))!,
            reference.Id,
            failureCode,
            clocks.RealNow
        );

    private UnprovenCard CardOf(CardDepositRow deposit) =>
        vault.OpenJson<UnprovenCard>(deposit.Request, deposit.AccountId.Value);
}
