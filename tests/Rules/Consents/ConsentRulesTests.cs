using OpenBanking.Server.Consents;

namespace OpenBanking.Tests.Rules.Consents;

public class ConsentRulesTests
{
    private static readonly RevokeConsent revoke = new(
        Rows.World,
        Rows.Noon,
        Rows.Consent.Id,
        Rows.Agreement.Id
    );

    [Fact]
    public void A_consent_lasts_until_it_expires_and_no_longer()
    {
        Assert.True(ConsentRules.IsActive(Rows.Consent, Rows.Consent.ExpiresAt.AddTicks(-1)));
        Assert.False(ConsentRules.IsActive(Rows.Consent, Rows.Consent.ExpiresAt));
        Assert.False(ConsentRules.IsActive(Rows.Consent with { State = ConsentState.Revoked }, Rows.Noon));
    }

    [Fact]
    public void Revoking_ends_the_consent_and_its_agreement_in_the_same_moment()
    {
        var bank = BankWithConsent();

        var ran = bank.Run(revoke);

        Assert.Equal(
            (ConsentState.Revoked, (object?)Rows.Noon),
            (ran.Accepted.State, ran.Accepted.RevokedAt)
        );
        Assert.Equal(ConsentState.Revoked, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).State);
        var told = Assert.Single(ran.Events);
        Assert.Equal(
            (Rows.App.Id.Value, EventTypes.ConsentRevoked, 2, "revoked"),
            (told.AppId, told.Type, told.Sequence, told.Status)
        );
    }

    [Fact]
    public void A_consent_without_an_agreement_is_revoked_alone()
    {
        var bank = BankWithConsent();

        bank.Run(revoke with { AgreementId = null });

        Assert.Equal(ConsentState.Revoked, bank.Get(ConsentTables.Consents, Rows.Consent.Id).State);
        Assert.Equal(Rows.Agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
    }

    [Fact]
    public void Revoking_twice_is_revoking_once()
    {
        var bank = BankWithConsent();
        bank.Run(revoke);
        var before = bank.Snapshot();

        var ran = bank.Run(revoke with { Now = Rows.Noon.AddHours(1) });

        Assert.Equal(Rows.Noon, ran.Accepted.RevokedAt);
        Assert.Empty(ran.Events);
        Assert.Equal(before, bank.Snapshot());
    }

    private static MemoryBank BankWithConsent() =>
        new MemoryBank()
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(ConsentTables.Agreements, Rows.Agreement);
}
