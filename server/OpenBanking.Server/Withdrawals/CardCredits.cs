using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Withdrawals;

/// <summary>Brings the money of a withdrawal to the bound card's bank.</summary>
public sealed class CardCredits(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    AccountConsents consents,
    Ids ids,
    ICardRail rail,
    TransferNotices notices,
    AccountNotices accountNotices
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.CreditCard;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var withdrawal = (
            await store.FindAsync(
                WithdrawalTables.Withdrawals,
                reference.World,
                new Id<WithdrawalRow>(intent.SubjectId)
            )
        )!;
        var account = (await store.FindAsync(AccountTables.Accounts, reference.World, withdrawal.AccountId))!;
        var answer = await AskAsync(reference, withdrawal, account, mayBeKnown, cancellationToken);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(await CompleteAsync(reference, withdrawal, account, answer.FailureCode));
    }

    /// <summary>Books what a person was told of a withdrawal that has no answer; gives what became of it.</summary>
    /// <param name="failureCode">Why the card's bank refused; null when it has the money.</param>
    public async Task<WithdrawalState> ResolveAsync(
        Reference reference,
        Id<WithdrawalRow> id,
        string? failureCode
    )
    {
        var withdrawal = (await store.FindAsync(WithdrawalTables.Withdrawals, reference.World, id))!;
        var account = (await store.FindAsync(AccountTables.Accounts, reference.World, withdrawal.AccountId))!;
        var told = await CompleteAsync(reference, withdrawal, account, failureCode);
        var decision = await engine.SubmitAsync(new ResolveWithdrawal(told));
        return ((Accepted<WithdrawalRow>)decision).Reply.State;
    }

    private async Task<CompleteWithdrawal> CompleteAsync(
        Reference reference,
        WithdrawalRow withdrawal,
        AccountRow account,
        string? failureCode
    ) =>
        new(
            reference.World,
            await clocks.NowAsync(reference.World),
            reference.Id,
            withdrawal,
            failureCode,
            ids.New<WithdrawalRow>(),
            ids.New<IntentRow>(),
            clocks.RealNow,
            withdrawal.Source == WithdrawalSource.Account
                ? await consents.ListRowsAsync(reference.World, account)
                : [],
            TextOf(withdrawal, failureCode) is { } text
                ? await notices.WriteAsync(
                    reference.World,
                    text,
                    account,
                    withdrawal.CardId,
                    withdrawal.Amount,
                    withdrawal.Language ?? await accountNotices.FindLanguageAsync(reference.World, account)
                )
                : null
        );

    /// <summary>What the customer is told in the end; null for nothing.</summary>
    private static string? TextOf(WithdrawalRow withdrawal, string? failureCode) =>
        (withdrawal.Source, failureCode) switch
        {
            // Told only if the closing ends with it.
            (WithdrawalSource.Account, null or DeclineCodes.AccountFrozen) => "ClosingStoppedMessage",
            (WithdrawalSource.Account, _) => "ClosingRefusedMessage",
            (WithdrawalSource.Order, not null) => "WithdrawalFailedMessage",
            (WithdrawalSource.Suspense, null) => "SentOnMessage",
            _ => null,
        };

    /// <summary>Nothing is asked where nothing is left, nor for an account that was frozen meanwhile.</summary>
    /// <exception cref="MayStillArriveException">It was frozen after the card's bank may have been asked: what may still reach the
    /// card is not given back.</exception>
    private async Task<OutsideAnswer> AskAsync(
        Reference reference,
        WithdrawalRow withdrawal,
        AccountRow account,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        if (withdrawal.Amount == 0)
        {
            return OutsideAnswer.Done;
        }

        if (mayBeKnown && await rail.FindAsync(reference, cancellationToken) is { } known)
        {
            return known.RefusingWith(DeclineCodes.CardRefused);
        }

        if (account.State == AccountState.Frozen)
        {
            return mayBeKnown ? throw new MayStillArriveException() : new(DeclineCodes.AccountFrozen);
        }

        var card = (await store.FindAsync(CustomerTables.BoundCards, reference.World, withdrawal.CardId))!;
        var answer = await rail.CreditAsync(
            reference,
            vault.OpenText(card.Number, card.Id.Value),
            new(withdrawal.Currency, withdrawal.Amount),
            cancellationToken
        );
        return answer.RefusingWith(DeclineCodes.CardRefused);
    }
}
