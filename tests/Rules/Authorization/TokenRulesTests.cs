using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;

namespace OpenBanking.Tests.Rules.Authorization;

public class TokenRulesTests
{
    private static readonly RefreshTokenRow refreshToken = new()
    {
        Hash = "refresh",
        AppId = Rows.App.Id,
        ConsentId = Rows.Consent.Id,
        CreatedAt = Rows.Noon,
    };

    private static readonly RedeemCode redeem = new(
        Rows.World,
        Rows.Noon,
        Rows.Assertion,
        Rows.Code,
        refreshToken,
        Rows.Today
    );

    private static readonly RedeemCode redeemAgain = redeem with
    {
        Assertion = Rows.Assertion with { Hash = "second assertion" },
        RefreshToken = refreshToken with { Hash = "second refresh" },
    };

    [Fact]
    public void A_code_gives_its_consent_and_a_refresh_token()
    {
        var bank = BankWithCode();

        var ran = bank.Run(redeem);

        Assert.Equal(Rows.Consent with { LastUsedOn = Rows.Today, Version = 2 }, ran.Accepted);
        Assert.Equal(refreshToken, bank.Get(AuthorizationTables.RefreshTokens, new(refreshToken.Hash)));
        Assert.True(bank.Get(AuthorizationTables.Codes, new(Rows.Code.Hash)).Used);
        Assert.Equal([Rows.Assertion], bank.All(AuthorizationTables.SingleUse));
    }

    [Fact]
    public void The_day_of_a_use_is_noted_once_and_never_an_earlier_one()
    {
        var bank = BankWithCode();

        Assert.Equal((Rows.Today, 2), Use(Rows.Today));
        Assert.Equal((Rows.Today, 2), Use(Rows.Today));
        Assert.Equal((Rows.Today.AddDays(1), 3), Use(Rows.Today.AddDays(1)));
        Assert.Equal((Rows.Today.AddDays(1), 3), Use(Rows.Today));

        (DateOnly?, long) Use(DateOnly today)
        {
            bank.Run(new UseConsent(Rows.World, Rows.Noon, Assertion: null, Rows.Consent.Id, today));
            var consent = bank.Get(ConsentTables.Consents, Rows.Consent.Id);
            return (consent.LastUsedOn, consent.Version);
        }
    }

    [Fact]
    public void A_code_gives_no_refresh_token_to_an_app_that_may_not_use_it()
    {
        var bank = BankWithCode();

        Assert.NotNull(bank.Run(redeem with { RefreshToken = null }).Accepted);
        Assert.Empty(bank.All(AuthorizationTables.RefreshTokens));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_code_used_again_ends_the_tokens_it_gave_whenever_it_comes(int lifetimes)
    {
        var bank = BankWithCode();
        var used = bank.Run(redeem).Accepted!;
        var now = Rows.Noon + (Rows.Code.ExpiresAt - Rows.Noon) * lifetimes;

        var ran = bank.Run(redeemAgain with { Now = now });

        Assert.Null(ran.Declined);
        Assert.Equal(
            used with
            {
                Epoch = used.Epoch + 1,
                TokensEndedAt = now,
                Version = used.Version + 1,
            },
            bank.Get(ConsentTables.Consents, Rows.Consent.Id)
        );
        Assert.Equal(Rows.Agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
        Assert.Equal([refreshToken], bank.All(AuthorizationTables.RefreshTokens));
        Assert.Empty(ran.Told);
    }

    [Fact]
    public void A_code_is_good_until_it_expires_and_no_longer()
    {
        var bank = BankWithCode();

        Assert.Equal("invalid_grant", bank.Run(redeem with { Now = Rows.Code.ExpiresAt }).Rejected.Code);
        Assert.NotNull(bank.Run(redeem with { Now = Rows.Code.ExpiresAt.AddTicks(-1) }).Accepted);
    }

    [Fact]
    public void A_code_of_a_consent_that_was_taken_back_gives_nothing()
    {
        var bank = BankWithCode()
            .Put(ConsentTables.Consents, Rows.Consent with { State = ConsentState.Revoked });

        Assert.Equal("invalid_grant", bank.Run(redeem).Rejected.Code);
    }

    [Fact]
    public void An_assertion_is_used_once_whatever_it_comes_with()
    {
        var bank = BankWithCode();
        bank.Run(redeem);

        Assert.Equal("invalid_client", bank.Run(redeem).Rejected.Code);
        Assert.Equal(
            "invalid_client",
            bank.Run(new UseAssertion(Rows.World, Rows.Noon, Rows.Assertion)).Rejected.Code
        );
        Assert.Equal(
            "invalid_client",
            bank.Run(
                new UseConsent(Rows.World, Rows.Noon, Rows.Assertion, Rows.Consent.Id, Rows.Today)
            ).Rejected.Code
        );
        Assert.Equal(
            "invalid_client",
            bank.Run(new PushRequest(Rows.World, Rows.Noon, Rows.Assertion, Rows.PushedRequest)).Rejected.Code
        );
        Assert.Equal(ConsentState.Authorized, bank.Get(ConsentTables.Consents, Rows.Consent.Id).State);
    }

    [Fact]
    public void A_pushed_request_is_kept_and_uses_its_assertion_up()
    {
        var bank = new MemoryBank();

        var ran = bank.Run(new PushRequest(Rows.World, Rows.Noon, Rows.Assertion, Rows.PushedRequest));

        Assert.Equal(Rows.PushedRequest, ran.Accepted);
        Assert.Equal([Rows.Assertion], bank.All(AuthorizationTables.SingleUse));
    }

    private static MemoryBank BankWithCode() =>
        new MemoryBank()
            .Put(AuthorizationTables.Codes, Rows.Code)
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(ConsentTables.Agreements, Rows.Agreement);
}
