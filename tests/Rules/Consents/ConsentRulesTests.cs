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

    private static readonly NarrowConsent narrow = new(
        Rows.World,
        Rows.Noon,
        Rows.Consent.Id,
        Rows.Consent.Version,
        """[{"type":"coupon_wallet"}]""",
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

    [Fact]
    public void A_part_given_back_begins_a_new_epoch_and_ends_an_agreement_that_is_left_out()
    {
        var bank = BankWithConsent();

        var ran = bank.Run(narrow);

        Assert.Equal(
            (ConsentState.Authorized, narrow.Details, 1L),
            (ran.Accepted.State, ran.Accepted.Details, ran.Accepted.Epoch)
        );
        Assert.Equal(ConsentState.Revoked, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).State);
        Assert.Equal([EventTypes.ConsentNarrowed], ran.Told);
    }

    [Fact]
    public void An_agreement_that_is_kept_goes_on()
    {
        var bank = BankWithConsent();

        bank.Run(narrow with { AgreementId = null });

        Assert.Equal(Rows.Agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
    }

    [Fact]
    public void Nothing_is_given_back_of_what_has_ended_or_was_changed_meanwhile()
    {
        var bank = BankWithConsent();
        bank.Run(narrow with { AgreementId = null });

        Assert.Equal(ProblemCodes.ConsentChanged, bank.Run(narrow).Rejected.Code);
        Assert.Equal(
            ProblemCodes.ConsentNotActive,
            bank.Run(narrow with { Now = Rows.Consent.ExpiresAt }).Rejected.Code
        );
        bank.Run(revoke);
        Assert.Equal(ProblemCodes.ConsentNotActive, bank.Run(narrow with { Version = 3 }).Rejected.Code);
    }

    [Fact]
    public void A_consent_that_has_run_out_is_told_of_once()
    {
        var bank = BankWithConsent();
        var expire = new ExpireConsent(Rows.World, Rows.Consent.ExpiresAt, Rows.Consent.Id);

        var early = bank.Run(expire with { Now = Rows.Consent.ExpiresAt.AddTicks(-1) });
        var ran = bank.Run(expire);
        var again = bank.Run(expire);

        Assert.Empty(early.Events);
        Assert.Equal((ConsentState.Expired, "expired"), (ran.Accepted.State, ran.Events[0].Status));
        Assert.Equal([EventTypes.ConsentExpired], ran.Told);
        Assert.Empty(again.Events);
        Assert.Empty(bank.Run(revoke).Events);
        Assert.Equal(ConsentState.Expired, bank.Get(ConsentTables.Consents, Rows.Consent.Id).State);
    }

    [Fact]
    public void A_consent_taken_back_does_not_run_out()
    {
        var bank = BankWithConsent();
        bank.Run(revoke);

        var ran = bank.Run(new ExpireConsent(Rows.World, Rows.Consent.ExpiresAt, Rows.Consent.Id));

        Assert.Empty(ran.Events);
        Assert.Equal(ConsentState.Revoked, ran.Accepted.State);
    }

    private static MemoryBank BankWithConsent() =>
        new MemoryBank()
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(ConsentTables.Agreements, Rows.Agreement);
}
