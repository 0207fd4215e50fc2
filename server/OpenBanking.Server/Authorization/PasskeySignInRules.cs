using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>A passkey was shown in the one-time code's place.</summary>
/// <param name="Mobile">The number the customer has, sealed.</param>
/// <param name="BrowserHash">The hash of the new secret that the browser gets when the passkey is right.</param>
public sealed record EnterPasskey(
    World World,
    DateTimeOffset Now,
    Id<InteractionRow> InteractionId,
    byte[] Mobile,
    string MobileIndex,
    PasskeyAnswer Answer,
    string BrowserHash
) : Command<PasskeyCheck>(World, Now)
{
    public override Subject Subject => Subject.Of(InteractionId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuthorizationTables.Interactions, InteractionId);
        PasskeyRules.WantAnswer(keys, Answer);
    }

    public override Decision<PasskeyCheck> Decide(Book book) => PasskeySignInRules.Enter(this, book);
}

/// <summary>Signing in with a passkey on a customer's way through the pages.</summary>
public static class PasskeySignInRules
{
    /// <summary>
    /// Refuses: the interaction is over, or past sign-in.
    /// Declines: the passkey does not sign in; what it was is counted or noted.
    /// </summary>
    public static Decision<PasskeyCheck> Enter(EnterPasskey command, Book book)
    {
        var interaction = book.Get(AuthorizationTables.Interactions, command.InteractionId);
        if (interaction.Completed || interaction.SignedIn)
        {
            return Decision.Reject(InteractionRules.Over);
        }

        var check = PasskeyRules.Check(book, command.Answer, command.Now);
        if (check != PasskeyCheck.Right)
        {
            return Decision.Decline(check);
        }

        book.Update(
            AuthorizationTables.Interactions,
            interaction with
            {
                SignedIn = true,
                SignedInAt = command.Now,
                BrowserHash = command.BrowserHash,
                CustomerId = command.Answer.CustomerId,
                Mobile = command.Mobile,
                MobileIndex = command.MobileIndex,
            }
        );
        return Decision.Accept(check);
    }
}
