using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Redeems an authorization code, and uses up the assertion it came with.</summary>
/// <param name="Code">Read before the batch for what never changes in it; PKCE, redirect_uri and key were checked.</param>
/// <param name="RefreshToken">Null for an app that is not registered for the grant.</param>
/// <param name="Today">The business day of the world.</param>
public sealed record RedeemCode(
    World World,
    DateTimeOffset Now,
    SingleUseRow? Assertion,
    AuthorizationCodeRow Code,
    RefreshTokenRow? RefreshToken,
    DateOnly Today
) : Command<ConsentRow?>(World, Now)
{
    public override Actor Actor => Actor.App(Code.AppId);

    public override Subject Subject => Subject.Of(Code.ConsentId);

    public override void Keys(IKeySet keys)
    {
        SingleUse.Want(keys, Assertion);
        keys.Want(AuthorizationTables.Codes, new(Code.Hash));
        keys.Want(ConsentTables.Consents, Code.ConsentId);
    }

    public override Decision<ConsentRow?> Decide(Book book) => TokenRules.Redeem(this, book);
}

/// <summary>Notes the first refresh of a consent's tokens on a day, and uses up the assertion it came with.</summary>
/// <param name="Today">The business day of the world.</param>
public sealed record UseConsent(
    World World,
    DateTimeOffset Now,
    SingleUseRow? Assertion,
    Id<ConsentRow> ConsentId,
    DateOnly Today
) : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys)
    {
        SingleUse.Want(keys, Assertion);
        keys.Want(ConsentTables.Consents, ConsentId);
    }

    public override Decision<Done> Decide(Book book) => TokenRules.Use(this, book);
}

/// <summary>Uses up an assertion, for a grant that changes nothing else.</summary>
public sealed record UseAssertion(World World, DateTimeOffset Now, SingleUseRow Assertion)
    : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys) =>
        keys.Want(AuthorizationTables.SingleUse, SingleUse.KeyOf(Assertion));

    public override Decision<Done> Decide(Book book) =>
        SingleUse.Use(book, Assertion) is { } refusal ? refusal : Decision.Accept(new Done());
}

public static class TokenRules
{
    /// <summary>
    /// Refuses: the assertion was used before; the code has expired; its consent has ended.
    /// Declines: the code was used before, however long ago. Then somebody may have it who should not, and the tokens it gave
    /// end (RFC 6749 §4.1.2); what the customer agreed to stays.
    /// </summary>
    public static Decision<ConsentRow?> Redeem(RedeemCode command, Book book)
    {
        var code = book.Get(AuthorizationTables.Codes, new(command.Code.Hash));
        var consent = book.Get(ConsentTables.Consents, code.ConsentId);
        if (SingleUse.Use(book, command.Assertion) is { } refusal)
        {
            return refusal;
        }

        if (code.Used)
        {
            RevocationRules.EndTokens(book, consent, command.Now);
            return Decision.Decline<ConsentRow?>(null);
        }

        if (command.Now >= code.ExpiresAt)
        {
            return Decision.Reject("invalid_grant", "The code has expired.");
        }

        if (consent.State != ConsentState.Authorized)
        {
            return Decision.Reject("invalid_grant", "The consent has ended.");
        }

        book.Update(AuthorizationTables.Codes, code with { Used = true });
        if (command.RefreshToken is { } refreshToken)
        {
            book.Insert(AuthorizationTables.RefreshTokens, refreshToken);
        }

        return Decision.Accept<ConsentRow?>(ConsentRules.Use(book, consent, command.Today));
    }

    /// <summary>Refuses: the assertion was used before.</summary>
    public static Decision<Done> Use(UseConsent command, Book book)
    {
        if (SingleUse.Use(book, command.Assertion) is { } refusal)
        {
            return refusal;
        }

        ConsentRules.Use(book, book.Get(ConsentTables.Consents, command.ConsentId), command.Today);
        return Decision.Accept(new Done());
    }
}
