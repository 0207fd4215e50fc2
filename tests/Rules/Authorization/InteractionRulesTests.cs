using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Authorization;

public class InteractionRulesTests
{
    private static readonly byte[] rightPin = [1, 1, 1];
    private static readonly InteractionRow fresh = Rows.Interaction with
    {
        SignedIn = false,
        CustomerId = null,
        Mobile = null,
        MobileIndex = null,
        CodeId = null,
    };

    private static readonly InteractionRow waitingForCode = Rows.Interaction with
    {
        SignedIn = false,
        CustomerId = null,
    };

    private static readonly SendSignInCode send = new(
        Rows.World,
        Rows.Noon,
        fresh.Id,
        Rows.Sealed,
        new(
            Rows.OneTimeCode.Id,
            Rows.Intent.Id,
            Rows.OneTimeCode.MobileIndex,
            Rows.OneTimeCode.Mac,
            Rows.Sealed,
            Rows.Noon
        )
    );

    private static readonly EnterSignInCode enter = new(
        Rows.World,
        Rows.Noon,
        waitingForCode.Id,
        Rows.OneTimeCode.Id,
        Rows.OneTimeCode.MobileIndex,
        Rows.OneTimeCode.Mac,
        BrowserHash: "new browser secret"
    );

    private static readonly Agree agree = new(
        Rows.World,
        Rows.Noon,
        Rows.Interaction.Id,
        Rows.PushedRequest.Hash,
        rightPin,
        Rows.Consent,
        Rows.Agreement,
        Rows.Code,
        new Notice(Rows.Id<IntentRow>(18), [1], Rows.Noon)
    );

    [Fact]
    public void Signing_out_ends_an_interaction_and_leaves_its_request()
    {
        var bank = BankWith(Rows.Interaction).Put(AuthorizationTables.PushedRequests, Rows.PushedRequest);
        var end = new EndInteraction(Rows.World, Rows.Noon, Rows.Interaction.Id);

        bank.Run(end);
        var before = bank.Snapshot();
        bank.Run(end);

        Assert.True(Stored(bank).Completed);
        Assert.False(bank.Get(AuthorizationTables.PushedRequests, new(Rows.PushedRequest.Hash)).Used);
        Assert.Equal(before, bank.Snapshot());
    }

    [Fact]
    public void An_interaction_begins()
    {
        var bank = new MemoryBank();

        bank.Run(new StartInteraction(Rows.World, Rows.Noon, fresh));

        Assert.Equal(fresh, bank.Get(AuthorizationTables.Interactions, fresh.Id));
    }

    [Fact]
    public void A_code_is_sent_to_the_number_that_wants_to_sign_in()
    {
        var bank = BankWith(fresh);

        Assert.Equal(default, bank.Run(send).Accepted);

        var interaction = Stored(bank);
        Assert.Equal(
            (Rows.OneTimeCode.MobileIndex, (object?)Rows.OneTimeCode.Id, false),
            (interaction.MobileIndex, interaction.CodeId, interaction.SignedIn)
        );
        Assert.Single(bank.All(CustomerTables.OneTimeCodes));
        Assert.Single(bank.All(IntentTables.Intents));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void No_code_is_sent_past_sign_in_or_after_the_end(bool signedIn, bool completed) =>
        Assert.Equal(
            InteractionRules.Over,
            BankWith(fresh with { SignedIn = signedIn, Completed = completed }).Run(send).Rejected.Code
        );

    [Fact]
    public void Too_many_codes_are_refused_and_the_one_before_stays_good()
    {
        var bank = BankWith(waitingForCode)
            .Put(
                CustomerTables.OneTimeCodeRates,
                new OneTimeCodeRateRow
                {
                    MobileIndex = Rows.OneTimeCode.MobileIndex,
                    WindowStart = Rows.Noon,
                    Sent = 1,
                    LastSentAt = Rows.Noon,
                }
            );

        Assert.Equal("too_many_codes", bank.Run(send).Rejected.Code);
    }

    [Fact]
    public void The_right_code_signs_in_and_gives_the_browser_a_new_secret()
    {
        var bank = BankWithCode()
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow
                {
                    MobileIndex = Rows.OneTimeCode.MobileIndex,
                    CustomerId = Rows.Customer.Id,
                }
            );

        Assert.Equal(CodeCheck.Right, bank.Run(enter).Accepted);

        var interaction = Stored(bank);
        Assert.Equal(
            (true, "new browser secret", (object?)Rows.Customer.Id),
            (interaction.SignedIn, interaction.BrowserHash, interaction.CustomerId)
        );
    }

    [Fact]
    public void A_number_nobody_has_signs_a_stranger_in()
    {
        var bank = BankWithCode();

        bank.Run(enter);

        Assert.Equal((true, null), (Stored(bank).SignedIn, Stored(bank).CustomerId));
    }

    [Fact]
    public void A_wrong_code_is_counted_and_signs_nobody_in()
    {
        var bank = BankWithCode();

        Assert.Equal(CodeCheck.Wrong, bank.Run(enter with { Mac = [0, 0, 0] }).Declined);

        Assert.Equal(1, bank.Get(CustomerTables.OneTimeCodes, Rows.OneTimeCode.Id).Failures);
        Assert.Equal(waitingForCode, Stored(bank));
    }

    [Fact]
    public void A_code_that_is_over_signs_nobody_in()
    {
        var bank = BankWithCode();

        var check = bank.Run(enter with { Now = Rows.OneTimeCode.ExpiresAt }).Declined;

        Assert.Equal(CodeCheck.Over, check);
        Assert.Equal(waitingForCode, Stored(bank));
    }

    [Fact]
    public void An_older_code_counts_no_more_once_a_new_one_was_sent()
    {
        var bank = BankWithCode()
            .Put(
                AuthorizationTables.Interactions,
                waitingForCode with
                {
                    CodeId = Rows.Id<OneTimeCodeRow>(2),
                }
            );

        Assert.Equal(InteractionRules.Over, bank.Run(enter).Rejected.Code);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void No_code_is_looked_at_past_sign_in_or_after_the_end(bool signedIn, bool completed)
    {
        var bank = BankWithCode()
            .Put(
                AuthorizationTables.Interactions,
                waitingForCode with
                {
                    SignedIn = signedIn,
                    Completed = completed,
                }
            );

        Assert.Equal(InteractionRules.Over, bank.Run(enter).Rejected.Code);
    }

    [Fact]
    public void Agreeing_makes_consent_agreement_and_code_and_ends_the_interaction()
    {
        var bank = BankReadyToAgree();

        var ran = bank.Run(agree);

        Assert.Equal(PinCheck.Right, ran.Accepted);
        Assert.Equal(Rows.Consent, bank.Get(ConsentTables.Consents, Rows.Consent.Id));
        Assert.Equal(Rows.Agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
        Assert.Equal(Rows.Code, bank.Get(AuthorizationTables.Codes, new(Rows.Code.Hash)));
        Assert.Equal(IntentKind.SendMessage, bank.Get(IntentTables.Intents, Rows.Id<IntentRow>(18)).Kind);
        Assert.True(Stored(bank).Completed);
        Assert.True(bank.Get(AuthorizationTables.PushedRequests, new(Rows.PushedRequest.Hash)).Used);
        var told = Assert.Single(ran.Events);
        Assert.Equal(
            (EventTypes.ConsentAuthorized, 1, "authorized"),
            (told.Type, told.Sequence, told.Status)
        );
    }

    [Fact]
    public void Nobody_agrees_without_signing_in() =>
        AssertOver(BankReadyToAgree().Put(AuthorizationTables.Interactions, waitingForCode));

    [Fact]
    public void Nobody_agrees_with_an_account_that_is_not_in_use() =>
        AssertOver(
            BankReadyToAgree()
                .Put(AccountTables.Accounts, Rows.Account with { State = AccountState.PendingActivation })
        );

    [Fact]
    public void Nobody_agrees_twice()
    {
        AssertOver(
            BankReadyToAgree()
                .Put(AuthorizationTables.Interactions, Rows.Interaction with { Completed = true })
        );
        AssertOver(
            BankReadyToAgree()
                .Put(AuthorizationTables.PushedRequests, Rows.PushedRequest with { Used = true })
        );
    }

    [Fact]
    public void A_wrong_PIN_is_counted_and_agrees_to_nothing()
    {
        var bank = BankReadyToAgree();

        var ran = bank.Run(agree with { PinHash = [0, 0, 0] });

        Assert.Equal(PinCheck.Wrong, ran.Declined);
        Assert.Equal(1, bank.Get(CustomerTables.Customers, Rows.Customer.Id).PinFailures);
        Assert.Equal(Rows.Interaction, Stored(bank));
        Assert.Empty(bank.All(ConsentTables.Consents));
        Assert.Empty(bank.All(AuthorizationTables.Codes));
        Assert.Empty(ran.Events);
    }

    [Fact]
    public void While_the_PIN_is_locked_nobody_agrees()
    {
        var locked = Rows.Customer with { PinHash = rightPin, PinLockedUntil = Rows.Noon.AddHours(1) };
        var bank = BankReadyToAgree().Put(CustomerTables.Customers, locked);

        Assert.Equal(PinCheck.Locked, bank.Run(agree).Declined);

        Assert.Empty(bank.All(ConsentTables.Consents));
    }

    /// <summary>The number alone may have been given to somebody new.</summary>
    [Fact]
    public void A_consent_without_an_agreement_needs_the_PIN_too()
    {
        var bank = BankReadyToAgree();
        var reading = agree with { Agreement = null, Consent = Rows.Consent with { AgreementId = null } };

        Assert.Equal(PinCheck.Wrong, bank.Run(reading with { PinHash = [0, 0, 0] }).Declined);
        Assert.Empty(bank.All(ConsentTables.Consents));
        Assert.Equal(PinCheck.Right, bank.Run(reading).Accepted);
        Assert.Empty(bank.All(ConsentTables.Agreements));
        Assert.Empty(bank.All(IntentTables.Intents));
    }

    [Fact]
    public void Declining_ends_the_interaction_and_makes_nothing()
    {
        var bank = BankReadyToAgree();
        var decline = new Decline(Rows.World, Rows.Noon, Rows.Interaction.Id, Rows.PushedRequest.Hash);

        bank.Run(decline);

        Assert.True(Stored(bank).Completed);
        Assert.True(bank.Get(AuthorizationTables.PushedRequests, new(Rows.PushedRequest.Hash)).Used);
        Assert.Empty(bank.All(ConsentTables.Consents));
        Assert.Equal(InteractionRules.Over, bank.Run(decline).Rejected.Code);
        Assert.Equal(InteractionRules.Over, bank.Run(agree).Rejected.Code);
    }

    private static MemoryBank BankWith(InteractionRow interaction) =>
        new MemoryBank().Put(AuthorizationTables.Interactions, interaction);

    private static MemoryBank BankWithCode() =>
        BankWith(waitingForCode).Put(CustomerTables.OneTimeCodes, Rows.OneTimeCode);

    private static MemoryBank BankReadyToAgree() =>
        BankWith(Rows.Interaction)
            .Put(AuthorizationTables.PushedRequests, Rows.PushedRequest)
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = rightPin })
            .Put(AccountTables.Accounts, Rows.Account);

    private static InteractionRow Stored(MemoryBank bank) =>
        bank.Get(AuthorizationTables.Interactions, Rows.Interaction.Id);

    private static void AssertOver(MemoryBank bank) =>
        Assert.Equal(InteractionRules.Over, bank.Run(agree).Rejected.Code);
}
