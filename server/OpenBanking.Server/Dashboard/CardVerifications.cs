using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Has a card verified that a customer adds to an account, with the number of the phone as it is now.</summary>
public sealed class CardVerifications(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Notices notices,
    Ids ids,
    CardDeposits deposits,
    IIdentityVerification verification
) : IIntentHandler
{
    public IntentKind Kind => IntentKind.VerifyCard;

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
        var answer = await verification.AskAsync(
            reference,
            request.Elements,
            mayBeKnown,
            cancellationToken,
            mayBeUnconfirmed: deposits.AreOffered
        );
        var verified = answer.FailureCode is null;
        var unproven = answer.FailureCode == IIdentityVerification.CardUnconfirmed;
        var number = request.Elements.CardNumber;
        var bank =
            verified || unproven ? await verification.BankOfAsync(reference, number, cancellationToken) : "";
        CrashPoints.Pass(CrashPoint.OutsideAnswered);
        var now = await clocks.NowAsync(reference.World);
        await engine.SubmitAsync(
            new CompleteCard(
                reference.World,
                now,
                account,
                reference.Id,
                vault.BlindIndex("mobile", request.Elements.Mobile),
                verified,
                vault.NewCard(ids, account.CustomerId, account.Id, number, bank, now),
                notices.Write(request.Elements.Mobile, request.Notice),
                unproven ? deposits.New(account, request, bank) : null
            )
        );
    }
}
