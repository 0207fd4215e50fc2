using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Partners;

namespace OpenBanking.Tests.Rules.Authorization;

public class RevocationRulesTests
{
    private static readonly RevokeRefreshToken revokeRefresh = new(
        Rows.World,
        Rows.Noon,
        Rows.Assertion,
        Rows.Consent.Id
    );

    private static readonly SingleUseRow token = new()
    {
        Kind = SingleUseKind.RevokedToken,
        Hash = "token",
        ExpiresAt = Rows.Noon.AddMinutes(5),
    };

    private static readonly RevokeAccessToken revokeAccess = new(
        Rows.World,
        Rows.Noon,
        Rows.Assertion,
        token,
        Rows.App.Id,
        Rows.Consent.Id
    );

    [Fact]
    public void A_refresh_token_taken_back_begins_a_new_epoch_and_leaves_consent_and_agreement()
    {
        var bank = Bank();

        bank.Run(revokeRefresh);

        var consent = bank.Get(ConsentTables.Consents, Rows.Consent.Id);
        Assert.Equal(
            (1L, (object?)Rows.Noon, ConsentState.Authorized),
            (consent.Epoch, consent.TokensEndedAt, consent.State)
        );
        Assert.Equal(Rows.Agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
        Assert.Equal([Rows.Assertion], bank.All(AuthorizationTables.SingleUse));
    }

    [Fact]
    public void Taking_a_refresh_token_back_twice_is_taking_it_back_once()
    {
        var bank = Bank();
        bank.Run(revokeRefresh);

        var ran = bank.Run(
            revokeRefresh with
            {
                Now = Rows.Noon.AddHours(1),
                Assertion = Rows.Assertion with { Hash = "second" },
            }
        );

        Assert.Equal(default, ran.Accepted);
        var consent = bank.Get(ConsentTables.Consents, Rows.Consent.Id);
        Assert.Equal((1L, (object?)Rows.Noon), (consent.Epoch, consent.TokensEndedAt));
    }

    [Fact]
    public void An_access_token_taken_back_is_remembered_and_its_consent_says_until_when_to_look()
    {
        var bank = Bank();

        bank.Run(revokeAccess);
        bank.Run(
            revokeAccess with
            {
                Assertion = Rows.Assertion with { Hash = "second" },
                Token = token with { Hash = "older token", ExpiresAt = Rows.Noon.AddMinutes(1) },
            }
        );

        var consent = bank.Get(ConsentTables.Consents, Rows.Consent.Id);
        Assert.Equal((0L, (object?)token.ExpiresAt), (consent.Epoch, consent.RevocationsUntil));
        Assert.Equal(token, bank.Get(AuthorizationTables.SingleUse, SingleUse.KeyOf(token)));
        Assert.Null(bank.Get(PartnerTables.Apps, Rows.App.Id).RevocationsUntil);
    }

    [Fact]
    public void An_apps_own_token_is_noted_at_the_app()
    {
        var bank = Bank();

        bank.Run(revokeAccess with { ConsentId = null });

        Assert.Equal(token.ExpiresAt, bank.Get(PartnerTables.Apps, Rows.App.Id).RevocationsUntil);
        Assert.Equal(Rows.Consent, bank.Get(ConsentTables.Consents, Rows.Consent.Id));
    }

    [Fact]
    public void An_access_token_taken_back_twice_changes_nothing_more()
    {
        var bank = Bank();
        bank.Run(revokeAccess);
        var before = bank.Get(ConsentTables.Consents, Rows.Consent.Id);

        bank.Run(revokeAccess with { Assertion = Rows.Assertion with { Hash = "second" } });

        Assert.Equal(before, bank.Get(ConsentTables.Consents, Rows.Consent.Id));
    }

    [Fact]
    public void An_assertion_takes_back_once()
    {
        var bank = Bank();
        bank.Run(revokeRefresh);
        var before = bank.Snapshot();

        Assert.Equal("invalid_client", bank.Run(revokeRefresh).Rejected.Code);
        Assert.Equal("invalid_client", bank.Run(revokeAccess).Rejected.Code);
        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void A_name_of_an_assertion_is_no_name_of_a_token()
    {
        var bank = Bank()
            .Put(AuthorizationTables.SingleUse, token with { Kind = SingleUseKind.ClientAssertion });

        bank.Run(revokeAccess);

        Assert.Equal(token, bank.Get(AuthorizationTables.SingleUse, SingleUse.KeyOf(token)));
    }

    private static MemoryBank Bank() =>
        new MemoryBank()
            .Put(PartnerTables.Apps, Rows.App)
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(ConsentTables.Agreements, Rows.Agreement);
}
