using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payments;

/// <summary>Moves money into a hold, out of it to the partner, and back: each with limits, coupon, order and events, all or
/// nothing.</summary>
public static class HoldMovementRules
{
    /// <summary>Sets aside what <see cref="PaymentRules.Create"/> found to be there.</summary>
    internal static Accepted<PaymentRow> SetAside(
        CreatePayment command,
        Book book,
        AgreementRow agreement,
        AccountRow account,
        OrderRow? order,
        CouponRow? coupon,
        long discount
    )
    {
        var held = HoldShares.MostToPay(coupon, command.Amount);
        var countsAt = PaymentRules.CountsAt(command.Now, agreement, account);
        var payment = book.Insert(
            PaymentTables.Payments,
            PaymentRules.NewPayment(command, agreement, PaymentState.Authorized) with
            {
                CampaignId = coupon?.CampaignId,
                Discount = discount,
                BusinessDate = BusinessCalendar.DateOf(countsAt),
                Held = held,
                FeeRuleId = command.FeeRuleId,
            }
        );
        book.Update(ConsentTables.Agreements, AgreementRules.CountPayment(agreement, held, countsAt));
        book.Update(AccountTables.Accounts, AccountRules.Hold(account, held, countsAt));
        LedgerRules.Post(book, HoldPosting(payment, held));
        PaymentRules.RecordAttempt(command, book, order, paid: true);
        PaymentRules.Emit(book, EventTypes.PaymentAuthorized, payment);
        if (coupon is not null)
        {
            CouponRules.Hold(book, coupon, payment.Id);
        }

        return Decision.Accept(payment);
    }

    /// <summary>Gives the partner a part, and goes on holding the rest.</summary>
    internal static PaymentRow Take(Book book, PaymentRow payment, long amount, DateTimeOffset now)
    {
        var captured = payment.Captured!.Value + amount;
        var most = HoldShares.MostToPay(CouponOf(book, payment), payment.Amount);
        var held = HoldShares.HeldAfter(most, payment.Discount, captured);
        var account = book.Get(AccountTables.Accounts, payment.AccountId);
        book.Update(
            AccountTables.Accounts,
            account with
            {
                Held = account.Held - (payment.Held!.Value - held),
            }
        );
        var before = PaymentShares.Of(payment);
        payment = book.Update(
            PaymentTables.Payments,
            PaymentShareRules.Capture(
                book,
                before,
                payment with
                {
                    Captured = captured,
                    Held = held,
                },
                captured
            )
        );
        LedgerRules.Post(book, CapturePosting(before, payment, amount, now));
        PaymentFeeRules.Charge(book, payment, before, now);
        PaymentRules.Emit(book, EventTypes.PaymentCaptured, payment);
        return payment;
    }

    /// <summary>Gives the partner a last part, or nothing, settles who paid what was captured in all, and gives back the
    /// rest. What was captured stays captured, however the hold ends.</summary>
    /// <param name="nothingCaptured">What the payment comes to when nothing was captured.</param>
    internal static PaymentRow End(
        Book book,
        PaymentRow held,
        long amount,
        PaymentState nothingCaptured,
        DateTimeOffset now
    )
    {
        var coupon = CouponOf(book, held);
        var captured = held.Captured!.Value + amount;
        var redeemed = coupon is not null && HoldShares.Redeems(coupon, captured);
        var discount = HoldShares.SettledDiscount(coupon, captured);
        var toCustomer = HoldShares.MostToPay(coupon, held.Amount) - (captured - discount);
        var before = PaymentShares.Of(held);
        var payment = book.Update(
            PaymentTables.Payments,
            PaymentShareRules.Capture(
                book,
                before,
                held with
                {
                    State = captured > 0 ? PaymentState.Captured : nothingCaptured,
                    Amount = captured > 0 ? captured : held.Amount,
                    Discount = discount,
                    CampaignId = redeemed ? held.CampaignId : null,
                    Captured = captured,
                    Held = null,
                },
                captured
            )
        );
        GiveBack(book, held, toCustomer, now);
        LedgerRules.Post(book, CapturePosting(before, payment, amount, now));
        LedgerRules.Post(
            book,
            ReleasePosting(held, payment.Version, toCustomer, held.Discount - discount, now)
        );
        PaymentFeeRules.Charge(book, payment, before, now);
        FreeOrder(book, payment);
        PaymentRules.Emit(book, EventOf(payment), payment);
        if (coupon is not null)
        {
            SettleCoupon(book, coupon, payment, redeemed, now);
        }

        return payment;
    }

    private static CouponRow? CouponOf(Book book, PaymentRow payment) =>
        payment.CouponId is { } coupon ? book.Get(CouponTables.Coupons, coupon) : null;

    /// <summary>The account holds nothing for the payment any more, and what comes back counts no longer: for the day and
    /// the year of the hold.</summary>
    private static void GiveBack(Book book, PaymentRow held, long toCustomer, DateTimeOffset now)
    {
        var account = book.Get(AccountTables.Accounts, held.AccountId);
        book.Update(
            AccountTables.Accounts,
            AccountRules.GiveBackOutflow(account, toCustomer, held.BusinessDate, now) with
            {
                Held = account.Held - held.Held!.Value,
            }
        );
        if (toCustomer > 0)
        {
            var agreement = book.Get(ConsentTables.Agreements, held.AgreementId);
            book.Update(
                ConsentTables.Agreements,
                AgreementRules.GiveBackPayment(agreement, toCustomer, held.BusinessDate, now)
            );
        }
    }

    /// <summary>An order of which nothing was paid may be tried again.</summary>
    private static void FreeOrder(Book book, PaymentRow payment)
    {
        if (payment.State != PaymentState.Captured)
        {
            var order = book.Get(PaymentTables.Orders, new(payment.AppId, payment.OrderNo));
            book.Update(PaymentTables.Orders, order.Free());
        }
    }

    private static void SettleCoupon(
        Book book,
        CouponRow coupon,
        PaymentRow payment,
        bool redeemed,
        DateTimeOffset now
    )
    {
        if (redeemed)
        {
            CouponRules.Redeem(book, coupon, payment.Id);
        }
        else
        {
            CouponRules.Release(book, coupon, now);
        }
    }

    private static string EventOf(PaymentRow payment) =>
        payment.State switch
        {
            PaymentState.Canceled => EventTypes.PaymentCanceled,
            PaymentState.Expired => EventTypes.PaymentExpired,
            _ => EventTypes.PaymentCaptured,
        };

    private static Posting HoldPosting(PaymentRow payment, long held) =>
        NewPosting(
            PostingKind.Hold,
            payment,
            payment.CreatedAt,
            LedgerRules.HoldLegs(
                payment.AccountId,
                held,
                PaymentRules.BudgetOf(payment),
                payment.Discount,
                PaymentRules.HoldsOf(payment)
            ),
            step: 2 * payment.Version
        );

    private static Posting CapturePosting(
        IReadOnlyList<PaymentShare> before,
        PaymentRow payment,
        long amount,
        DateTimeOffset now
    ) =>
        NewPosting(
            PostingKind.Payment,
            payment,
            now,
            LedgerRules.CaptureLegs(
                PaymentRules.HoldsOf(payment),
                amount,
                PaymentShareRules.CreditLegs(before, payment)
            ),
            step: 2 * payment.Version
        );

    private static Posting ReleasePosting(
        PaymentRow held,
        long version,
        long toCustomer,
        long toCampaign,
        DateTimeOffset now
    ) =>
        NewPosting(
            PostingKind.Release,
            held,
            now,
            LedgerRules.ReleaseLegs(
                held.AccountId,
                toCustomer,
                PaymentRules.BudgetOf(held),
                toCampaign,
                PaymentRules.HoldsOf(held)
            ),
            step: (2 * version) + 1
        );

    /// <summary>A payment is posted once for each of its versions, and the last one may come with a release: so twice the
    /// version counts its postings.</summary>
    private static Posting NewPosting(
        PostingKind kind,
        PaymentRow payment,
        DateTimeOffset now,
        IReadOnlyList<Leg> legs,
        long step
    ) => new(kind, payment.Id.Value, payment.AppId.Value, payment.Currency, now, legs, step);
}
