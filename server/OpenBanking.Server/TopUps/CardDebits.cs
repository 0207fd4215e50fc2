using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.TopUps;

/// <summary>Asks the bound card's bank for the money of a top-up.</summary>
public sealed class CardDebits(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    ICardRail rail
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.DebitCard;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var topUp = (
            await store.FindAsync(TopUpTables.TopUps, reference.World, new Id<TopUpRow>(intent.SubjectId))
        )!;
        var card = (await store.FindAsync(CustomerTables.BoundCards, reference.World, topUp.CardId))!;
        var answer = mayBeKnown ? await rail.FindAsync(reference, cancellationToken) : null;
        answer ??= await rail.DebitAsync(
            reference,
            vault.OpenText(card.Number, card.Id.Value),
            new(topUp.Currency, topUp.Amount),
            cancellationToken
        );
        answer = answer.RefusingWith(DeclineCodes.CardInsufficientFunds, DeclineCodes.CardRefused);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(
            new CompleteTopUp(
                reference.World,
                await clocks.NowAsync(reference.World),
                reference.Id,
                topUp,
                answer.FailureCode
            )
            {
                RealNow = clocks.RealNow,
            }
        );
    }

    /// <summary>Books what a person was told of a top-up that has no answer; gives what became of it.</summary>
    /// <param name="failureCode">Why the card's bank refused; null when the money came.</param>
    public async Task<TopUpState> ResolveAsync(Reference reference, Id<TopUpRow> id, string? failureCode)
    {
        var topUp = (await store.FindAsync(TopUpTables.TopUps, reference.World, id))!;
        var decision = await engine.SubmitAsync(
            new ResolveTopUp(
                reference.World,
                await clocks.NowAsync(reference.World),
                reference.Id,
                topUp,
                failureCode
            )
            {
                RealNow = clocks.RealNow,
            }
        );
        return ((Accepted<TopUpRow>)decision).Reply.State;
    }
}
