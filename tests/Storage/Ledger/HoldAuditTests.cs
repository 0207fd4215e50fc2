using OpenBanking.Server.Ledger;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The audit finds what was changed in holds behind the server's back.</summary>
public abstract class HoldAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Held = "what is held of a customer is the sum of its open holds";
    private const string SetAside =
        "what is set aside for a payment is what its entries left there, and nothing once the hold has ended";
    private const string HeldCoupons =
        "a coupon is held when and only when it is used by a payment that holds";
    private const string Payments = "every captured payment has its posting, and no failed one has";
    private const string Posted = BooksRule.EveryPostedIsThere;
    private const string Coupons =
        "a redeemed coupon names a payment that used it, and each payment used one at most";

    [Fact]
    public async Task Whatever_becomes_of_holds_the_books_are_sound()
    {
        await HoldAndCaptureAsync();

        Assert.Empty(Audit());
    }

    /// <summary>Its entries are of the day before the one that counted it.</summary>
    [Fact]
    public async Task A_hold_that_came_late_and_was_given_back_leaves_sound_books()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        await Engine.SubmitAsync(bank.Payment(1, 8_00) with { Now = Rows.Noon.AddDays(1) });
        var late = await bank.HoldAsync(2, 16_00);
        Assert.Empty(Audit());

        await bank.CaptureAsync(late, 5_00, final: true);

        Assert.Equal(Rows.Today.AddDays(1), late.BusinessDate);
        Assert.Empty(Audit());
    }

    [Theory]
    [InlineData("UPDATE account SET held = held + 1", Held)]
    [InlineData(
        "UPDATE payment SET held = held + 1 WHERE order_no = 'order-1'",
        Held,
        SetAside,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET held = NULL, state = 7 WHERE order_no = 'order-1'",
        Held,
        SetAside,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET captured = captured + 1 WHERE order_no = 'order-1'",
        Payments,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET discount = discount - 1 WHERE order_no = 'order-2'",
        SetAside,
        PaymentBooks.CampaignPaid
    )]
    [InlineData(
        "UPDATE payment SET state = 6 WHERE order_no = 'order-3'",
        Coupons,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData("UPDATE coupon SET held = NOT held WHERE state = 2", HeldCoupons)]
    [InlineData("DELETE FROM payment WHERE order_no = 'order-4'", Posted, OutflowCounters.Rule)]
    public async Task What_was_changed_in_a_hold_is_found(string sql, params string[] rules)
    {
        await HoldAndCaptureAsync();

        Database.Execute(sql);

        Assert.Equal(rules.Order(), Audit().Select(found => found.Rule).Order());
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    /// <summary>One hold of which a part was captured, one with a coupon, one that was captured with a coupon, one that was
    /// canceled.</summary>
    private async Task HoldAndCaptureAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await bank.TopUpAsync(1, 100_00);
        await bank.CaptureAsync(await bank.HoldAsync(1, 8_00), 3_00, final: false);
        await bank.HoldAsync(2, 16_00, (await bank.IssueAsync(1)).Id);
        var coupon = await bank.IssueAsync(2);
        await bank.CaptureAsync(await bank.HoldAsync(3, 20_00, coupon.Id), 15_00, final: true);
        await bank.CancelAsync(await bank.HoldAsync(4, 5_00));
    }
}
