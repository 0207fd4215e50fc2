using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>One customer, one app, one campaign in a world, and whatever they do by the server's own commands.</summary>
internal sealed class SmallBank(Server.Engine.Engine engine, Store store, World world)
{
    private static readonly AccountRow account = Rows.Account with { Available = 0 };

    private static readonly AgreementRow agreement = Rows.Agreement with
    {
        PerPaymentLimit = 1_000_00,
        DailyLimit = 1_000_00,
    };

    /// <summary>What payments cost; nothing when null.</summary>
    public Id<FeeRuleRow>? FeeRule { get; init; }

    /// <summary>A customer with nothing yet, and a campaign with its money.</summary>
    public void Open()
    {
        using var session = store.OpenWriteSession();
        session.Run(world, Fill);
    }

    /// <summary>The same by a command.</summary>
    public Task OpenAsync() =>
        engine.SubmitAsync(
            new Probe(
                world,
                book =>
                {
                    Fill(book);
                    return Decision.Accept(0);
                }
            )
        );

    /// <summary>Money comes from the card, or is refused by its bank.</summary>
    public async Task TopUpAsync(int number, long amount, string? decline = null)
    {
        var intent = Rows.Id<IntentRow>(number);
        var topUp = await AcceptAsync(
            new CreateTopUp(world, Rows.Noon, Rows.Id<TopUpRow>(number), intent, agreement, amount, Rows.Noon)
        );
        await AcceptAsync(new CompleteTopUp(world, Rows.Noon, intent, topUp, decline));
    }

    public Task<CouponRow> IssueAsync(int number) =>
        AcceptAsync(
            new IssueCoupon(
                world,
                Rows.Noon,
                Rows.Id<CouponRow>(number),
                Rows.Stock.Id,
                Rows.Campaign.Id,
                account.CustomerId,
                Rows.App.Id,
                Rows.Consent.Id
            )
        );

    /// <summary>A payment of an order of its own.</summary>
    public CreatePayment Payment(int number, long amount, Id<CouponRow>? coupon = null) =>
        new(
            world,
            Rows.Noon,
            Rows.Id<PaymentRow>(number),
            agreement,
            $"order-{number}",
            amount,
            coupon,
            Description: null
        )
        {
            FeeRuleId = FeeRule,
        };

    public Task<PaymentRow> PayAsync(int number, long amount, Id<CouponRow>? coupon = null) =>
        AcceptAsync(Payment(number, amount, coupon));

    /// <summary>Money is held for an order of its own.</summary>
    public Task<PaymentRow> HoldAsync(int number, long amount, Id<CouponRow>? coupon = null) =>
        AcceptAsync(Payment(number, amount, coupon) with { HoldUntil = Rows.Noon.AddDays(7) });

    public Task<PaymentRow> CaptureAsync(PaymentRow payment, long amount, bool final) =>
        AcceptAsync(new CapturePayment(world, Rows.Noon, payment, amount, final));

    public Task<PaymentRow> CancelAsync(PaymentRow payment) =>
        AcceptAsync(new CancelPayment(world, Rows.Noon, payment));

    public Task<RefundRow> RefundAsync(int number, PaymentRow payment, long? amount = null) =>
        AcceptAsync(
            new CreateRefund(world, Rows.Noon, Rows.Id<RefundRow>(number), payment, amount, Reason: null)
        );

    private static void Fill(Book book)
    {
        book.Insert(AccountTables.Accounts, account);
        book.Insert(ConsentTables.Consents, Rows.Consent);
        book.Insert(ConsentTables.Agreements, agreement);
        book.Insert(CouponTables.Campaigns, Rows.Campaign);
        book.Insert(CouponTables.Stocks, Rows.Stock);
        book.Insert(FeeTables.Rules, Rows.FeeRule);
        LedgerRules.Post(
            book,
            new(
                PostingKind.CampaignFunding,
                Rows.Campaign.Id.Value,
                null,
                Rows.Campaign.Currency,
                Rows.Noon,
                LedgerRules.CampaignFundingLegs(Rows.Budget, Rows.Campaign.Budget)
            )
        );
    }

    private async Task<TReply> AcceptAsync<TReply>(Command<TReply> command) =>
        Assert.IsType<Accepted<TReply>>(await engine.SubmitAsync(command)).Reply;
}
