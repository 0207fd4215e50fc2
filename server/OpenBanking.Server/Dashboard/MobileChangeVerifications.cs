using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Has the person verified who changes their mobile number, with the new one.</summary>
public sealed class MobileChangeVerifications(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Notices notices,
    IIdentityVerification verification
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.VerifyMobileChange;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var request = vault.OpenJson<MobileChangeRequest>(intent.Request!, intent.Id.Value);
        var answer = await verification.AskAsync(reference, request.Elements, mayBeKnown, cancellationToken);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        var decision = await engine.SubmitAsync(
            await PrepareAsync(reference, intent, request, verified: answer.FailureCode is null)
        );
        if (decision is Rejected<Done> { Refusal: var refusal })
        {
            throw new InvalidOperationException(refusal.Code);
        }
    }

    private async Task<CompleteMobileChange> PrepareAsync(
        Reference reference,
        IntentRow intent,
        MobileChangeRequest request,
        bool verified
    )
    {
        var (world, mobile) = (reference.World, request.Elements.Mobile);
        var id = new Id<CustomerRow>(request.CustomerId);
        var session = new Id<CustomerSessionRow>(intent.SubjectId);
        var customer = (await store.FindAsync(CustomerTables.Customers, world, id))!;
        var mobileIndex = vault.BlindIndex("mobile", mobile);
        return new(
            world,
            await clocks.NowAsync(world),
            new()
            {
                SessionId = session,
                CustomerId = id,
                State = MobileChangeState.Verifying,
                MobileIndex = mobileIndex,
                Request = [],
                CodeId = default,
                ExpiresAt = default,
            },
            reference.Id,
            vault.BlindIndex("mobile", request.OldMobile),
            verified,
            customer,
            customer.ErasedAt is null
                ? vault.SealJson(
                    vault.OpenJson<CustomerProfile>(customer.Profile, id.Value) with
                    {
                        Mobile = mobile,
                    },
                    id.Value
                )
                : [],
            vault.SealText(mobile, session.Value),
            await store.ListOtherMobilesAsync(world, id, mobileIndex),
            [notices.Write(request.OldMobile, request.OldNotice), notices.Write(mobile, request.NewNotice)],
            clocks.RealNow
        );
    }
}
