using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>What customers do with their passkeys: each method is one act, and gives why it was not done, or null.</summary>
public sealed class OwnPasskeys(
    Store store,
    Engine.Engine engine,
    DashboardQueries queries,
    Passkeys passkeys,
    WorldClocks clocks,
    PinHash pins
)
{
    /// <summary>Those the customer has, the oldest first.</summary>
    public ValueTask<IReadOnlyList<PasskeyRow>> ListAsync(OpenSession session) =>
        store.ListAsync(
            PasskeyTables.Passkeys,
            session.World,
            $"customer_id = {session.Customer!.Id} AND epoch = {session.Customer.PasskeyEpoch} AND ended_at IS NULL ORDER BY created_at"
        );

    /// <summary>Looks at the PIN before a passkey is made.</summary>
    public async Task<string?> AskAsync(OpenSession session, string name, string pin) =>
        await engine.SubmitAsync(
            new AskForPasskey(
                session.World,
                await clocks.NowAsync(session.World),
                session.Customer!.Id,
                name,
                pins.Compute(pin, session.Customer.PinSalt!),
                await ListAccountsAsync(session)
            )
            {
                Form = session.Form,
            }
        ) switch
        {
            Accepted<PinCheck> => null,
            Declined<PinCheck> { Reply: PinCheck.Locked } => OwnAccounts.PinLocked,
            Declined<PinCheck> => OwnAccounts.PinWrong,
            Rejected<PinCheck> rejected => rejected.Refusal.Code,
            var unknown => throw new InvalidOperationException($"Unknown decision {unknown}."),
        };

    /// <summary>What this browser is asked to make, as JSON: only after the PIN.</summary>
    /// <param name="user">What the device shows the customer.</param>
    public async Task<string> NewRequestAsync(OpenSession session, string bank, string user) =>
        passkeys.AskToAdd(BrowserOf(session), session.Customer!.Id, bank, user, await ListAsync(session));

    /// <param name="answer">What the device has made, as the browser gives it.</param>
    public async Task<string?> AddAsync(OpenSession session, string name, string? answer)
    {
        var made = await passkeys.ReadMadeAsync(BrowserOf(session), session.Customer!.Id, name, answer);
        return
            made is var (passkey, challenge)
            && await engine.SubmitAsync(
                new AddPasskey(
                    session.World,
                    clocks.RealNow,
                    passkey,
                    challenge,
                    await ListAccountsAsync(session)
                )
            )
                is var decision
            ? (decision as Rejected<Done>)?.Refusal.Code
            : PasskeyRules.Refusals.NotTaken;
    }

    public Task DeleteAsync(OpenSession session, string credentialHash) =>
        engine.SubmitAsync(
            new DeletePasskey(session.World, clocks.RealNow, session.Customer!.Id, credentialHash)
        );

    /// <summary>The secret of the session is the browser's alone, and new after each step of signing in.</summary>
    private static AskedBrowser BrowserOf(OpenSession session) =>
        new(session.World, $"{session.Row.Id}.{session.Row.BrowserHash}");

    private async Task<IReadOnlyList<Id<AccountRow>>> ListAccountsAsync(OpenSession session) =>
        [
            .. (await queries.ListAccountsAsync(session.World, session.Customer!.Id)).Select(account =>
                account.Id
            ),
        ];
}
