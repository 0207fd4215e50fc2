using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Accounts;

public class UpgradeRulesTests
{
    private const string IdNumberIndex = "id number";
    private static readonly byte[] rightPin = [1, 1, 1];

    private static readonly AccountRow small = Rows.Account with
    {
        Type = AccountType.TypeThree.Value,
        DayOutflow = 1_500_00,
        YearOutflow = 1_500_00,
        DayLimit = 1_900_00,
    };

    private static readonly CustomerRow customer = Rows.Customer with
    {
        PinHash = rightPin,
        PinSalt = [9],
        TypeTwoAccounts = 4,
        TypeThreeAccounts = 1,
    };

    private static readonly UpgradeAccount upgrade = new(
        Rows.World,
        Rows.Noon,
        small,
        IdNumberIndex,
        CardIsBound: true,
        rightPin,
        Rows.Id<IntentRow>(1),
        Rows.Sealed,
        Rows.Noon
    );

    private static readonly CompleteUpgrade complete = new(
        Rows.World,
        Rows.Noon,
        small,
        upgrade.IntentId,
        "mobile",
        Verified: true,
        new(Rows.Id<IntentRow>(2), Rows.Sealed, Rows.Noon),
        [Rows.Consent.Id]
    );

    [Fact]
    public void An_account_is_another_class_once_its_customer_is_verified_again_and_the_apps_are_told()
    {
        var bank = NewBank();
        Assert.Equal(DeclineCodes.AccountDailyLimit, Decline(bank, 500_01));

        Assert.Equal(PersonCheck.Right, bank.Run(upgrade).Accepted);
        Assert.Equal(AccountType.TypeThree.Value, Account(bank).Type);
        Assert.Equal(IntentKind.VerifyUpgrade, bank.All(IntentTables.Intents).Single().Kind);

        var ran = bank.Run(complete);

        Assert.Equal([EventTypes.AccountUpgraded], ran.Told);
        Assert.Equal(small with { Type = AccountType.TypeTwo.Value, Version = 2 }, Account(bank));
        var counted = bank.Get(CustomerTables.Customers, customer.Id);
        Assert.Equal((5, 0L), (counted.TypeTwoAccounts, counted.TypeThreeAccounts));
        Assert.Single(bank.All(IntentTables.Intents), intent => intent.Kind == IntentKind.SendMessage);
        Assert.Empty(bank.Run(complete).Told);
    }

    [Fact]
    public void What_went_out_before_counts_against_the_new_limits()
    {
        var bank = NewBank(small with { DayLimit = null, Available = 100_000_00 });
        bank.Run(upgrade);
        bank.Run(complete);

        Assert.Null(Decline(bank, 8_500_00));
        Assert.Equal(DeclineCodes.AccountDailyLimit, Decline(bank, 8_500_01));
    }

    [Fact]
    public void Whoever_is_not_confirmed_keeps_the_account_and_after_five_is_not_asked_about_for_a_day()
    {
        var bank = NewBank();
        for (var number = 1; number <= VerificationRules.MostFailures; number++)
        {
            var intent = Rows.Id<IntentRow>(100 + number);
            Assert.Equal(PersonCheck.Right, bank.Run(upgrade with { IntentId = intent }).Accepted);
            Assert.Empty(bank.Run(complete with { IntentId = intent, Verified = false }).Told);
        }

        Assert.Equal(AccountType.TypeThree.Value, Account(bank).Type);
        Assert.Equal(UpgradeRules.Refusals.NotVerified, Verification(bank).Reason);
        Assert.Equal(VerificationRules.Refusals.Locked, bank.Run(upgrade).Rejected.Code);
    }

    [Fact]
    public void Wrong_details_have_one_answer_ask_nobody_and_lock_for_a_day_after_five()
    {
        var bank = NewBank();
        UpgradeAccount[] wrong =
        [
            upgrade with
            {
                IdNumberIndex = "of another",
            },
            upgrade with
            {
                CardIsBound = false,
            },
        ];
        Assert.All(
            [.. wrong, .. wrong],
            one => Assert.Equal(PersonCheck.DetailsWrong, bank.Run(one).Declined)
        );
        Assert.Equal(PersonCheck.PinWrong, bank.Run(upgrade with { PinHash = [2] }).Declined);

        Assert.Equal(PersonCheck.DetailsLocked, bank.Run(wrong[0]).Declined);
        Assert.Equal(PersonCheck.DetailsLocked, bank.Run(upgrade).Declined);
        Assert.Empty(bank.All(IntentTables.Intents));

        var later = upgrade with { RealNow = Rows.Noon + DayLock.Lasts };
        Assert.Equal(PersonCheck.Right, bank.Run(later).Accepted);
    }

    [Fact]
    public void A_number_that_changed_meanwhile_ends_the_question()
    {
        var bank = NewBank();
        bank.Run(upgrade);
        bank.Put(
            CustomerTables.Mobiles,
            new CustomerMobileRow { MobileIndex = "mobile", CustomerId = Rows.Id<CustomerRow>(2) }
        );

        Assert.Empty(bank.Run(complete).Told);
        Assert.Equal(
            (AccountType.TypeThree.Value, VerificationRules.Refusals.MobileChanged),
            (Account(bank).Type, Verification(bank).Reason)
        );
    }

    [Fact]
    public void It_is_asked_once_at_a_time()
    {
        var bank = NewBank();
        bank.Run(upgrade);
        Assert.Equal(
            VerificationRules.Refusals.UnderWay,
            bank.Run(upgrade with { IntentId = Rows.Id<IntentRow>(3) }).Rejected.Code
        );
    }

    [Fact]
    public void A_customer_has_five_accounts_of_type_two_also_when_the_answer_comes()
    {
        var full = customer with { TypeTwoAccounts = 5 };
        Assert.Equal(
            UpgradeRules.Refusals.TooMany,
            NewBank().Put(CustomerTables.Customers, full).Run(upgrade).Rejected.Code
        );

        var bank = NewBank();
        bank.Run(upgrade);
        var filled = bank.Get(CustomerTables.Customers, customer.Id) with { TypeTwoAccounts = 5 };
        bank.Put(CustomerTables.Customers, filled);
        Assert.Empty(bank.Run(complete).Told);
        Assert.Equal(
            (AccountType.TypeThree.Value, UpgradeRules.Refusals.TooMany),
            (Account(bank).Type, Verification(bank).Reason)
        );
    }

    [Theory]
    [InlineData("type_ii", AccountState.Active)]
    [InlineData("type_iii", AccountState.Frozen)]
    [InlineData("type_iii", AccountState.Dormant)]
    [InlineData("type_iii", AccountState.Closing)]
    public void Only_an_account_of_type_three_in_use_becomes_another(string type, AccountState state)
    {
        var other = small with { Type = type, State = state };
        Assert.Equal(OwnAccountRules.Refusals.NotNow, NewBank(other).Run(upgrade).Rejected.Code);

        var bank = NewBank();
        bank.Run(upgrade);
        bank.Put(AccountTables.Accounts, other);
        Assert.Empty(bank.Run(complete).Told);
        Assert.Equal(OwnAccountRules.Refusals.NotNow, Verification(bank).Reason);
    }

    private static AccountRow Account(MemoryBank bank) => bank.Get(AccountTables.Accounts, small.Id);

    private static AccountVerificationRow Verification(MemoryBank bank) =>
        bank.Get(AccountTables.Verifications, new(small.Id, VerificationPurpose.Upgrade));

    private static string? Decline(MemoryBank bank, long amount) =>
        AccountRules.DeclineOutflow(
            Account(bank) with
            {
                DayLimit = null,
                Available = 100_000_00,
            },
            amount,
            Rows.Noon,
            Rows.Limits
        );

    private static MemoryBank NewBank(AccountRow? account = null) =>
        new MemoryBank()
            .Put(AccountTables.Accounts, account ?? small)
            .Put(CustomerTables.Customers, customer)
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(
                CustomerTables.Mobiles,
                new CustomerMobileRow { MobileIndex = "mobile", CustomerId = customer.Id }
            )
            .Put(
                CustomerTables.Identities,
                new() { IdNumberIndex = IdNumberIndex, CustomerId = customer.Id },
                new() { IdNumberIndex = "of another", CustomerId = Rows.Id<CustomerRow>(2) }
            );
}
