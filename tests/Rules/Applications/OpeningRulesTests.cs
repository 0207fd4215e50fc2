using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Applications;

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

    private static readonly Opening ofNewCustomer = new(
        Rows.Customer.Id,
        Known: null,
        Rows.Sealed,
        card,
        account
    );

    private static readonly Opening ofKnownCustomer = ofNewCustomer with { Known = Rows.Customer };

    [Fact]
    public void An_application_is_kept_and_its_verification_asked_for()
    {
        var bank = BankWith(Rows.Interaction);

        var ran = bank.Run(Submit());

        Assert.Equal(application with { Version = 2 }, ran.Accepted);
        Assert.Equal(
            [EventTypes.AccountApplicationCreated, EventTypes.AccountApplicationIdentityVerifying],
            ran.Told
        );
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
            Application = application with
            {
                Id = Rows.Id<AccountApplicationRow>(2),
                State = ApplicationState.Created,
            },
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

        Assert.Equal(application with { Version = 2 }, ran.Accepted);
    }

    [Fact]
    public void A_verified_stranger_becomes_a_customer_with_an_account_that_waits_for_its_PIN()
    {
        var bank = BankWithApplication();

        var ran = bank.Run(Complete(ofNewCustomer));

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
        Assert.Equal([EventTypes.AccountOpened, EventTypes.AccountApplicationOpened], ran.Told);
        Assert.Equal(IntentState.Done, bank.Get(IntentTables.Intents, intent.Id).State);
    }

    [Fact]
    public void A_customer_who_opens_another_account_is_the_same_customer()
    {
        var bank = BankWithCustomer(accounts: 4);

        var ran = bank.Run(Complete(ofKnownCustomer));

        Assert.Equal(ApplicationState.Opened, ran.Accepted.State);
        Assert.Equal(5, Assert.Single(bank.All(CustomerTables.Customers)).TypeTwoAccounts);
    }

    [Fact]
    public void Nobody_has_a_sixth_account()
    {
        var bank = BankWithCustomer(accounts: 5);

        var ran = bank.Run(Complete(ofKnownCustomer));

        Assert.Equal(
            (ApplicationState.Rejected, ApplicationReasons.TooManyAccounts),
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

        var ran = bank.Run(Complete(ofNewCustomer));

        Assert.Equal(
            (ApplicationState.Rejected, ApplicationReasons.MobileOfAnother),
            (ran.Accepted.State, ran.Accepted.Reason)
        );
        AssertNothingOpened(bank, ran);
        Assert.Empty(bank.All(CustomerTables.Customers));
    }

    [Theory]
    [InlineData(ApplicationReasons.IdentityNotVerified)]
    [InlineData(ApplicationReasons.CardNotVerified)]
    public void Who_was_not_verified_gets_nothing(string reason)
    {
        var bank = BankWithApplication();

        var ran = bank.Run(
            Complete(ofNewCustomer) with
            {
                Answer = Verified with { FailureReason = reason },
            }
        );

        Assert.Equal((ApplicationState.IdentityFailed, reason), (ran.Accepted.State, ran.Accepted.Reason));
        Assert.Equal(("", ""), (ran.Accepted.IdNumberIndex, ran.Accepted.MobileIndex));
        AssertNothingOpened(bank, ran);
        Assert.Empty(bank.All(CustomerTables.Customers));
    }

    [Theory]
    [InlineData("2010-06-16", ApplicationReasons.UnderMinimumAge)]
    [InlineData("2010-06-15", null)]
    [InlineData(null, ApplicationReasons.UnderMinimumAge)]
    public void Nobody_opens_an_account_before_the_age_of_the_rule_set(string? born, string? reason)
    {
        var bank = BankWithApplication();

        var ran = bank.Run(
            Complete(ofNewCustomer) with
            {
                Answer = Verified with { BornOn = born is null ? null : DateOnly.Parse(born) },
            }
        );

        Assert.Equal(reason, ran.Accepted.Reason);
        Assert.Equal(reason is null ? 1 : 0, bank.All(AccountTables.Accounts).Count());
    }

    [Fact]
    public void Whom_the_bank_does_not_want_gets_nothing_and_no_cause()
    {
        var bank = BankWithApplication();

        var ran = bank.Run(
            Complete(ofNewCustomer) with
            {
                Answer = Verified with { RefusalReason = ApplicationReasons.DeclinedByBank },
            }
        );

        Assert.Equal(
            (ApplicationState.Rejected, ApplicationReasons.DeclinedByBank),
            (ran.Accepted.State, ran.Accepted.Reason)
        );
        AssertNothingOpened(bank, ran);
    }

    [Fact]
    public void An_answer_after_the_end_of_the_day_opens_nothing()
    {
        var bank = BankWithApplication();

        var ran = bank.Run(Complete(ofNewCustomer) with { Now = application.ExpiresAt });

        Assert.Equal(ApplicationState.Expired, ran.Accepted.State);
        AssertNothingOpened(bank, ran);
    }

    [Fact]
    public void A_person_may_have_five_accounts_of_each_class()
    {
        var small = account with { Type = AccountType.TypeThree.Value };
        var bank = BankWithCustomer(accounts: 5);

        Assert.Equal(
            ApplicationState.Opened,
            bank.Run(Complete(ofKnownCustomer with { Account = small })).Accepted.State
        );
        var customer = bank.Get(CustomerTables.Customers, Rows.Customer.Id);
        Assert.Equal((5, 1L), (customer.TypeTwoAccounts, customer.TypeThreeAccounts));

        var full = BankWithCustomer(accounts: 0);
        full.Put(CustomerTables.Customers, Rows.Customer with { TypeThreeAccounts = 5 });
        Assert.Equal(
            ApplicationReasons.TooManyAccounts,
            full.Run(Complete(ofKnownCustomer with { Account = small })).Accepted.Reason
        );
    }

    [Fact]
    public void Who_dropped_out_before_the_PIN_goes_on_with_the_same_account()
    {
        var bank = BankWithCustomer(accounts: 5).Put(AccountTables.Accounts, account);
        var another = account with { Id = Rows.Id<AccountRow>(8) };

        var ran = bank.Run(Complete(ofKnownCustomer with { Account = another, Resumed = account }));

        Assert.Equal(
            (ApplicationState.Opened, (object?)account.Id),
            (ran.Accepted.State, ran.Accepted.AccountId)
        );
        Assert.Single(bank.All(AccountTables.Accounts));
        Assert.Equal(5, bank.Get(CustomerTables.Customers, Rows.Customer.Id).TypeTwoAccounts);
    }

    [Fact]
    public void An_application_from_before_a_change_of_number_does_not_bring_the_old_one_back()
    {
        var bank = BankWithCustomer(accounts: 1)
            .Put(
                CustomerTables.Customers,
                Rows.Customer with
                {
                    TypeTwoAccounts = 1,
                    MobileChangedAt = application.CreatedAt,
                }
            );

        var ran = bank.Run(Complete(ofKnownCustomer));

        Assert.Equal(
            (ApplicationState.Rejected, ApplicationReasons.MobileChanged),
            (ran.Accepted.State, ran.Accepted.Reason)
        );
        Assert.Empty(bank.All(CustomerTables.Mobiles));
        AssertNothingOpened(bank, ran);
    }

    [Fact]
    public void Whoever_has_no_number_has_the_one_that_is_proven_even_if_no_account_is_opened()
    {
        byte[] withMobile = [4, 5, 6];
        var bank = BankWithCustomer(accounts: 5);

        var ran = bank.Run(Complete(ofKnownCustomer with { Profile = withMobile }));

        Assert.Equal(ApplicationReasons.TooManyAccounts, ran.Accepted.Reason);
        Assert.Equal(Rows.Customer.Id, Assert.Single(bank.All(CustomerTables.Mobiles)).CustomerId);
        Assert.Equal(withMobile, bank.Get(CustomerTables.Customers, Rows.Customer.Id).Profile);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(5, false)]
    public void The_number_that_is_proven_takes_the_place_of_another_with_the_account(
        int accounts,
        bool taken
    )
    {
        byte[] withMobile = [4, 5, 6];
        var bank = BankWithCustomer(accounts)
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow { MobileIndex = "old mobile", CustomerId = Rows.Customer.Id }
            );
        var former = new FormerMobiles(
            ["old mobile"],
            new(Rows.Id<IntentRow>(71), [1], Rows.Noon),
            new(Rows.Id<IntentRow>(72), [2], Rows.Noon)
        );

        var ran = bank.Run(Complete(ofKnownCustomer with { Profile = withMobile, Former = former }));

        Assert.Equal(taken ? ApplicationState.Opened : ApplicationState.Rejected, ran.Accepted.State);
        var now = bank.All(CustomerTables.Mobiles).Where(row => row.EndedAt is null);
        Assert.Equal(taken ? application.MobileIndex : "old mobile", Assert.Single(now).MobileIndex);
        var customer = bank.Get(CustomerTables.Customers, Rows.Customer.Id);
        Assert.Equal(taken ? withMobile : Rows.Customer.Profile, customer.Profile);
        Assert.Equal(taken, customer.MobileChangedAt is not null);
        Assert.Equal(
            taken ? 2 : 0,
            bank.All(IntentTables.Intents).Count(intent => intent.Kind == IntentKind.SendMessage)
        );
    }

    [Fact]
    public void Details_that_changed_in_the_meantime_are_looked_up_again()
    {
        var read = Rows.Customer with { Profile = [4, 5, 6] };

        Assert.Equal(
            "customer_changed",
            BankWithCustomer(accounts: 1).Run(Complete(ofKnownCustomer with { Known = read })).Rejected.Code
        );
    }

    [Fact]
    public void A_customer_who_came_to_be_in_the_meantime_is_looked_up_again()
    {
        Assert.Equal(
            "customer_changed",
            BankWithCustomer(accounts: 1).Run(Complete(ofNewCustomer)).Rejected.Code
        );
        Assert.Equal("customer_changed", BankWithApplication().Run(Complete(ofKnownCustomer)).Rejected.Code);
        Assert.Equal(
            "customer_changed",
            BankWithCustomer(accounts: 1)
                .Run(Complete(ofKnownCustomer with { CustomerId = Rows.Id<CustomerRow>(2) }))
                .Rejected.Code
        );
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        var bank = BankWithCustomer(accounts: 1);
        bank.Run(Complete(ofKnownCustomer));
        var before = bank.Snapshot();

        var ran = bank.Run(Complete(ofKnownCustomer));

        Assert.Equal(ApplicationState.Opened, ran.Accepted.State);
        Assert.Empty(ran.Events);
        Assert.Equal(before, bank.Snapshot());
    }

    private static VerificationAnswer Verified { get; } =
        new(FailureReason: null, RefusalReason: null, new(1990, 3, 7), "示例银行一");

    private static CompleteVerification Complete(Opening opening) =>
        new(Rows.World, Rows.Noon, intent.Id, application, Verified, opening);

    private static SubmitApplication Submit() =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Interaction.Id,
            Previous: null,
            application with
            {
                State = ApplicationState.Created,
            },
            intent.Id,
            Rows.Noon
        );

    private static MemoryBank BankWith(InteractionRow interaction) =>
        new MemoryBank().Put(AuthorizationTables.Interactions, interaction);

    private static MemoryBank BankWithApplication() =>
        new MemoryBank().Put(ApplicationTables.Applications, application).Put(IntentTables.Intents, intent);

    private static MemoryBank BankWithCustomer(int accounts) =>
        BankWithApplication()
            .Put(CustomerTables.Customers, Rows.Customer with { TypeTwoAccounts = accounts })
            .Put(CustomerTables.Identities, identity);

    private static void AssertNothingOpened(MemoryBank bank, Ran<AccountApplicationRow> ran)
    {
        Assert.Empty(bank.All(AccountTables.Accounts));
        Assert.Empty(bank.All(CustomerTables.BoundCards));
        Assert.Equal("account_application", Assert.Single(ran.Events).Type.Split('.')[0]);
        Assert.Empty(ran.Accepted.Elements);
        Assert.Equal(IntentState.Done, bank.Get(IntentTables.Intents, intent.Id).State);
    }
}
