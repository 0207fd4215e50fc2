using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;

namespace OpenBanking.Tests.Rules.Ledger;

public class LedgerRulesTests
{
    private const int Count = 5_000;

    private static readonly Gen<(long Customer, long Discount)> amounts =
        from customer in Gen.Choose(0, int.MaxValue)
        from discount in Gen.Choose(0, int.MaxValue)
        select ((long)customer, (long)discount);

    [Fact]
    public void A_payment_sums_to_zero() =>
        Properties.Hold(
            amounts,
            Count,
            paid =>
            {
                AssertZero(PaymentLegs(paid.Customer, paid.Discount, Rows.Budget));
                AssertZero(PaymentLegs(paid.Customer, 0, budget: null));
            }
        );

    [Fact]
    public void A_refund_is_the_reverse_of_its_payment() =>
        Properties.Hold(
            amounts,
            Count,
            paid =>
            {
                var refund = RefundLegs(paid.Customer, paid.Discount, Rows.Budget);
                AssertZero(refund);
                AssertZero([.. refund, .. PaymentLegs(paid.Customer, paid.Discount, Rows.Budget)]);
                Assert.Equal(
                    new Leg.Customer(Rows.Account.Id, paid.Customer),
                    refund.OfType<Leg.Customer>().Single()
                );
            }
        );

    [Fact]
    public void Top_ups_fees_payouts_and_the_funding_of_a_campaign_sum_to_zero() =>
        Properties.Hold(
            amounts,
            Count,
            moved =>
            {
                AssertZero(LedgerRules.TopUpLegs(Rows.Account.Id, moved.Customer, Money.Renminbi));
                AssertZero(LedgerRules.CampaignFundingLegs(Rows.Budget, moved.Discount));
                AssertZero(LedgerRules.PayoutLegs(Rows.Settlement, moved.Customer));
                AssertZero(
                    LedgerRules.FeeLegs(
                        Rows.FeeIncome,
                        [
                            new Leg.Internal(Rows.Settlement, -moved.Discount),
                            new Leg.Internal(Rows.Settlement, -moved.Customer),
                        ]
                    )
                );
            }
        );

    [Fact]
    public void Each_template_moves_money_between_the_accounts_it_names()
    {
        Assert.Equal(
            [
                new Leg.Customer(Rows.Account.Id, -90),
                new Leg.Internal(Rows.Budget, -10),
                new Leg.Internal(Rows.Settlement, 100),
            ],
            PaymentLegs(90, 10, Rows.Budget)
        );
        Assert.Equal(
            [new Leg.Customer(Rows.Account.Id, -90), new Leg.Internal(Rows.Settlement, 90)],
            PaymentLegs(90, 0, budget: null)
        );
        Assert.Equal(
            [new Leg.Internal(Rows.CardClearing, -90), new Leg.Customer(Rows.Account.Id, 90)],
            LedgerRules.TopUpLegs(Rows.Account.Id, 90, Money.Renminbi)
        );
        Assert.Equal(
            [
                new Leg.Internal(new(InternalAccountKind.MarketingFund, Guid.Empty, Money.Renminbi), -90),
                new Leg.Internal(Rows.Budget, 90),
            ],
            LedgerRules.CampaignFundingLegs(Rows.Budget, 90)
        );
    }

    [Fact]
    public void Posting_writes_a_numbered_entry_and_the_balance_after_it()
    {
        var (bank, book) = Open(Rows.Account with { Entries = 41 });

        Post(book, PaymentLegs(90, 10, Rows.Budget));
        bank.Save(book);

        var entry = bank.Get(LedgerTables.Entries, new(Rows.Account.Id.Value, 42, Rows.Payment.Id.Value));
        Assert.Equal(
            (-90, 99_10, Rows.Today, Money.Renminbi, PostingKind.Payment),
            (entry.Amount, entry.BalanceAfter, entry.BusinessDate, entry.Currency, entry.Kind)
        );
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        Assert.Equal((99_10, 42), (account.Available, account.Entries));
        Assert.Equal(-10, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        Assert.Equal(100, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
    }

    [Fact]
    public void A_leg_of_nothing_leaves_no_entry()
    {
        var (bank, book) = Open(Rows.Account);

        Post(book, PaymentLegs(0, 10, Rows.Budget));
        bank.Save(book);

        Assert.Equal(2, bank.All(LedgerTables.Entries).Count());
        Assert.Equal(Rows.Account, bank.Get(AccountTables.Accounts, Rows.Account.Id));
    }

    [Fact]
    public void A_balance_that_would_not_fit_is_refused_and_not_wrapped_round()
    {
        var (_, book) = Open(Rows.Account with { Available = long.MaxValue });

        Assert.Throws<OverflowException>(() =>
            Post(book, LedgerRules.TopUpLegs(Rows.Account.Id, 1, Money.Renminbi))
        );
    }

    [Fact]
    public void Each_of_the_banks_accounts_has_an_id_of_its_own_in_the_entries()
    {
        InternalAccountKey[] accounts =
        [
            Rows.Settlement,
            Rows.Budget,
            Rows.CardClearing,
            Rows.Settlement with
            {
                Kind = InternalAccountKind.CampaignBudget,
            },
            Rows.Settlement with
            {
                OwnerId = Rows.Id<OtherOwner>(2).Value,
            },
            Rows.Settlement with
            {
                Currency = "USD",
            },
        ];

        Assert.Distinct(accounts.Select(account => account.EntryAccountId()));
        Assert.Equal(Rows.Settlement.EntryAccountId(), (Rows.Settlement with { }).EntryAccountId());
    }

    private static (MemoryBank Bank, Book Book) Open(AccountRow account)
    {
        var bank = new MemoryBank().Put(AccountTables.Accounts, account);
        return (bank, bank.Open(keys => keys.Want(AccountTables.Accounts, account.Id)));
    }

    private static void Post(Book book, IReadOnlyList<Leg> legs) =>
        LedgerRules.Post(
            book,
            new(
                PostingKind.Payment,
                Rows.Payment.Id.Value,
                Rows.App.Id.Value,
                Money.Renminbi,
                Rows.Noon,
                legs
            )
        );

    private static IReadOnlyList<Leg> PaymentLegs(long customer, long discount, InternalAccountKey? budget) =>
        LedgerRules.PaymentLegs(
            Rows.Account.Id,
            customer,
            budget,
            discount,
            new Leg.Internal(Rows.Settlement, customer + (budget is null ? 0 : discount))
        );

    private static IReadOnlyList<Leg> RefundLegs(long customer, long discount, InternalAccountKey? budget) =>
        LedgerRules.RefundLegs(
            new Leg.Customer(Rows.Account.Id, customer),
            budget,
            discount,
            new Leg.Internal(Rows.Settlement, -customer - (budget is null ? 0 : discount))
        );

    private static void AssertZero(IReadOnlyList<Leg> legs) => Assert.Equal(0, legs.Sum(leg => leg.Amount));

    private sealed class OtherOwner : IIdentified
    {
        public static string IdPrefix => "other_";
    }
}
