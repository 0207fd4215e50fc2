using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>What is on a Type III account, under top-ups that arrive late, payments and refunds in whatever order.</summary>
public class BalanceLimitProperties
{
    private const int Count = 1_000;
    private const long Most = 2_000_00;

    private enum Act
    {
        AskTopUp,
        AnswerTopUp,
        OrderTopUp,
        AnswerOrder,
        Pay,
        Refund,
    }

    private static readonly Gen<(Act Act, int Amount)[]> sequences = Gen.Elements(Enum.GetValues<Act>())
        .SelectMany(act => Gen.Choose(1, 1_200_00).Select(amount => (act, amount)))
        .ArrayOf();

    [Fact]
    public void There_is_never_more_on_it_than_may_be_and_what_does_not_fit_goes_to_the_card() =>
        Properties.Hold(
            sequences,
            Count,
            acts =>
            {
                var bank = NewBank();
                var (number, asked, ordered, paid) = (
                    0,
                    new Queue<(Id<IntentRow> Intent, TopUpRow TopUp)>(),
                    new Queue<OrderTopUp>(),
                    new Queue<PaymentRow>()
                );
                foreach (var (act, amount) in acts)
                {
                    number++;
                    switch (act)
                    {
                        case Act.AskTopUp:
                            if (bank.Run(Ask(number, amount)).Decision is Accepted<TopUpRow> accepted)
                            {
                                asked.Enqueue((Rows.Id<IntentRow>(number), accepted.Reply));
                            }

                            break;
                        case Act.AnswerTopUp when asked.TryDequeue(out var open):
                            bank.Run(new CompleteTopUp(Rows.World, Rows.Noon, open.Intent, open.TopUp, null));
                            break;
                        case Act.OrderTopUp:
                            var order = Order(number, amount);
                            if (bank.Run(order).Decision is Accepted<PinCheck>)
                            {
                                ordered.Enqueue(order);
                            }

                            break;
                        case Act.AnswerOrder when ordered.TryDequeue(out var open):
                            bank.Run(
                                new CompleteOwnTopUp(
                                    Rows.World,
                                    Rows.Noon,
                                    open.IntentId,
                                    bank.Get(OwnTopUpTables.TopUps, open.TopUpId),
                                    DeclineCode: null,
                                    Notice: null
                                )
                            );
                            break;
                        case Act.Pay:
                            var payment = bank.Run(Pay(number, amount));
                            if (payment.Decision is Accepted<PaymentRow> { Reply: var captured })
                            {
                                paid.Enqueue(captured);
                            }

                            break;
                        case Act.Refund when paid.TryDequeue(out var refunded):
                            bank.Run(
                                new CreateRefund(
                                    Rows.World,
                                    Rows.Noon,
                                    Rows.Id<RefundRow>(number),
                                    refunded,
                                    Amount: null,
                                    Reason: null
                                )
                            );
                            break;
                    }

                    Assert.InRange(AccountRules.BalanceOf(Account(bank)), 0, Most);
                    Assert.Equal(
                        -bank.All(LedgerTables.Entries)
                            .Where(entry =>
                                entry.AccountId == Rows.Account.Id.Value
                                && entry.Kind is (PostingKind.Payment or PostingKind.Refund)
                            )
                            .Sum(entry => entry.Amount),
                        Account(bank).DayOutflow
                    );
                    Assert.Equal(
                        bank.All(WithdrawalTables.Withdrawals).Sum(withdrawal => withdrawal.Amount),
                        bank.All(LedgerTables.InternalAccounts)
                            .Where(account => account.Kind == InternalAccountKind.Suspense)
                            .Sum(account => account.Balance)
                    );
                }
            }
        );

    private static AccountRow Account(MemoryBank bank) => bank.Get(AccountTables.Accounts, Rows.Account.Id);

    private static MemoryBank NewBank() =>
        new MemoryBank()
            .Put(
                AccountTables.Accounts,
                Rows.Account with
                {
                    Type = AccountType.TypeThree.Value,
                    Available = 0,
                }
            )
            .Put(
                CustomerTables.Customers,
                Rows.Customer with
                {
                    PinHash = Rows.Sealed,
                    PinSalt = Rows.Sealed,
                }
            )
            .Put(
                ConsentTables.Agreements,
                Rows.Agreement with
                {
                    PerPaymentLimit = Most,
                    DailyLimit = 1_000_000_00,
                    TotalLimit = 1_000_000_00,
                }
            );

    private static CreateTopUp Ask(int number, long amount) =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Id<TopUpRow>(number),
            Rows.Id<IntentRow>(number),
            Rows.Agreement,
            amount,
            Rows.Noon
        );

    private static OrderTopUp Order(int number, long amount) =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Account,
            Rows.Id<OwnTopUpRow>(number),
            Rows.Account.CardId,
            amount,
            UnderWay: 0,
            Rows.Sealed,
            Language: "en",
            Rows.Id<IntentRow>(number),
            new(default, [], Rows.Noon)
        );

    private static CreatePayment Pay(int number, long amount) =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Id<PaymentRow>(number),
            Rows.Agreement,
            $"order-{number}",
            amount,
            CouponId: null,
            Description: null
        );
}
