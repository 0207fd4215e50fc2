using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Who is to be verified for something about an account, and what the customer is told then; only ever kept
/// sealed.</summary>
public sealed record AccountVerificationRequest(FiveElements Elements, string Notice);

/// <summary>What customers do with the cards of an account: each method is one act, and gives why it was not done, or
/// null.</summary>
public sealed class OwnCards(
    Store store,
    Engine.Engine engine,
    DashboardQueries queries,
    AccountConsents consents,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Notices notices,
    Ids ids
)
{
    private const int MostAsked = 100;

    /// <summary>Whether a card that was entered is bound to an account of theirs.</summary>
    public async Task<bool> IsTheirsAsync(OpenSession session, string cardNumber)
    {
        foreach (var account in await queries.ListAccountsAsync(session.World, session.Customer!.Id))
        {
            if (await IsBoundAsync(session.World, account, cardNumber))
            {
                return true;
            }
        }

        return false;
    }

    public async Task<bool> IsBoundAsync(World world, AccountRow account, string cardNumber) =>
        (await queries.ListCardsAsync(world, account)).Any(card =>
            Secrets.AreEqual(vault.OpenText(card.Number, card.Id.Value), cardNumber)
        );

    /// <summary>Whether its bank is being asked of this very card, or has confirmed it meanwhile.</summary>
    public async Task<bool> IsBeingAddedAsync(OpenSession session, AccountRow account, string cardNumber)
    {
        // The condition of the index, word for word: 9 are those of cards.
        var asked = await store.ListAsync(
            IntentTables.Intents,
            session.World,
            $"kind = 9 AND state <> 3 AND subject_id = {account.Id.Value} ORDER BY id LIMIT {MostAsked}"
        );
        return asked.Any(intent =>
                vault
                    .OpenJson<AccountVerificationRequest>(intent.Request!, intent.Id.Value)
                    .Elements.CardNumber == cardNumber
            ) || await IsBoundAsync(session.World, account, cardNumber);
    }

    /// <param name="notice">What the message to the customer's phone says when the card is bound.</param>
    public async Task<string?> AddAsync(
        OpenSession session,
        AccountRow account,
        string cardNumber,
        string pin,
        string notice
    )
    {
        var before = await queries.FindVerificationAsync(session.World, account, VerificationPurpose.Card);
        var profile = vault.ProfileOf(session);
        var intentId = ids.New<IntentRow>();
        var elements = new FiveElements(profile.Name, profile.IdNumber, profile.Mobile, cardNumber);
        var decision = await engine.SubmitAsync(
            new AddCard(
                session.World,
                await clocks.NowAsync(session.World),
                account,
                HashOf(session, pin),
                await IsBoundAsync(session.World, account, cardNumber),
                before,
                intentId,
                vault.SealJson(new AccountVerificationRequest(elements, notice), intentId.Value),
                clocks.RealNow
            )
            {
                Form = session.Form,
            }
        );
        return OwnAccounts.RefusalOf(decision);
    }

    public async Task<string?> ChooseAsync(
        OpenSession session,
        AccountRow account,
        BoundCardRow card,
        string pin,
        string notice
    ) =>
        OwnAccounts.RefusalOf(
            await engine.SubmitAsync(
                new ChooseCard(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    card.Id,
                    HashOf(session, pin),
                    notices.Write(session.Customer!, notice),
                    await consents.ListAsync(session.World, account)
                )
                {
                    Form = session.Form,
                }
            )
        );

    public async Task<string?> RemoveAsync(
        OpenSession session,
        AccountRow account,
        BoundCardRow card,
        string pin,
        string notice
    ) =>
        OwnAccounts.RefusalOf(
            await engine.SubmitAsync(
                new RemoveCard(
                    session.World,
                    await clocks.NowAsync(session.World),
                    account,
                    card.Id,
                    HashOf(session, pin),
                    notices.Write(session.Customer!, notice)
                )
                {
                    Form = session.Form,
                }
            )
        );

    private byte[] HashOf(OpenSession session, string pin) => pins.Compute(pin, session.Customer!.PinSalt!);
}
