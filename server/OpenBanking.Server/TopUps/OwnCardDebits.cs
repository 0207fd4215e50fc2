using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.TopUps;

/// <summary>Asks the chosen card's bank for the money of a top-up that a customer ordered.</summary>
public sealed class OwnCardDebits(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    ICardRail rail,
    TransferNotices notices
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.DebitOwnCard;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var topUp = (
            await store.FindAsync(
                OwnTopUpTables.TopUps,
                reference.World,
                new Id<OwnTopUpRow>(intent.SubjectId)
            )
        )!;
        var account = (await store.FindAsync(AccountTables.Accounts, reference.World, topUp.AccountId))!;
        var answer = await AskAsync(reference, topUp, account, mayBeKnown, cancellationToken);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(await CompleteAsync(reference, topUp, account, answer.FailureCode));
    }

    /// <summary>Books what a person was told of a top-up that has no answer; gives what became of it.</summary>
    /// <param name="failureCode">Why the card's bank refused; null when the money came.</param>
    public async Task<OwnTopUpState> ResolveAsync(
        Reference reference,
        Id<OwnTopUpRow> id,
        string? failureCode
    )
    {
        var topUp = (await store.FindAsync(OwnTopUpTables.TopUps, reference.World, id))!;
        var account = (await store.FindAsync(AccountTables.Accounts, reference.World, topUp.AccountId))!;
        var told = await CompleteAsync(reference, topUp, account, failureCode);
        var decision = await engine.SubmitAsync(new ResolveOwnTopUp(told));
        return ((Accepted<OwnTopUpRow>)decision).Reply.State;
    }

    /// <summary>Nothing is asked for an account that was frozen or closed meanwhile.</summary>
    /// <exception cref="MayStillArriveException">It was so after the card's bank may have been asked: the money may still come.
    /// </exception>
    private async Task<OutsideAnswer> AskAsync(
        Reference reference,
        OwnTopUpRow topUp,
        AccountRow account,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var answer = mayBeKnown ? await rail.FindAsync(reference, cancellationToken) : null;
        if (answer is null)
        {
            if (account.State is AccountState.Frozen or AccountState.Closed)
            {
                return mayBeKnown
                    ? throw new MayStillArriveException()
                    : new(AccountRules.DeclineOf(account.State));
            }

            var card = (await store.FindAsync(CustomerTables.BoundCards, reference.World, topUp.CardId))!;
            answer = await rail.DebitAsync(
                reference,
                vault.OpenText(card.Number, card.Id.Value),
                new(topUp.Currency, topUp.Amount),
                cancellationToken
            );
        }

        return answer.RefusingWith(DeclineCodes.CardInsufficientFunds, DeclineCodes.CardRefused);
    }

    private async Task<CompleteOwnTopUp> CompleteAsync(
        Reference reference,
        OwnTopUpRow topUp,
        AccountRow account,
        string? failureCode
    ) =>
        new(
            reference.World,
            await clocks.NowAsync(reference.World),
            reference.Id,
            topUp,
            failureCode,
            await notices.WriteAsync(
                reference.World,
                "TopUpFailedMessage",
                account,
                topUp.CardId,
                topUp.Amount,
                topUp.Language
            )
        )
        {
            RealNow = clocks.RealNow,
        };
}
