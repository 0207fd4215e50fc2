using System.Diagnostics;
using System.Text;
using OpenBanking.Server.Sandbox;
using OpenBanking.Testing;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>The magic values do what their table says, and the table is the page.</summary>
public sealed class MagicValueTests
{
    private const string Page = "docs/reference/magic-values.md";

    [Fact]
    public async Task Every_magic_amount_does_what_the_table_says()
    {
        await using var bank = await SandboxBank.StartAsync(
            new() { ConfigureClient = options => options.MaxRetries = 0 }
        );
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(1_000));
        var left = Money.Yuan(1_000);

        foreach (var magic in MagicAmounts.All)
        {
            left += await TryAsync(bank, customer, magic, left);
            Assert.Equal((magic.Name, left), (magic.Name, await BalanceAsync(bank, customer)));
        }
    }

    [Fact]
    public async Task An_order_that_is_too_large_is_refused_as_by_any_bank()
    {
        await using var bank = await SandboxBank.StartAsync();

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client.Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = new string('x', 3_000_000),
                    Amount = Money.Yuan(1),
                    AgreementId = Samples.AgreementId,
                },
                IdempotencyKey.Parse("too-large")
            )
        );

        Assert.Equal(
            (413, ProblemCodes.BodyTooLarge, false),
            (refusal.Status, refusal.Code, refusal.Retryable)
        );
    }

    [Fact]
    public async Task What_is_lost_is_the_answer_also_of_a_client_that_has_sent_nothing_before()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var options = new OpenBankingOptions { MaxRetries = 0 };
        bank.Configure(options);
        var request = new CreatePaymentRequest
        {
            OrderNo = "order-1",
            Amount = MagicAmounts.LostAnswer,
            AgreementId = customer.AgreementId!,
        };

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            new OpenBankingClient(options).Payments.CreateAsync(request, IdempotencyKey.Parse("order-1"))
        );

        var order = await bank.Client.Orders.GetAsync("order-1");
        Assert.Equal(PaymentStatus.Captured, order.LastPayment!.Status);
        Assert.True((await unknown.ResolveAsync()).Response!.IdempotencyReplayed);
    }

    [Fact]
    public async Task A_bank_that_stays_unavailable_is_told_as_that()
    {
        await using var bank = await SandboxBank.StartAsync(
            new() { ConfigureClient = options => options.MaxRetries = 0 }
        );
        var customer = await bank.LinkCustomerAsync();

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            bank.PayAsync(customer, "order-1", MagicAmounts.AlwaysUnavailable)
        );

        Assert.Contains("The bank is unavailable", unknown.Message);
        Assert.Contains("HTTP 503", unknown.Message);
    }

    [Fact]
    public void The_page_of_magic_values_is_made_from_the_tables()
    {
        var file = Path.Combine(PublicApiTests.Root(), Page);
        var page = WritePage();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, page);
        }

        Assert.Equal(page, File.ReadAllText(file));
    }

    /// <summary>Gives what it brings to the account.</summary>
    private static async Task<Money> TryAsync(
        SandboxBank bank,
        LinkedCustomer customer,
        MagicAmount magic,
        Money left
    )
    {
        switch (magic.Name)
        {
            case nameof(MagicAmounts.CardRefused):
                Assert.Equal(
                    DeclineCodes.CardRefused,
                    (await bank.TopUpAsync(customer, magic.Amount)).DeclineCode
                );
                return Money.Cny(0);
            case nameof(MagicAmounts.CardInsufficientFunds):
                Assert.Equal(
                    DeclineCodes.CardInsufficientFunds,
                    (await bank.TopUpAsync(customer, magic.Amount)).DeclineCode
                );
                return Money.Cny(0);
            case nameof(MagicAmounts.CardAnswerLost):
                var began = Stopwatch.GetTimestamp();
                Assert.Equal(TopUpStatus.Succeeded, (await bank.TopUpAsync(customer, magic.Amount)).Status);
                Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 1.5, 20);
                return magic.Amount;
            case nameof(MagicAmounts.CardNeverAnswers):
                var unanswered = await bank.Client.TopUps.CreateAsync(
                    new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = magic.Amount },
                    IdempotencyKey.FromOrder(magic.Name, "top-up")
                );
                Assert.Equal(TopUpStatus.Processing, unanswered.Status);
                return Money.Cny(0);
            case nameof(MagicAmounts.RiskDeclined):
                var risky = await bank.PayAsync(customer, magic.Name, magic.Amount);
                Assert.Equal(DeclineCodes.RiskDeclined, risky.DeclineCode);
                return Money.Cny(0);
            case nameof(MagicAmounts.RiskConfirmation):
            case nameof(MagicAmounts.RiskUnanswered):
                var toConfirm = await bank.PayAsync(customer, magic.Name, magic.Amount);
                Assert.Equal(DeclineCodes.RiskConfirmationRequired, toConfirm.DeclineCode);
                return Money.Cny(0);
            case nameof(MagicAmounts.PayoutRefused):
                await bank.Webhooks.SubscribeAsync(EventTypes.PayoutFailed);
                return -await FailPayoutAsync(magic.Amount, PayoutDeclineCodes.PayeeAccountUnknown);
            case nameof(MagicAmounts.PayoutToClosedAccount):
                return -await FailPayoutAsync(Money.Cny(1), PayoutDeclineCodes.PayeeAccountClosed);
            case nameof(MagicAmounts.PayoutToAnotherName):
                return -await FailPayoutAsync(Money.Cny(1), PayoutDeclineCodes.PayeeNameMismatch);
            case nameof(MagicAmounts.PayoutRefusedUnsaid):
                return -await FailPayoutAsync(Money.Cny(1), PayoutDeclineCodes.TransferRefused);
            case nameof(MagicAmounts.SlowAnswer):
                var asked = Stopwatch.GetTimestamp();
                await bank.PayAsync(customer, magic.Name, magic.Amount);
                Assert.True(Stopwatch.GetElapsedTime(asked) >= MagicAmounts.Slowness);
                return -magic.Amount;
            case nameof(MagicAmounts.AlwaysUnavailable):
                for (var tries = 0; tries < 2; tries++)
                {
                    await Assert.ThrowsAnyAsync<Exception>(() =>
                        bank.PayAsync(customer, magic.Name, magic.Amount)
                    );
                }

                return Money.Cny(0);
            case nameof(MagicAmounts.UnavailableOnce):
            case nameof(MagicAmounts.LostAnswer):
            case nameof(MagicAmounts.LostRequest):
                await Assert.ThrowsAnyAsync<Exception>(() =>
                    bank.PayAsync(customer, magic.Name, magic.Amount)
                );
                var isDone = magic.Name == nameof(MagicAmounts.LostAnswer);
                Assert.Equal(isDone ? left - magic.Amount : left, await BalanceAsync(bank, customer));
                var payment = await bank.PayAsync(customer, magic.Name, magic.Amount);
                Assert.Equal(PaymentStatus.Captured, payment.Status);
                return -magic.Amount;
            case nameof(MagicAmounts.NoAnswer):
                var options = new OpenBankingOptions
                {
                    MaxRetries = 0,
                    AttemptTimeout = TimeSpan.FromSeconds(3),
                };
                bank.Configure(options);
                var hurried = new OpenBankingClient(options);
                // The first request is told a nonce; what comes next has its token.
                await hurried.Coupons.ListStocksAsync().CountAsync();
                var late = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
                    hurried.Payments.CreateAsync(
                        new CreatePaymentRequest
                        {
                            OrderNo = magic.Name,
                            Amount = magic.Amount,
                            AgreementId = customer.AgreementId!,
                        },
                        IdempotencyKey.FromOrder(magic.Name, "payment")
                    )
                );
                Assert.Equal(ClientErrorCodes.TimedOut, ((OpenBankingException)late.InnerException!).Code);
                Assert.Equal(left - magic.Amount, await BalanceAsync(bank, customer));
                Assert.Equal(PaymentStatus.Captured, (await late.ResolveAsync()).Status);
                return -magic.Amount;
            default:
                throw new InvalidOperationException($"Nothing tries {magic.Name}.");
        }

        // With what the payouts before left unpaid, the next amount is 0.01 more.
        async Task<Money> FailPayoutAsync(Money more, string code)
        {
            await bank.PayAsync(customer, magic.Name, more);
            await bank.Clock.AdvanceAsync(TimeSpan.FromDays(2));
            var failed = await bank.Webhooks.WaitForAsync(
                EventTypes.PayoutFailed,
                happened => happened.Data.DeclineCode == code
            );
            Assert.NotNull(failed.Data.PayoutId);
            return more;
        }
    }

    private static async Task<Money> BalanceAsync(SandboxBank bank, LinkedCustomer customer) =>
        (await bank.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!)).Balance!.Available;

    private static string WritePage()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Magic values

            Made from `MagicAmounts` and `MagicPersons` of OpenBanking.Sdk.Testing; the tests in `tests/Sdk` write it anew with
            `UPDATE_DOCS=1`. [中文](magic-values.zh-CN.md)

            ## Amounts

            What goes wrong for an amount, however much is on the card or the account. Those of cards, risk and
            payouts hold in every sandbox; the others in a [bank for tests](../guides/testing.md) alone.
            Withdrawals are what customers order on the bank's own pages.

            | `MagicAmounts.` | amount | of | what happens |
            | --- | --- | --- | --- |

            """
        );
        foreach (var magic in MagicAmounts.All)
        {
            page.Append($"| `{magic.Name}` | {magic.Amount} | {magic.Asked} | {magic.Outcome} |\n");
        }

        page.Append(
            """

            ## Every outcome

            How a test with a [bank for tests](../guides/testing.md) brings about each code: `MagicOutcomes`.

            | code | of | how |
            | --- | --- | --- |

            """
        );
        MagicOutcome[] rows =
        [
            .. MagicOutcomes.Declines,
            .. MagicOutcomes.Payouts,
            .. MagicOutcomes.Openings,
        ];
        foreach (var row in rows)
        {
            page.Append($"| `{row.Code}` | {row.Asked} | {row.Means} |\n");
        }

        page.Append(
            """

            Every other refusal, whatever the request: `bank.RefuseNext(code)` with one of `ProblemCodes`.

            ## Persons

            Every sandbox knows them. A top-up of more than is on the card fails with `card_insufficient_funds`.

            | name | mobile | ID number | card | on the card | account |
            | --- | --- | --- | --- | --- | --- |

            """
        );
        MagicPerson[] all =
        [
            .. MagicPersons.All,
            MagicPersons.TooYoung,
            MagicPersons.DeclinedByBank,
            MagicPersons.WithAnotherName,
            MagicPersons.WithAnothersCard,
            MagicPersons.WithSharedMobile,
        ];
        foreach (var magic in all)
        {
            var person = magic.Person;
            var known = MagicPersons.All.FirstOrDefault(other =>
                other != magic && other.Person.Mobile == person.Mobile
            );
            var outcome =
                magic.Refusal is not { } why ? "opened"
                : known is null ? $"refused, `{why}`"
                : $"refused, `{why}`, where {known.Person.Name} with this number has no account yet";
            page.Append(
                $"| {person.Name} | {person.Mobile} | {person.IdNumber} | {person.CardNumber} | {magic.OnTheCard} | {outcome} |\n"
            );
        }

        page.Append(
            """

            ## Second cards

            For the customer's own pages, where cards are added to an account. A card of somebody else is not confirmed.

            | name | card | on the card |
            | --- | --- | --- |

            """
        );
        foreach (var magic in MagicPersons.All.Where(magic => magic.SecondCard is not null))
        {
            var card = magic.SecondCard!;
            page.Append($"| {card.Name} | {card.CardNumber} | {magic.OnTheCard} |\n");
        }

        page.Append(
            """

            ## Cards that their banks do not confirm

            With one of these an application comes to `deposit_pending` (`MagicPersons.WithUnconfirmedCard`), and one that is added to an
            account on the customer's own pages is bound once the customer has entered how much came to it. How much that is stands in the
            message box, as a message of the card's bank.

            | name | card |
            | --- | --- |

            """
        );
        foreach (
            var person in SandboxSeed.Default.Persons.Where(person => person.UnconfirmedCard is not null)
        )
        {
            page.Append($"| {person.Name} | {person.UnconfirmedCard!.Number} |\n");
        }

        return page.ToString().ReplaceLineEndings("\n");
    }
}
