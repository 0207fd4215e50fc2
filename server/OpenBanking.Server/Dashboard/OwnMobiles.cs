using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Who is to be verified before their mobile number is another, and what is told then to the old number and to the
/// new one; only ever kept sealed.</summary>
public sealed record MobileChangeRequest(
    Guid CustomerId,
    FiveElements Elements,
    string OldMobile,
    string OldNotice,
    string NewNotice
);

/// <summary>What customers do with their mobile number.</summary>
public sealed class OwnMobiles(
    Store store,
    Engine.Engine engine,
    OwnCards cards,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Ids ids
)
{
    /// <summary>How far the change of this session is; null when it has not begun.</summary>
    public ValueTask<MobileChangeRow?> FindAsync(OpenSession session) =>
        store.FindAsync(MobileChangeTables.Changes, session.World, new(session.Row.Id));

    /// <summary>The new number, while it is waited for.</summary>
    public string MobileOf(MobileChangeRow change) => RequestOf(change).Elements.Mobile;

    /// <summary>Whether it is the number that the bank knows the customer by.</summary>
    public bool IsKnown(OpenSession session, string mobile) => vault.ProfileOf(session).Mobile == mobile;

    /// <summary>Whether this number was sent a code just now, which can be entered.</summary>
    public async Task<bool> IsCodeSentAsync(OpenSession session, string mobile) =>
        await FindAsync(session) is { State: MobileChangeState.CodeSent } change
        && MobileOf(change) == mobile
        && await store.WasJustSentAsync(
            session.World,
            change.CodeId,
            vault.BlindIndex("mobile", mobile),
            clocks.RealNow
        );

    /// <summary>Begins to change the number; or gives why no code was sent.</summary>
    /// <param name="messageWith">Makes the message with the code.</param>
    public async Task<(PersonCheck? Check, Refusal? Refusal)> BeginAsync(
        OpenSession session,
        string mobile,
        string cardNumber,
        string pin,
        IReadOnlyList<CodeSource> sources,
        Func<string, string> messageWith,
        (string Old, string New) notices
    )
    {
        var (customer, code) = (session.Customer!, Ids.NewDigits());
        var (codeId, intentId) = (ids.New<OneTimeCodeRow>(), ids.New<IntentRow>());
        var profile = vault.ProfileOf(session);
        var index = vault.BlindIndex("mobile", mobile);
        var request = new MobileChangeRequest(
            customer.Id.Value,
            new(profile.Name, profile.IdNumber, mobile, cardNumber),
            profile.Mobile,
            notices.Old,
            notices.New
        );
        var decision = await engine.SubmitAsync(
            new BeginMobileChange(
                session.World,
                await clocks.NowAsync(session.World),
                new()
                {
                    SessionId = session.Row.Id,
                    CustomerId = customer.Id,
                    State = MobileChangeState.CodeSent,
                    MobileIndex = index,
                    Request = vault.SealJson(request, session.Row.Id.Value),
                    CodeId = codeId,
                    ExpiresAt = session.Row.ExpiresAt,
                },
                pins.Compute(pin, customer.PinSalt!),
                await cards.IsTheirsAsync(session, cardNumber),
                new(
                    codeId,
                    intentId,
                    index,
                    vault.MacOf(code, codeId.Value),
                    vault.SealJson(
                        OneTimeCodeRules.Message(mobile, messageWith(code), clocks.RealNow),
                        intentId.Value
                    ),
                    clocks.RealNow
                )
                {
                    Sources = sources,
                }
            )
            {
                Form = session.Form,
            }
        );
        return decision switch
        {
            Accepted<PersonCheck> accepted => (accepted.Reply, null),
            Declined<PersonCheck> declined => (declined.Reply, null),
            Rejected<PersonCheck> rejected => (null, rejected.Refusal),
            _ => throw new InvalidOperationException($"Unknown decision {decision}."),
        };
    }

    public async Task<CodeCheck> EnterCodeAsync(OpenSession session, MobileChangeRow change, string code)
    {
        var intentId = ids.New<IntentRow>();
        var decision = await engine.SubmitAsync(
            new EnterMobileChangeCode(
                session.World,
                await clocks.NowAsync(session.World),
                change,
                vault.MacOf(code, change.CodeId.Value),
                intentId,
                vault.SealJson(RequestOf(change), intentId.Value),
                clocks.RealNow
            )
            {
                Form = session.Form,
            }
        );
        return decision switch
        {
            Accepted<CodeCheck> accepted => accepted.Reply,
            Declined<CodeCheck> declined => declined.Reply,
            _ => CodeCheck.Over,
        };
    }

    private MobileChangeRequest RequestOf(MobileChangeRow change) =>
        vault.OpenJson<MobileChangeRequest>(change.Request, change.SessionId.Value);
}
