using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The audit finds what was changed in the counters of agreements behind the server's back.</summary>
public abstract class AgreementAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly AgreementRow monthly = Rows.Agreement with
    {
        Id = Rows.Id<AgreementRow>(2),
        MonthlyLimit = 150_00,
    };

    /// <summary>On the last day of a month, late on the next one's first, and the day after.</summary>
    [Fact]
    public async Task Whenever_is_paid_held_and_given_back_the_books_are_sound()
    {
        await DoBusinessAsync();

        Assert.Empty(Audit());
        Assert.Equal(
            (9_00, 35_00, 60_00),
            Store.Find(ConsentTables.Agreements, Rows.World, monthly.Id)! is var counted
                ? (counted.DayPaid, counted.MonthPaid, counted.TotalPaid)
                : default
        );
    }

    [InlineData("total_paid = total_paid - 1")]
    [InlineData("total_paid = 0, day_paid = 0, month_paid = 0")]
    [InlineData("day_paid = day_paid - 1")]
    [InlineData("month_paid = month_paid - 1")]
    [InlineData("month_paid = month_paid + 1")]
    [Theory]
    public async Task A_counter_that_was_changed_is_found(string change)
    {
        await DoBusinessAsync();

        Database.Execute($"UPDATE agreement SET {change} WHERE monthly_limit IS NOT NULL");

        Assert.Equal([(AgreementBooks.Counters, 1)], Audit());
    }

    [Fact]
    public async Task A_counter_of_a_day_before_the_last_payment_is_found()
    {
        await DoBusinessAsync();
        var counted = Store.Find(ConsentTables.Agreements, Rows.World, monthly.Id)!;

        await WriteAsync(book =>
            book.Update(
                ConsentTables.Agreements,
                counted with
                {
                    Day = counted.Day.AddMonths(-2),
                    DayPaid = 0,
                    MonthPaid = 0,
                }
            )
        );

        Assert.Equal([(AgreementBooks.CounterOfItsDay, 1)], Audit());
    }

    [InlineData("customer_id = account_id")]
    [InlineData("account_id = customer_id")]
    [InlineData("app_id = customer_id")]
    [Theory]
    public async Task An_agreement_that_is_not_as_was_consented_is_found(string change)
    {
        await DoBusinessAsync();
        await WriteAsync(book =>
            book.Insert(ConsentTables.Agreements, Rows.Agreement with { Id = Rows.Id<AgreementRow>(3) })
        );
        Assert.Empty(Audit());

        Database.Execute($"UPDATE agreement SET {change} WHERE total_paid = 0");

        Assert.Equal([(AgreementBooks.AsConsented, 1)], Audit());
    }

    [Fact]
    public async Task A_month_is_not_counted_where_it_has_no_limit()
    {
        await DoBusinessAsync();

        Database.Execute("UPDATE agreement SET month_paid = 1 WHERE monthly_limit IS NULL");

        Assert.Equal([(AgreementBooks.Counters, 1)], Audit());
    }

    /// <summary>What was paid under one is counted for the other no more.</summary>
    [Fact]
    public async Task A_payment_that_was_sent_to_another_agreement_is_found()
    {
        await DoBusinessAsync();

        Database.Execute(
            "UPDATE payment SET agreement_id = (SELECT id FROM agreement WHERE id <> payment.agreement_id) WHERE order_no = 'order-1'"
        );

        Assert.Equal([(AgreementBooks.Counters, 2)], Audit());
    }

    private async Task WriteAsync(Action<Book> write) =>
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    write(book);
                    return Decision.Accept(0);
                },
                keys => keys.Want(ConsentTables.Agreements, monthly.Id)
            )
        );

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    private async Task DoBusinessAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await WriteAsync(book => book.Insert(ConsentTables.Agreements, monthly));
        await bank.TopUpAsync(1, 200_00);
        await bank.PayAsync(10, 7_00);
        var monthEnd = Rows.Noon.AddDays(
            DateTime.DaysInMonth(Rows.Today.Year, Rows.Today.Month) - Rows.Today.Day
        );
        await PayAsync(1, 12_00, Rows.Noon);
        await PayAsync(2, 13_00, monthEnd);
        await PayAsync(3, 20_00, monthEnd.AddDays(1));
        // Decided late: of the day before, and counted on the one that has begun.
        var late = await PayAsync(4, 9_00, monthEnd);
        Assert.Equal(DateOnly.FromDateTime(monthEnd.AddDays(1).DateTime), late.BusinessDate);
        await RefundAsync(1, late, 3_00, monthEnd.AddDays(1));
        var held = await PayAsync(5, 8_00, monthEnd.AddDays(2), hold: true);
        await Engine.SubmitAsync(
            new CapturePayment(Rows.World, monthEnd.AddDays(2), held, 2_00, Final: false)
        );
        var ended = await PayAsync(6, 5_00, monthEnd.AddDays(2), hold: true);
        await Engine.SubmitAsync(
            new CapturePayment(Rows.World, monthEnd.AddDays(2), ended, 1_00, Final: true)
        );
        var canceled = await PayAsync(7, 6_00, monthEnd.AddDays(2), hold: true);
        await Engine.SubmitAsync(new CancelPayment(Rows.World, monthEnd.AddDays(2), canceled));
        await Engine.SubmitAsync(Payment(8, 900_00, monthEnd.AddDays(2)));
    }

    private static CreatePayment Payment(int number, long amount, DateTimeOffset now) =>
        new(
            Rows.World,
            now,
            Rows.Id<PaymentRow>(number),
            monthly,
            $"order-{number}",
            amount,
            CouponId: null,
            Description: null
        );

    private async Task<PaymentRow> PayAsync(int number, long amount, DateTimeOffset now, bool hold = false) =>
        Assert
            .IsType<Accepted<PaymentRow>>(
                await Engine.SubmitAsync(
                    Payment(number, amount, now) with
                    {
                        HoldUntil = hold ? now.AddDays(7) : null,
                    }
                )
            )
            .Reply;

    private async Task RefundAsync(int number, PaymentRow payment, long amount, DateTimeOffset now) =>
        Assert.IsType<Accepted<RefundRow>>(
            await Engine.SubmitAsync(
                new CreateRefund(Rows.World, now, Rows.Id<RefundRow>(number), payment, amount, Reason: null)
            )
        );
}
