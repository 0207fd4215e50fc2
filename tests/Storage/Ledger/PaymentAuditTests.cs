using OpenBanking.Server.Accounts;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The audit finds a payment, a refund or a card that was sent to somebody else behind the server's back.</summary>
public abstract class PaymentAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Captured = "every captured payment has its posting, and no failed one has";
    private const string Held = "what is held of a customer is the sum of its open holds";
    private const string Fees =
        "what a partner paid in fees is what its payments cost, less what was given back";
    private const string SetAside =
        "what is set aside for a payment is what its entries left there, and nothing once the hold has ended";
    private const string Another = "(SELECT id FROM account WHERE id <> payment.account_id)";

    [Fact]
    public async Task Whatever_is_paid_and_given_back_the_books_are_sound()
    {
        await DoBusinessAsync();

        Assert.Empty(Audit());
    }

    // Of whom, and how much.
    [InlineData(
        $"UPDATE payment SET account_id = {Another} WHERE order_no = 'order-1'",
        PaymentBooks.OnItsAccount,
        PaymentBooks.CustomerPaid,
        PaymentBooks.OfItsCustomer,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        $"UPDATE payment SET account_id = {Another}, customer_id = (SELECT customer_id FROM account WHERE id <> payment.account_id) "
            + "WHERE order_no = 'order-1'",
        PaymentBooks.OnItsAccount,
        PaymentBooks.CustomerPaid,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        $"UPDATE payment SET account_id = {Another} WHERE order_no = 'order-2'",
        PaymentBooks.OnItsAccount,
        PaymentBooks.CustomerPaid,
        PaymentBooks.CustomerGotBack,
        PaymentBooks.OfItsCustomer,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        $"UPDATE payment SET account_id = {Another} WHERE order_no = 'order-4'",
        PaymentBooks.OnItsAccount,
        PaymentBooks.CustomerPaid,
        PaymentBooks.OfItsCustomer,
        Held,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        $"UPDATE payment SET account_id = {Another} WHERE order_no = 'order-5'",
        PaymentBooks.OnItsAccount,
        PaymentBooks.OfItsCustomer,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        "UPDATE payment SET customer_id = (SELECT customer_id FROM account WHERE id <> payment.account_id) WHERE order_no = 'order-1'",
        PaymentBooks.OfItsCustomer,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        "UPDATE payment SET discount = 0 WHERE order_no = 'order-3'",
        PaymentBooks.CustomerPaid,
        PaymentBooks.CampaignPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET discount = 0 WHERE order_no = 'order-2'",
        PaymentBooks.CustomerPaid,
        PaymentBooks.CampaignPaid,
        PaymentBooks.NoMoreThanEachPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET amount = amount + 1 WHERE order_no = 'order-1'",
        PaymentBooks.CustomerPaid,
        Captured,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET held = held - 1 WHERE order_no = 'order-4'",
        PaymentBooks.CustomerPaid,
        Held,
        SetAside,
        AgreementBooks.Counters
    )]
    // What came back.
    [InlineData(
        "UPDATE refund SET customer_amount = customer_amount + 1, discount_amount = discount_amount - 1 WHERE order_no = 'order-2'",
        PaymentBooks.CustomerGotBack,
        PaymentBooks.CampaignPaid,
        PaymentBooks.NoMoreThanEachPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE refund SET customer_amount = amount, discount_amount = 0 WHERE order_no = 'order-2'",
        PaymentBooks.CustomerGotBack,
        PaymentBooks.CampaignPaid,
        PaymentBooks.NoMoreThanEachPaid,
        AgreementBooks.Counters
    )]
    // Who was paid, and who gave the discount.
    [InlineData(
        "UPDATE payment SET partner_id = account_id WHERE order_no = 'order-1'",
        PaymentBooks.OnItsPartnersAccounts,
        Fees,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        "UPDATE payment SET partner_id = account_id WHERE order_no = 'order-4'",
        PaymentBooks.OnItsPartnersAccounts,
        Fees,
        PaymentBooks.UnderItsAgreement
    )]
    [InlineData(
        "UPDATE payment SET campaign_id = account_id WHERE order_no = 'order-3'",
        PaymentBooks.CampaignPaid,
        PaymentBooks.CouponOfItsCustomer
    )]
    [InlineData(
        "UPDATE payment SET campaign_id = account_id WHERE order_no = 'order-2'",
        PaymentBooks.CampaignPaid
    )]
    // Under what.
    [InlineData(
        "UPDATE payment SET app_id = account_id WHERE order_no = 'order-1'",
        PaymentBooks.UnderItsAgreement,
        PaymentBooks.OfItsOrder
    )]
    [InlineData(
        "UPDATE payment SET agreement_id = account_id WHERE order_no = 'order-3'",
        PaymentBooks.UnderItsAgreement,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET currency = 'USD' WHERE order_no = 'order-3'",
        PaymentBooks.UnderItsAgreement,
        Fees
    )]
    [InlineData(
        "UPDATE payment SET order_no = 'order-0' WHERE order_no = 'order-5'",
        PaymentBooks.OfItsOrder
    )]
    [InlineData("UPDATE order_number SET paid = (1 = 0) WHERE order_no = 'order-3'", PaymentBooks.OfItsOrder)]
    [InlineData(
        "UPDATE account SET outflow_day = outflow_day - 1, day_outflow = 0 WHERE entries > 0",
        OutflowCounters.Rule
    )]
    [InlineData("DELETE FROM top_up", BooksRule.EveryPostedIsThere)]
    [InlineData("UPDATE refund SET app_id = payment_id WHERE amount = 700", PaymentBooks.OfItsPayment)]
    [InlineData("UPDATE refund SET order_no = 'order-3' WHERE amount = 700", PaymentBooks.OfItsPayment)]
    [InlineData("UPDATE refund SET currency = 'USD' WHERE amount = 700", PaymentBooks.OfItsPayment)]
    // Cards.
    [InlineData(
        "UPDATE account SET card_id = (SELECT id FROM bound_card WHERE id <> account.card_id) WHERE entries > 0",
        CardBooks.OfItsCustomer
    )]
    [InlineData(
        "UPDATE withdrawal SET card_id = (SELECT id FROM bound_card WHERE id <> withdrawal.card_id)",
        CardBooks.OfItsCustomer
    )]
    [InlineData(
        """
            UPDATE top_up SET customer_id = (SELECT customer_id FROM account WHERE id <> top_up.account_id),
            account_id = (SELECT id FROM account WHERE id <> top_up.account_id),
            card_id = (SELECT id FROM bound_card WHERE id <> top_up.card_id)
            """,
        CardBooks.OnItsAccount
    )]
    [InlineData(
        """
            UPDATE withdrawal SET customer_id = (SELECT customer_id FROM account WHERE id <> withdrawal.account_id),
            account_id = (SELECT id FROM account WHERE id <> withdrawal.account_id),
            card_id = (SELECT id FROM bound_card WHERE id <> withdrawal.card_id)
            """,
        CardBooks.OnItsAccount
    )]
    [Theory]
    public async Task What_was_sent_elsewhere_is_found(string sql, params string[] rules)
    {
        await DoBusinessAsync();

        Database.Execute(sql);

        Assert.Equal(rules.Order(), Audit().Select(found => found.Rule).Order());
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    /// <summary>A payment that costs a fee, two with a coupon of which one was given back in two parts, one that is held, one that
    /// was canceled, and a withdrawal under way; and a customer who did nothing.</summary>
    private async Task DoBusinessAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World) { FeeRule = Rows.FeeRule.Id };
        bank.Open();
        var other = Rows.Account with
        {
            Id = Rows.Id<AccountRow>(2),
            CustomerId = Rows.Id<CustomerRow>(2),
            CardId = Rows.Id<BoundCardRow>(2),
            Available = 0,
        };
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Insert(AccountTables.Accounts, other);
                    foreach (var account in (AccountRow[])[Rows.Account, other])
                    {
                        book.Insert(
                            CustomerTables.BoundCards,
                            new BoundCardRow
                            {
                                Id = account.CardId,
                                CustomerId = account.CustomerId,
                                Bank = "102",
                                LastFour = "0012",
                                Number = Rows.Sealed,
                                CreatedAt = Rows.Noon,
                            }
                        );
                    }

                    return Decision.Accept(0);
                }
            )
        );
        await bank.TopUpAsync(1, 200_00);
        await bank.PayAsync(1, 20_00);
        var back = await bank.PayAsync(2, 16_00, (await bank.IssueAsync(1)).Id);
        await bank.RefundAsync(1, back, 7_00);
        await bank.RefundAsync(2, back);
        await bank.PayAsync(3, 15_00, (await bank.IssueAsync(2)).Id);
        await bank.CaptureAsync(await bank.HoldAsync(4, 8_00), 3_00, final: false);
        await bank.CancelAsync(await bank.HoldAsync(5, 5_00));
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    var id = Rows.Id<WithdrawalRow>(50);
                    book.Insert(
                        WithdrawalTables.Withdrawals,
                        new WithdrawalRow
                        {
                            Id = id,
                            CustomerId = Rows.Account.CustomerId,
                            AccountId = Rows.Account.Id,
                            CardId = Rows.Account.CardId,
                            Source = WithdrawalSource.Order,
                            State = WithdrawalState.Processing,
                            Currency = Rows.Account.Currency,
                            Amount = 10_00,
                            CreatedAt = Rows.Noon,
                        }
                    );
                    IntentRules.Ask(book, Rows.Id<IntentRow>(50), IntentKind.CreditCard, id.Value, Rows.Noon);
                    LedgerRules.Post(
                        book,
                        new(
                            PostingKind.WithdrawalOrder,
                            id.Value,
                            AppId: null,
                            Rows.Account.Currency,
                            Rows.Noon,
                            LedgerRules.WithdrawalOrderLegs(
                                Rows.Account.Id,
                                10_00,
                                new(
                                    InternalAccountKind.Suspense,
                                    Rows.Account.Id.Value,
                                    Rows.Account.Currency
                                )
                            )
                        )
                    );
                    return Decision.Accept(0);
                },
                keys =>
                {
                    keys.Want(AccountTables.Accounts, Rows.Account.Id);
                }
            )
        );
    }
}
