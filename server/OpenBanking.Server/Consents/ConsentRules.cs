using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Consents;

/// <summary>Takes a consent back: its tokens and its agreement end in the same moment.</summary>
/// <param name="AgreementId">The agreement the consent made, if it made one.</param>
public sealed record RevokeConsent(
    World World,
    DateTimeOffset Now,
    Id<ConsentRow> ConsentId,
    Id<AgreementRow>? AgreementId
) : Command<ConsentRow>(World, Now)
{
    /// <summary>Who takes it back.</summary>
    public Actor By { get; init; } = Actor.Bank;

    public override Actor Actor => By;

    public override Subject Subject => Subject.Of(ConsentId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(ConsentTables.Consents, ConsentId);
        if (AgreementId is { } agreement)
        {
            keys.Want(ConsentTables.Agreements, agreement);
        }
    }

    public override Decision<ConsentRow> Decide(Book book) =>
        Decision.Accept(ConsentRules.Revoke(this, book));
}

/// <summary>When a consent counts, and how it ends.</summary>
public static class ConsentRules
{
    public static bool IsActive(ConsentRow consent, DateTimeOffset now) =>
        consent.State == ConsentState.Authorized && now < consent.ExpiresAt;

    /// <summary>Revoking twice is revoking once.</summary>
    public static ConsentRow Revoke(RevokeConsent command, Book book)
    {
        var consent = book.Get(ConsentTables.Consents, command.ConsentId);
        if (consent.State == ConsentState.Revoked)
        {
            return consent;
        }

        if (command.AgreementId is { } agreementId)
        {
            var agreement = book.Get(ConsentTables.Agreements, agreementId);
            book.Update(ConsentTables.Agreements, agreement with { State = ConsentState.Revoked });
        }

        consent = book.Update(
            ConsentTables.Consents,
            consent with
            {
                State = ConsentState.Revoked,
                RevokedAt = command.Now,
            }
        );
        Emit(book, EventTypes.ConsentRevoked, consent, ConsentStatus.Revoked);
        return consent;
    }

    public static void Emit(Book book, string type, ConsentRow consent, ConsentStatus status) =>
        book.Emit(
            new(
                consent.AppId.Value,
                type,
                consent.Version,
                status.Value,
                EventSubject.Of("consent_id", consent.Id),
                EventSubject.Of("customer_id", consent.CustomerId)
            )
        );
}
