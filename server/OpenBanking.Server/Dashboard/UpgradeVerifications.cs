using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Has the person verified again whose account is to be one of Type II.</summary>
public sealed class UpgradeVerifications(
    Store store,
    Engine.Engine engine,
    AccountConsents consents,
    WorldClocks clocks,
    Vault vault,
    Notices notices,
    IIdentityVerification verification
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.VerifyUpgrade;

    public async Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var request = vault.OpenJson<AccountVerificationRequest>(intent.Request!, intent.Id.Value);
        var accountId = new Id<AccountRow>(intent.SubjectId);
        var account = (await store.FindAsync(AccountTables.Accounts, reference.World, accountId))!;
        var answer = await verification.AskAsync(reference, request.Elements, mayBeKnown, cancellationToken);
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        await engine.SubmitAsync(
            new CompleteUpgrade(
                reference.World,
                await clocks.NowAsync(reference.World),
                account,
                reference.Id,
                vault.BlindIndex("mobile", request.Elements.Mobile),
                Verified: answer.FailureCode is null,
                notices.Write(request.Elements.Mobile, request.Notice),
                await consents.ListAsync(reference.World, account)
            )
        );
    }
}
