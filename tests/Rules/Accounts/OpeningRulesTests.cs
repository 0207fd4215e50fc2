using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Accounts;

public class OpeningRulesTests
{
    private static readonly AccountApplicationRow application = new()
    {
        Id = Rows.Id<AccountApplicationRow>(1),
        AppId = Rows.App.Id,
        State = ApplicationState.IdentityVerifying,
        Elements = Rows.Sealed,
        IdNumberIndex = "id number",
        MobileIndex = "mobile",
        CreatedAt = Rows.Noon,
        ExpiresAt = Rows.Noon.AddHours(24),
    };

    private static readonly IntentRow intent = Rows.Intent with { Kind = IntentKind.VerifyIdentity };
    private static readonly AccountRow account = Rows.Account with { State = AccountState.PendingActivation };
    private static readonly BoundCardRow card = new()
    {
        Id = account.CardId,
        CustomerId = Rows.Customer.Id,
        Bank = "示例银行一",
        LastFour = "0012",
        Number = Rows.Sealed,
        CreatedAt = Rows.Noon,
    };

    private static readonly CustomerIdentityRow identity = new()
    {
        IdNumberIndex = application.IdNumberIndex,
        CustomerId = Rows.Customer.Id,
    };

    private static readonly CompleteVerification ofNewCustomer = new(
        Rows.World,
        Rows.Noon,
        intent.Id,
        application,
        FailureReason: null,
        Rows.Customer.Id,
        IsNewCustomer: true,
        Rows.Sealed,
        card,
        account
    );

    private static readonly CompleteVerification ofKnownCustomer = ofNewCustomer with
    {
        IsNewCustomer = false,
    };

    [Fact]
    public void An_application_is_kept_and_its_verification_asked_for()
    {
        var bank = BankWith(Rows.Interaction);

        var ran = bank.Run(Submit());

        Assert.Equal(application, ran.Accepted);
        Assert.Equal(
            application.Id,
            bank.Get(AuthorizationTables.Interactions, Rows.Interaction.Id).ApplicationId
        );
        var asked = bank.Get(IntentTables.Intents, intent.Id);
        Assert.Equal(
            (IntentKind.VerifyIdentity, IntentState.Waiting, application.Id.Value),
            (asked.Kind, asked.State, asked.SubjectId)
        );
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Nobody_applies_before_signing_in_or_after_the_end(bool signedIn, bool completed)
    {
        var bank = BankWith(Rows.Interaction with { SignedIn = signedIn, Completed = completed });

        Assert.Equal(InteractionRules.Over, bank.Run(Submit()).Rejected.Code);
    }

    [Fact]
    public void A_form_that_is_sent_twice_asks_for_one_account()
    {
        var bank = BankWith(Rows.Interaction);
        bank.Run(Submit());

        var again = Submit() with
        {
            Application = application with { Id = Rows.Id<AccountApplicationRow>(2) },
            IntentId = Rows.Id<IntentRow>(2),
        };

        Assert.Equal(InteractionRules.Over, bank.Run(again).Rejected.Code);
        Assert.Single(bank.All(IntentTables.Intents));
    }

    [Fact]
    public void Who_was_not_verified_may_try_again()
    {
        var bank = BankWith(Rows.Interaction with { ApplicationId = Rows.Id<AccountApplicationRow>(9) });

        var ran = bank.Run(Submit() with { Previous = Rows.Id<AccountApplicationRow>(9) });

        Assert.Equal(application, ran.Accepted);
    }

    [Fact]
    public void A_verified_stranger_becomes_a_customer_with_an_account_that_waits_for_its_PIN()
    {
        var bank = BankWithApplication();

        var ran = bank.Run(ofNewCustomer);

        Assert.Equal(
            (ApplicationState.Opened, (object?)account.Id, (object?)Rows.Customer.Id),
            (ran.Accepted.State, ran.Accepted.AccountId, ran.Accepted.CustomerId)
        );
        Assert.Equal(1, bank.Get(CustomerTables.Customers, Rows.Customer.Id).TypeTwoAccounts);
        Assert.Equal(identity, bank.Get(CustomerTables.Identities, new(application.IdNumberIndex)));
        Assert.Equal(
            Rows.Customer.Id,
            bank.Get(CustomerTables.Mobiles, new(application.MobileIndex)).CustomerId
        );
        Assert.Equal(card, bank.Get(CustomerTables.BoundCards, card.Id));
        Assert.Equal(account, bank.Get(AccountTables.Accounts, account.Id));
        Assert.Equal([EventTypes.AccountOpened], ran.Told);
        Assert.Equal(IntentState.Done, bank.Get(IntentTables.Intents, intent.Id).State);
    }

    [Fact]
    public void A_customer_who_opens_another_account_is_the_same_customer()
    {
        var bank = BankWithCustomer(accounts: 4);

        var ran = bank.Run(ofKnownCustomer);

        Assert.Equal(ApplicationState.Opened, ran.Accepted.State);
        Assert.Equal(5, Assert.Single(bank.All(CustomerTables.Customers)).TypeTwoAccounts);
    }

    [Fact]
    public void Nobody_has_a_sixth_account()
    {
        var bank = BankWithCustomer(accounts: 5);

        var ran = bank.Run(ofKnownCustomer);

        Assert.Equal(
            (ApplicationState.Rejected, OpeningRules.Reasons.TooManyAccounts),
            (ran.Accepted.State, ran.Accepted.Reason)
        );
        AssertNothingOpened(bank, ran);
    }

    [Fact]
    public void A_mobile_number_of_another_customer_opens_nothing()
    {
        var bank = BankWithApplication()
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow
                {
                    MobileIndex = application.MobileIndex,
                    CustomerId = Rows.Id<CustomerRow>(2),
                }
            );

        var ran = bank.Run(ofNewCustomer);

        Assert.Equal(
            (ApplicationState.Rejected, OpeningRules.Reasons.MobileOfAnother),
            (ran.Accepted.State, ran.Accepted.Reason)
        );
        AssertNothingOpened(bank, ran);
        Assert.Empty(bank.All(CustomerTables.Customers));
    }

    [Theory]
    [InlineData(OpeningRules.Reasons.IdentityNotVerified)]
    [InlineData(OpeningRules.Reasons.CardNotVerified)]
    public void Who_was_not_verified_gets_nothing(string reason)
    {
        var bank = BankWithApplication();

        var ran = bank.Run(ofNewCustomer with { FailureReason = reason });

        Assert.Equal((ApplicationState.IdentityFailed, reason), (ran.Accepted.State, ran.Accepted.Reason));
        AssertNothingOpened(bank, ran);
        Assert.Empty(bank.All(CustomerTables.Customers));
    }

    [Fact]
    public void A_customer_who_came_to_be_in_the_meantime_is_looked_up_again()
    {
        Assert.Equal("customer_changed", BankWithCustomer(accounts: 1).Run(ofNewCustomer).Rejected.Code);
        Assert.Equal("customer_changed", BankWithApplication().Run(ofKnownCustomer).Rejected.Code);
        Assert.Equal(
            "customer_changed",
            BankWithCustomer(accounts: 1)
                .Run(ofKnownCustomer with { CustomerId = Rows.Id<CustomerRow>(2) })
                .Rejected.Code
        );
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        var bank = BankWithCustomer(accounts: 1);
        bank.Run(ofKnownCustomer);
        var before = bank.Snapshot();

        var ran = bank.Run(ofKnownCustomer);

        Assert.Equal(ApplicationState.Opened, ran.Accepted.State);
        Assert.Empty(ran.Events);
        Assert.Equal(before, bank.Snapshot());
    }

    private static SubmitApplication Submit() =>
        new(Rows.World, Rows.Noon, Rows.Interaction.Id, Previous: null, application, intent.Id, Rows.Noon);

    private static MemoryBank BankWith(InteractionRow interaction) =>
        new MemoryBank().Put(AuthorizationTables.Interactions, interaction);

    private static MemoryBank BankWithApplication() =>
        new MemoryBank().Put(AccountTables.Applications, application).Put(IntentTables.Intents, intent);

    private static MemoryBank BankWithCustomer(int accounts) =>
        BankWithApplication()
            .Put(CustomerTables.Customers, Rows.Customer with { TypeTwoAccounts = accounts })
            .Put(CustomerTables.Identities, identity);

    private static void AssertNothingOpened(MemoryBank bank, Ran<AccountApplicationRow> ran)
    {
        Assert.Empty(bank.All(AccountTables.Accounts));
        Assert.Empty(bank.All(CustomerTables.BoundCards));
        Assert.Empty(ran.Events);
        Assert.Equal(IntentState.Done, bank.Get(IntentTables.Intents, intent.Id).State);
    }
}
