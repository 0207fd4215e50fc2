using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Accounts;

public class OwnAccountRulesTests
{
    private const long Most = 10_000_00;
    private static readonly byte[] rightPin = [1, 1, 1];
    private static readonly byte[] wrong = [2, 2, 2];
    private static readonly AccountRow dormant = Rows.Account with { State = AccountState.Dormant };

    [Theory]
    [InlineData("日常")]
    [InlineData("For the house")]
    [InlineData(null)]
    public void An_account_has_the_name_its_customer_gives_it(string? name)
    {
        var bank = BankWith(Rows.Account with { Nickname = "before" });

        bank.Run(new NameAccount(Rows.World, Rows.Noon, Rows.Account, name));

        Assert.Equal(name, Stored(bank).Nickname);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" x")]
    [InlineData("two\nlines")]
    [InlineData("more than twenty letters")]
    [InlineData("a\u202Eb")]
    public void Other_names_are_refused(string name) =>
        Assert.Equal(
            OwnAccountRules.Refusals.Nickname,
            BankWith(Rows.Account)
                .Run(new NameAccount(Rows.World, Rows.Noon, Rows.Account, name))
                .Rejected.Code
        );

    [Fact]
    public void Whoever_was_erased_names_nothing()
    {
        var bank = BankWith(Rows.Account)
            .Put(CustomerTables.Customers, Rows.Customer with { ErasedAt = Rows.Noon });

        var named = bank.Run(new NameAccount(Rows.World, Rows.Noon, Rows.Account, "日常"));

        Assert.Equal(OwnAccountRules.Refusals.NotNow, named.Rejected.Code);
    }

    [Fact]
    public void A_limit_is_lowered_without_the_PIN_and_holds_for_payments()
    {
        var bank = BankWith(Rows.Account);

        bank.Run(Limits(payment: 30_00, day: 40_00));

        var account = Stored(bank);
        Assert.Equal((30_00L, 40_00L), (account.PaymentLimit, account.DayLimit));
        Assert.Equal(
            DeclineCodes.AccountPerPaymentLimit,
            AccountRules.DeclineOutflow(account, 30_01, Rows.Noon, Rows.Limits)
        );
        Assert.Null(AccountRules.DeclineOutflow(account, 30_00, Rows.Noon, Rows.Limits));
        var later = AccountRules.CountOutflow(account, 30_00, Rows.Noon);
        Assert.Equal(
            DeclineCodes.AccountDailyLimit,
            AccountRules.DeclineOutflow(later, 10_01, Rows.Noon, Rows.Limits)
        );
        Assert.Null(AccountRules.DeclineOutflow(later, 10_00, Rows.Noon, Rows.Limits));
    }

    [Theory]
    [InlineData(0L, null)]
    [InlineData(null, 0L)]
    [InlineData(null, -1L)]
    [InlineData(Most + 1, null)]
    [InlineData(null, Most + 1)]
    public void A_limit_of_nothing_or_above_the_rules_is_refused(long? payment, long? day) =>
        Assert.Equal(
            OwnAccountRules.Refusals.LimitAboveRules,
            BankWith(Rows.Account).Run(Limits(payment, day)).Rejected.Code
        );

    [Fact]
    public void More_at_once_than_in_a_day_is_refused() =>
        Assert.Equal(
            OwnAccountRules.Refusals.LimitsContradict,
            BankWith(Rows.Account).Run(Limits(20_00, 10_00)).Rejected.Code
        );

    [Theory]
    [InlineData(null, 10_00L)]
    [InlineData(10_00L, null)]
    [InlineData(10_01L, 20_00L)]
    public void Raising_a_limit_needs_the_PIN(long? payment, long? day)
    {
        var bank = BankWith(Rows.Account with { PaymentLimit = 10_00, DayLimit = 10_00 });
        var raise = Limits(payment, day is null ? null : Math.Max(day.Value, payment ?? 0)) with
        {
            Notice = new(Rows.Id<IntentRow>(7), Rows.Sealed, Rows.Noon),
        };

        Assert.Equal(OwnAccountRules.Refusals.PinNeeded, bank.Run(raise).Rejected.Code);
        Assert.Equal(PinCheck.Wrong, bank.Run(raise with { PinHash = wrong }).Declined);
        Assert.Equal(10_00, Stored(bank).PaymentLimit);
        Assert.Empty(bank.All(IntentTables.Intents));
        Assert.Equal(PinCheck.Right, bank.Run(raise with { PinHash = rightPin }).Accepted);
        Assert.Equal(payment, Stored(bank).PaymentLimit);
        Assert.Equal(Rows.Sealed, Assert.Single(bank.All(IntentTables.Intents)).Request);
    }

    [Fact]
    public void A_loss_freezes_the_account_once_and_tells_its_apps()
    {
        var bank = BankWith(Rows.Account);
        var lost = new ReportLoss(
            Rows.World,
            Rows.Noon,
            Rows.Account,
            [Rows.Consent.Id],
            [Rows.Session.Id],
            new(Rows.Id<IntentRow>(7), Rows.Sealed, Rows.Noon)
        );

        Assert.Equal([EventTypes.AccountFrozen], bank.Run(lost).Told);
        Assert.Empty(bank.Run(lost).Told);
        Assert.Equal(IntentKind.SendMessage, bank.All(IntentTables.Intents).Single().Kind);

        Assert.Equal(
            (AccountState.Frozen, FreezeReasons.LossReport),
            (Stored(bank).State, Stored(bank).FrozenFor)
        );
        Assert.Equal(
            OwnAccountRules.Refusals.NotNow,
            BankWith(Rows.Account with { State = AccountState.Closed }).Run(lost).Rejected.Code
        );
    }

    [Fact]
    public void A_dormant_account_wakes_with_the_PIN_and_the_ID_number()
    {
        var bank = BankWith(dormant);

        var ran = bank.Run(Wake());

        Assert.Equal(PersonCheck.Right, ran.Accepted);
        Assert.Equal([EventTypes.AccountActive], ran.Told);
        Assert.Equal(
            (AccountState.Active, (DateTimeOffset?)Rows.Noon),
            (Stored(bank).State, Stored(bank).IdleSince)
        );
    }

    /// <summary>Every node reads some hundred that are due, and works them off one by one.</summary>
    [Fact]
    public void It_stays_awake_though_a_node_had_seen_that_it_was_due()
    {
        var bank = BankWith(dormant);
        bank.Run(Wake());

        var late = bank.Run(
            new NoteIdleness(
                Rows.World,
                Rows.Noon,
                dormant with
                {
                    State = AccountState.Active,
                },
                Rows.Noon.AddYears(-1),
                [Rows.Consent.Id]
            )
        );

        Assert.Empty(late.Told);
        Assert.Equal(
            (AccountState.Active, (DateTimeOffset?)Rows.Noon),
            (Stored(bank).State, Stored(bank).IdleSince)
        );
    }

    [Fact]
    public void It_sleeps_on_without_them()
    {
        var bank = BankWith(dormant);

        Assert.Equal(PersonCheck.PinWrong, bank.Run(Wake() with { PinHash = wrong }).Declined);
        var guess = Wake() with { IdNumberIndex = "another" };
        Assert.All(
            Enumerable.Range(1, PersonRules.MostFailures - 1),
            _ => Assert.Equal(PersonCheck.DetailsWrong, bank.Run(guess).Declined)
        );
        Assert.Equal(PersonCheck.DetailsLocked, bank.Run(guess).Declined);
        Assert.Equal(PersonCheck.DetailsLocked, bank.Run(Wake()).Declined);
        Assert.Equal(AccountState.Dormant, Stored(bank).State);
        Assert.Equal(OwnAccountRules.Refusals.NotNow, BankWith(Rows.Account).Run(Wake()).Rejected.Code);
    }

    private static SetOwnLimits Limits(long? payment, long? day) =>
        new(Rows.World, Rows.Noon, Rows.Account, payment, day, PinHash: null);

    private static WakeAccount Wake() =>
        new(Rows.World, Rows.Noon, dormant, "identity", rightPin, [Rows.Consent.Id], Rows.Noon);

    private static AccountRow Stored(MemoryBank bank) => bank.Get(AccountTables.Accounts, Rows.Account.Id);

    private static MemoryBank BankWith(AccountRow account) =>
        new MemoryBank()
            .Put(AccountTables.Accounts, account)
            .Put(CustomerTables.Customers, Rows.Customer with { PinHash = rightPin, PinSalt = [9] })
            .Put(ConsentTables.Consents, Rows.Consent)
            .Put(
                CustomerTables.Identities,
                new CustomerIdentityRow { IdNumberIndex = "identity", CustomerId = Rows.Customer.Id }
            );
}
