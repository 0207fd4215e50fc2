using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Has the person verified again who sets a forgotten PIN anew, with the number as it is now.</summary>
public sealed class PinResetVerifications(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Notices notices,
    IIdentityVerification verification
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.VerifyPinReset;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var request = vault.OpenJson<PinResetRequest>(intent.Request!, intent.Id.Value);
        var answer = await verification.AskAsync(reference, request.Elements, mayBeKnown, cancellationToken);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        var mobileIndex = vault.BlindIndex("mobile", request.Elements.Mobile);
        await engine.SubmitAsync(
            new CompletePinReset(
                reference.World,
                await clocks.NowAsync(reference.World),
                new(request.CustomerId),
                new(intent.SubjectId),
                reference.Id,
                mobileIndex,
                Verified: answer.FailureCode is null,
                await store.ListOtherSessionsAsync(
                    reference.World,
                    new(request.CustomerId),
                    new(intent.SubjectId),
                    clocks.RealNow
                ),
                notices.Write(request.Elements.Mobile, request.Notice)
            )
            {
                SignIns = await store.ListSignedInAsync(reference.World, mobileIndex, clocks.RealNow),
            }
        );
    }
}
