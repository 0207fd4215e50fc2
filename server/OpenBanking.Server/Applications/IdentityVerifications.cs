using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Has the five elements of an application verified, and the risk decided.</summary>
/// <param name="kind">Of which applications.</param>
public sealed class IdentityVerifications(
    IntentKind kind,
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Openings openings,
    ImageStore images,
    DepositAmounts deposits,
    IIdentityVerification verification,
    IRiskDecision risk
) : IIntentHandler
{
    public IntentKind Kind => kind;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var id = new Id<AccountApplicationRow>(intent.SubjectId);
        var application = (await store.FindAsync(ApplicationTables.Applications, reference.World, id))!;
        // What has run out meanwhile keeps nothing of the person: there is nobody to ask about.
        var elements = application.Elements is []
            ? new FiveElements("", "", "", "0000")
            : vault.OpenJson<FiveElements>(application.Elements, application.Id.Value);
        var (answer, confirmed) = application.Elements is []
            ? (new(ApplicationReasons.NotConfirmedInTime, null, null, ""), true)
            : await AskAsync(
                reference,
                elements,
                await images.ReadAsync(reference.World, application),
                mayBeKnown,
                cancellationToken
            );
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        var now = await clocks.NowAsync(reference.World);
        var decision = await engine.SubmitAsync(
            new CompleteVerification(
                reference.World,
                now,
                reference.Id,
                application,
                answer,
                await openings.PrepareAsync(reference.World, application, elements, answer.CardBank, now),
                confirmed ? null : deposits.New(application.Id.Value, elements.CardNumber)
            )
        );
        if (decision is Rejected<AccountApplicationRow> { Refusal: var refusal })
        {
            throw new InvalidOperationException(refusal.Code);
        }
    }

    /// <summary>What they say, and whether the card's bank has confirmed the card.</summary>
    private async Task<(VerificationAnswer Answer, bool Confirmed)> AskAsync(
        Reference reference,
        FiveElements elements,
        IdentityImages? given,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var verified = await verification.AskAsync(
            reference,
            elements,
            mayBeKnown,
            cancellationToken,
            given,
            deposits.AreOffered
        );
        var confirmed = verified.FailureCode != IIdentityVerification.CardUnconfirmed;
        if (confirmed && verified.FailureCode is { } failure)
        {
            return (new(failure, null, null, ""), true);
        }

        var decided = mayBeKnown ? await risk.FindAsync(reference, cancellationToken) : null;
        decided ??= await risk.AssessAsync(reference, elements, cancellationToken);
        decided = decided.RefusingWith(ApplicationReasons.DeclinedByBank);
        return (
            new(
                FailureReason: null,
                decided.FailureCode,
                IdentityNumbers.BirthDateOf(elements.IdNumber),
                await verification.BankOfAsync(reference, elements.CardNumber, cancellationToken)
            ),
            confirmed
        );
    }
}
