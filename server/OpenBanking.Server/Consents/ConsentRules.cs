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

/// <summary>Leaves a part of a consent, and gives the rest back: the tokens it has given end, the next ones hold less.</summary>
/// <param name="Details">What is left of the details, as JSON.</param>
/// <param name="AgreementId">The agreement that ends with this, if it is given back.</param>
public sealed record NarrowConsent(
    World World,
    DateTimeOffset Now,
    Id<ConsentRow> ConsentId,
    long Version,
    string Details,
    Id<AgreementRow>? AgreementId
) : Command<ConsentRow>(World, Now)
{
    public override void Keys(IKeySet keys)
    {
        keys.Want(ConsentTables.Consents, ConsentId);
        if (AgreementId is { } agreement)
        {
            keys.Want(ConsentTables.Agreements, agreement);
        }
    }

    public override Decision<ConsentRow> Decide(Book book) => ConsentRules.Narrow(this, book);
}

/// <summary>Notes that a consent has run out, and tells its app.</summary>
public sealed record ExpireConsent(World World, DateTimeOffset Now, Id<ConsentRow> ConsentId)
    : Command<ConsentRow>(World, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(ConsentTables.Consents, ConsentId);

    public override Decision<ConsentRow> Decide(Book book) =>
        Decision.Accept(ConsentRules.Expire(this, book));
}

/// <summary>When a consent counts, and how it ends.</summary>
public static class ConsentRules
{
    public static bool IsActive(ConsentRow consent, DateTimeOffset now) =>
        consent.State == ConsentState.Authorized && now < consent.ExpiresAt;

    /// <summary>Whether what happens on a business day is news of when it was last used: it is once a day.</summary>
    public static bool IsFirstUse(ConsentRow consent, DateOnly day) =>
        consent.LastUsedOn is not { } noted || noted < day;

    public static ConsentRow Use(Book book, ConsentRow consent, DateOnly day) =>
        IsFirstUse(consent, day)
            ? book.Update(ConsentTables.Consents, consent with { LastUsedOn = day })
            : consent;

    /// <summary>Revoking twice is revoking once; what has run out stays so.</summary>
    public static ConsentRow Revoke(RevokeConsent command, Book book)
    {
        var consent = book.Get(ConsentTables.Consents, command.ConsentId);
        if (consent.State != ConsentState.Authorized)
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

    /// <summary>Refuses: the consent has ended, or was changed since it was read.</summary>
    public static Decision<ConsentRow> Narrow(NarrowConsent command, Book book)
    {
        var consent = book.Get(ConsentTables.Consents, command.ConsentId);
        if (!IsActive(consent, command.Now))
        {
            return Decision.Reject(ProblemCodes.ConsentNotActive);
        }

        if (consent.Version != command.Version)
        {
            return Decision.Reject(ProblemCodes.ConsentChanged);
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
                Details = command.Details,
                Epoch = consent.Epoch + 1,
            }
        );
        Emit(book, EventTypes.ConsentNarrowed, consent, ConsentStatus.Authorized);
        return Decision.Accept(consent);
    }

    /// <summary>Only what has run out ends so, and only once; its agreement has run out in the same moment.</summary>
    public static ConsentRow Expire(ExpireConsent command, Book book)
    {
        var consent = book.Get(ConsentTables.Consents, command.ConsentId);
        if (consent.State != ConsentState.Authorized || command.Now < consent.ExpiresAt)
        {
            return consent;
        }

        consent = book.Update(ConsentTables.Consents, consent with { State = ConsentState.Expired });
        Emit(book, EventTypes.ConsentExpired, consent, ConsentStatus.Expired);
        return consent;
    }

    public static ConsentStatus StatusOf(ConsentState state, DateTimeOffset expiresAt, DateTimeOffset now) =>
        state == ConsentState.Revoked ? ConsentStatus.Revoked
        : state == ConsentState.Expired || now >= expiresAt ? ConsentStatus.Expired
        : ConsentStatus.Authorized;

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
