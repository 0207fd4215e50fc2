using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Takes a refresh token back, and with it the access tokens of its consent (RFC 7009 §2.1). The consent
/// lasts, and so does its agreement.</summary>
public sealed record RevokeRefreshToken(
    World World,
    DateTimeOffset Now,
    SingleUseRow? Assertion,
    Id<ConsentRow> ConsentId
) : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys)
    {
        SingleUse.Want(keys, Assertion);
        keys.Want(ConsentTables.Consents, ConsentId);
    }

    public override Decision<Done> Decide(Book book) => RevocationRules.RevokeRefreshToken(this, book);
}

/// <summary>Takes one access token back.</summary>
/// <param name="Token">The name under which it is remembered until it would have expired.</param>
/// <param name="ConsentId">The consent of a customer's token; null for a token of the app itself.</param>
public sealed record RevokeAccessToken(
    World World,
    DateTimeOffset Now,
    SingleUseRow? Assertion,
    SingleUseRow Token,
    Id<AppRow> AppId,
    Id<ConsentRow>? ConsentId
) : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys)
    {
        SingleUse.Want(keys, Assertion);
        keys.Want(AuthorizationTables.SingleUse, SingleUse.KeyOf(Token));
        keys.Want(PartnerTables.Apps, AppId);
        if (ConsentId is { } consent)
        {
            keys.Want(ConsentTables.Consents, consent);
        }
    }

    public override Decision<Done> Decide(Book book) => RevocationRules.RevokeAccessToken(this, book);
}

/// <summary>How tokens end before their time.</summary>
public static class RevocationRules
{
    /// <summary>The name under which an access token that was taken back is remembered.</summary>
    public static SingleUseRow RevokedOf(AccessToken token) =>
        new()
        {
            Kind = SingleUseKind.RevokedToken,
            Hash = Secrets.HashOf(token.TokenId),
            ExpiresAt = token.ExpiresAt,
        };

    /// <summary>Refuses: the assertion was used before. Taking back twice is taking back once.</summary>
    public static Decision<Done> RevokeRefreshToken(RevokeRefreshToken command, Book book)
    {
        if (SingleUse.Use(book, command.Assertion) is { } refusal)
        {
            return refusal;
        }

        EndTokens(book, book.Get(ConsentTables.Consents, command.ConsentId), command.Now);
        return Decision.Accept(new Done());
    }

    /// <summary>Ends all tokens of a consent. It lasts, and so does its agreement.</summary>
    public static void EndTokens(Book book, ConsentRow consent, DateTimeOffset now)
    {
        if (consent.TokensEndedAt is null)
        {
            book.Update(
                ConsentTables.Consents,
                consent with
                {
                    Epoch = consent.Epoch + 1,
                    TokensEndedAt = now,
                }
            );
        }
    }

    /// <summary>Refuses: the assertion was used before. Taking back twice is taking back once.</summary>
    public static Decision<Done> RevokeAccessToken(RevokeAccessToken command, Book book)
    {
        if (SingleUse.Use(book, command.Assertion) is { } refusal)
        {
            return refusal;
        }

        if (book.Find(AuthorizationTables.SingleUse, SingleUse.KeyOf(command.Token)) is not null)
        {
            return Decision.Accept(new Done());
        }

        book.Insert(AuthorizationTables.SingleUse, command.Token);
        var until = command.Token.ExpiresAt;
        if (command.ConsentId is { } consentId)
        {
            var consent = book.Get(ConsentTables.Consents, consentId);
            book.Update(
                ConsentTables.Consents,
                consent with
                {
                    RevocationsUntil = Later(consent.RevocationsUntil, until),
                }
            );
        }
        else
        {
            var app = book.Get(PartnerTables.Apps, command.AppId);
            book.Update(
                PartnerTables.Apps,
                app with
                {
                    RevocationsUntil = Later(app.RevocationsUntil, until),
                }
            );
        }

        return Decision.Accept(new Done());
    }

    private static DateTimeOffset Later(DateTimeOffset? known, DateTimeOffset until) =>
        known > until ? known.Value : until;
}
