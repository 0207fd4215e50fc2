using System.Security.Cryptography;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Who is to be verified before a forgotten PIN is set anew, and what the customer is told then; only ever kept
/// sealed.</summary>
public sealed record PinResetRequest(Guid CustomerId, FiveElements Elements, string Notice);

/// <summary>What customers do with their payment PIN.</summary>
public sealed class OwnPins(
    Store store,
    Engine.Engine engine,
    OwnCards cards,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Notices notices,
    Ids ids
)
{
    /// <summary>Whether the customer may take this PIN.</summary>
    public bool IsAcceptable(OpenSession session, string? pin)
    {
        var profile = vault.ProfileOf(session);
        return PinRules.IsAcceptable(pin, profile.IdNumber, profile.Mobile);
    }

    /// <summary>Tells the PIN that a customer has from every other, and nothing about it.</summary>
    public static string FormOf(OpenSession session) =>
        Convert.ToHexStringLower(SHA256.HashData(session.Customer!.PinSalt!).AsSpan(0, 8));

    /// <summary>Changes the PIN, and tells the customer; null when it has become another since the session was read.</summary>
    /// <param name="notice">What the message to the customer's phone says.</param>
    public async Task<PinCheck?> ChangeAsync(
        OpenSession session,
        string present,
        string pin,
        string notice
    ) =>
        await engine.SubmitAsync(
            new ChangePin(
                session.World,
                await clocks.NowAsync(session.World),
                session.Customer!.Id,
                new(pins.Compute(present, session.Customer.PinSalt!), session.Customer.PinSalt!),
                Hash(pin),
                await store.ListOtherSessionsAsync(
                    session.World,
                    session.Customer.Id,
                    session.Row.Id,
                    clocks.RealNow
                ),
                notices.Write(session.Customer, notice)
            )
            {
                Form = session.Form,
                SignIns = await store.ListSignedInAsync(
                    session.World,
                    session.Row.MobileIndex,
                    clocks.RealNow
                ),
            }
        ) switch
        {
            Accepted<PinCheck> => PinCheck.Right,
            Declined<PinCheck> declined => declined.Reply,
            Rejected<PinCheck> => null,
            var unknown => throw new InvalidOperationException($"Unknown decision {unknown}."),
        };

    /// <summary>How far setting a forgotten PIN anew is in this session; null when it has not begun.</summary>
    public async ValueTask<PinResetState?> FindResetAsync(OpenSession session) =>
        (await store.FindAsync(PinResetTables.Resets, session.World, new(session.Row.Id)))?.State;

    /// <summary>Begins to set a forgotten PIN anew; null when the session does not wait for it.</summary>
    /// <param name="notice">What the message to the customer's phone says when it is done.</param>
    public async Task<PersonCheck?> BeginResetAsync(
        OpenSession session,
        string idNumber,
        string cardNumber,
        string pin,
        string notice
    )
    {
        var profile = vault.ProfileOf(session);
        var intentId = ids.New<IntentRow>();
        var elements = new FiveElements(profile.Name, idNumber, profile.Mobile, cardNumber);
        var decision = await engine.SubmitAsync(
            new BeginPinReset(
                session.World,
                await clocks.NowAsync(session.World),
                session.Customer!.Id,
                session.Row.Id,
                vault.BlindIndex("id number", idNumber),
                await cards.IsTheirsAsync(session, cardNumber),
                Hash(pin),
                intentId,
                vault.SealJson(
                    new PinResetRequest(session.Customer.Id.Value, elements, notice),
                    intentId.Value
                ),
                clocks.RealNow
            )
        );
        return decision switch
        {
            Accepted<PersonCheck> accepted => accepted.Reply,
            Declined<PersonCheck> declined => declined.Reply,
            _ => null,
        };
    }

    private NewPin Hash(string pin)
    {
        var salt = PinHash.NewSalt();
        return new(pins.Compute(pin, salt), salt);
    }
}
