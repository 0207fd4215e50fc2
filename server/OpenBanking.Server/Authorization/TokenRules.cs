using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Redeems an authorization code, and uses up the assertion it came with.</summary>
/// <param name="Code">Read before the batch for what never changes in it; PKCE, redirect_uri and key were checked.</param>
/// <param name="AgreementId">The agreement of the code's consent, in case it must end.</param>
/// <param name="Today">The business day of the world.</param>
public sealed record RedeemCode(
    World World,
    DateTimeOffset Now,
    SingleUseRow? Assertion,
    AuthorizationCodeRow Code,
    Id<AgreementRow>? AgreementId,
    RefreshTokenRow RefreshToken,
    DateOnly Today
) : Command<ConsentRow?>(World, Now)
{
    public override Actor Actor => Actor.App(Code.AppId);

    public override Subject Subject => Subject.Of(Code.ConsentId);

    public override void Keys(IKeySet keys)
    {
        SingleUse.Want(keys, Assertion);
        keys.Want(AuthorizationTables.Codes, new(Code.Hash));
        Revocation.Keys(keys);
    }

    public RevokeConsent Revocation => new(World, Now, Code.ConsentId, AgreementId);

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
    /// Declines: the code was used before. Then somebody has it who should not, and what it gave is taken back
    /// (RFC 6749 §4.1.2).
    /// </summary>
    public static Decision<ConsentRow?> Redeem(RedeemCode command, Book book)
    {
        var code = book.Get(AuthorizationTables.Codes, new(command.Code.Hash));
        var consent = book.Get(ConsentTables.Consents, code.ConsentId);
        if (SingleUse.Use(book, command.Assertion) is { } refusal)
        {
            return refusal;
        }

        if (command.Now >= code.ExpiresAt)
        {
            return Decision.Reject("invalid_grant", "The code has expired.");
        }

        if (code.Used)
        {
            ConsentRules.Revoke(command.Revocation, book);
            return Decision.Decline<ConsentRow?>(null);
        }

        if (consent.State != ConsentState.Authorized)
        {
            return Decision.Reject("invalid_grant", "The consent has ended.");
        }

        book.Update(AuthorizationTables.Codes, code with { Used = true });
        book.Insert(AuthorizationTables.RefreshTokens, command.RefreshToken);
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
