using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The server's rules and the model side by side: three customers, each with an agreement at two apps, and a
/// campaign with two stocks. Each step is played on both, and both must come to the same.</summary>
internal sealed partial class Stage
{
    private static readonly DateTimeOffset start = new(2026, 12, 28, 10, 0, 0, Rows.Shanghai);
    private static readonly DateOnly firstDay = Model.DayOf(start);

    private readonly MemoryBank bank = new();
    private readonly Model model = new();
    private readonly List<AccountRow> accounts = [];
    private readonly List<AgreementRow> agreements = [];
    private readonly List<CouponStockRow> stocks = [];
    private readonly List<(TopUpRow Row, Id<IntentRow> IntentId)> topUps = [];
    private readonly List<Id<CouponRow>> coupons = [];
    private readonly List<PaymentRow> payments = [];
    private readonly Action<string> seen;
    private DateTimeOffset now = start;
    private int made;

    private Stage(Action<string> seen)
    {
        this.seen = seen;
        AddAccount(balance: 20_000_00, spentThisYear: 195_000_00);
        AddAccount(balance: 5_000_00, spentThisYear: 0);
        AddAccount(balance: 50_00, spentThisYear: 0);
        AddCampaign(
            Stock(
                1,
                discount: 5_00,
                threshold: 15_00,
                quantity: 4,
                perCustomer: 2,
                validDays: 30,
                openDays: 400
            ),
            Stock(2, discount: 30_00, threshold: 0, quantity: 3, perCustomer: 3, validDays: 1, openDays: 10)
        );
    }

    /// <param name="seen">Takes note of the refusals, declines and events that came.</param>
    public static void Play(IEnumerable<Step> steps, Action<string> seen)
    {
        var stage = new Stage(seen);
        foreach (var step in steps)
        {
            stage.Play(step);
        }
    }

    private void Play(Step step)
    {
        if (step is Step.Wait wait)
        {
            now = After(wait.Until);
            return;
        }

        var at = now.AddSeconds(-step.LagSeconds);
        switch (step)
        {
            case Step.TopUp topUp:
                Play(topUp, at);
                break;
            case Step.Complete complete when topUps.Count > 0:
                Play(complete, at);
                break;
            case Step.Issue issue:
                Play(issue, at);
                break;
            case Step.Pay pay:
                Play(pay, at);
                break;
            case Step.Authorize authorize:
                Play(authorize, at);
                break;
            case Step.OfHold ofHold when payments.Count > 0:
                Play(ofHold, at);
                break;
            case Step.Refund refund when payments.Count > 0:
                Play(refund, at);
                break;
            case Step.Revoke revoke:
                Play(revoke, at);
                break;
        }

        BankInvariants.Hold(bank);
        AssertSame();
    }

    private void Play(Step.TopUp step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        var intentId = New<IntentRow>();
        var ran = Run(
            new CreateTopUp(Rows.World, at, New<TopUpRow>(), intentId, agreements[i], step.Amount, start),
            model.TopUp(model.Agreements[i], step.Amount, at),
            topUp => topUp.DeclineCode
        );
        if (ran is not null)
        {
            topUps.Add((ran, intentId));
        }
    }

    private void Play(Step.Complete step, DateTimeOffset at)
    {
        var i = step.Which % topUps.Count;
        var (row, intentId) = topUps[i];
        if (bank.Find(IntentTables.Intents, intentId) is null)
        {
            return;
        }

        Run(
            new CompleteTopUp(Rows.World, at, intentId, row, step.Succeeds ? null : DeclineCodes.CardRefused),
            Model.Complete(model.TopUps[i], step.Succeeds, at)
        );
    }

    private void Play(Step.Issue step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        var stock = step.Stock % stocks.Count;
        var agreement = agreements[i];
        var issued = Run(
            new IssueCoupon(
                Rows.World,
                at,
                New<CouponRow>(),
                stocks[stock].Id,
                stocks[stock].CampaignId,
                agreement.CustomerId,
                agreement.AppId,
                agreement.ConsentId
            ),
            model.Issue(model.Agreements[i], model.Stocks[stock], at)
        );
        if (issued is not null)
        {
            coupons.Add(issued.Id);
        }
    }

    private void Play(Step.Pay step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        var order = $"order-{step.Order}";
        var coupon = step.Coupon is { } number ? PickCoupon(model.Agreements[i], number) : null;
        var paid = Run(
            new CreatePayment(
                Rows.World,
                at,
                New<PaymentRow>(),
                agreements[i],
                order,
                step.Amount,
                coupon is null ? null : coupons[coupon.Value],
                Description: null
            ),
            model.Pay(
                model.Agreements[i],
                order,
                step.Amount,
                coupon is null ? null : model.Coupons[coupon.Value],
                at
            ),
            payment => payment.DeclineCode
        );
        if (paid is not null)
        {
            payments.Add(paid);
        }
    }

    /// <summary>Which coupon a number stands for: nine of twelve are the payer's own, if there are any.</summary>
    private int? PickCoupon(ModelAgreement payer, int number)
    {
        var all = Enumerable.Range(0, coupons.Count).ToList();
        var own = all.FindAll(i =>
            model.Coupons[i].Account == payer.Account && model.Coupons[i].App == payer.App
        );
        var pick = number < 9 ? own : all;
        return pick.Count == 0 ? null : pick[number % pick.Count];
    }

    private void Play(Step.Refund step, DateTimeOffset at)
    {
        var i = step.Payment % payments.Count;
        long? amount = step.Thirds is { } thirds ? Math.Max(1, payments[i].Amount * thirds / 3) : null;
        Run(
            new CreateRefund(Rows.World, at, New<RefundRow>(), payments[i], amount, Reason: null),
            model.Refund(model.Payments[i], amount, at)
        );
    }

    private void Play(Step.Revoke step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        Run(
            new RevokeConsent(Rows.World, at, agreements[i].ConsentId, agreements[i].Id),
            Model.Revoke(model.Agreements[i])
        );
    }

    /// <summary>Runs the command, which must come to what is expected; gives what it made, unless it was refused.</summary>
    private TReply? Run<TReply>(
        Command<TReply> command,
        Expected expected,
        Func<TReply, string?>? declineOf = null
    )
        where TReply : class
    {
        var before = bank.Snapshot();
        var ran = bank.Run(command);
        if (expected.Refusal is not null)
        {
            Assert.Equal(expected.Refusal, ran.Rejected.Code);
            AssertUntouched(before);
            seen(expected.Refusal);
            return null;
        }

        var reply = expected.Decline is null ? ran.Accepted : ran.Declined;
        Assert.Equal(expected.Decline, declineOf?.Invoke(reply));
        Assert.Equal(
            expected.Events,
            ran.Events.Select(told => new ExpectedEvent(AppOf(told), told.Type, told.Status, told.Sequence))
        );
        foreach (var outcome in expected.Events.Select(told => told.Type).Append(expected.Decline))
        {
            seen(outcome ?? "");
        }

        return reply;
    }

    private void AssertUntouched(IReadOnlyDictionary<(Server.Storage.Table, object), object> before)
    {
        var after = bank.Snapshot();
        Assert.Equal(before.Count, after.Count);
        Assert.All(before, row => Assert.Same(row.Value, after[row.Key]));
    }

    private void AssertSame()
    {
        for (var i = 0; i < accounts.Count; i++)
        {
            AssertSame(model.Accounts[i], bank.Get(AccountTables.Accounts, accounts[i].Id));
            AssertHeld(model.Accounts[i], bank.Get(AccountTables.Accounts, accounts[i].Id));
        }

        for (var i = 0; i < agreements.Count; i++)
        {
            AssertSame(model.Agreements[i], bank.Get(ConsentTables.Agreements, agreements[i].Id));
        }

        for (var i = 0; i < coupons.Count; i++)
        {
            AssertSame(model.Coupons[i], bank.Get(CouponTables.Coupons, coupons[i]));
        }

        for (var i = 0; i < payments.Count; i++)
        {
            AssertSame(model.Payments[i], bank.Get(PaymentTables.Payments, payments[i].Id));
            AssertHeld(model.Payments[i], bank.Get(PaymentTables.Payments, payments[i].Id));
        }

        for (var app = 1; app <= 2; app++)
        {
            var settlement = bank.Find(LedgerTables.InternalAccounts, SettlementOf(app));
            Assert.Equal(model.SettlementOf(app), settlement?.Balance ?? 0);
        }
    }

    private static void AssertSame(ModelAccount expected, AccountRow account) =>
        Assert.Equal(
            (
                expected.Balance,
                expected.Day.Latest,
                expected.Outflow.OnLatestDay,
                expected.Outflow.InLatestYear
            ),
            (account.Available, account.OutflowDay, account.DayOutflow, account.YearOutflow)
        );

    private static void AssertSame(ModelAgreement expected, AgreementRow agreement) =>
        Assert.Equal(
            (
                expected.Revoked,
                expected.Day.Latest,
                expected.Paid.OnLatestDay,
                expected.ToppedUp.OnLatestDay,
                expected.Paid.InAll
            ),
            (
                agreement.State == ConsentState.Revoked,
                agreement.Day,
                agreement.DayPaid,
                agreement.DayToppedUp,
                agreement.TotalPaid
            )
        );

    private void AssertSame(ModelCoupon expected, CouponRow coupon) =>
        Assert.Equal(
            expected.UsedBy is { } payment ? payments[model.Payments.IndexOf(payment)].Id : null,
            coupon.PaymentId
        );

    private static void AssertSame(ModelPayment expected, PaymentRow payment) =>
        Assert.Equal(
            (
                expected.Live,
                expected.Live ? expected.Customer : expected.Price,
                expected.Price - expected.Left
            ),
            (
                payment.State is not (PaymentState.Failed or PaymentState.Canceled or PaymentState.Expired),
                payment.CustomerAmount,
                payment.Refunded
            )
        );

    private DateTimeOffset After(Until until) =>
        until switch
        {
            Until.InAMoment => now.AddSeconds(3),
            Until.InAnHour => now.AddHours(1),
            Until.JustBeforeMidnight => Midnight(daysAhead: 1).AddSeconds(-2),
            Until.Tomorrow => now.AddDays(1),
            Until.NextMonth => now.AddDays(31),
            Until.JustBeforeNewYear => new DateTimeOffset(
                now.Year + 1,
                1,
                1,
                0,
                0,
                0,
                Rows.Shanghai
            ).AddSeconds(-2),
            _ => now.AddYears(1),
        };

    private DateTimeOffset Midnight(int daysAhead) =>
        new DateTimeOffset(now.Date, Rows.Shanghai).AddDays(daysAhead);

    private Id<T> New<T>()
        where T : IIdentified => Rows.Id<T>(++made);

    private static int AppOf(Event told) => told.AppId == Rows.Id<AppRow>(1).Value ? 1 : 2;

    private static InternalAccountKey SettlementOf(int app) =>
        new(InternalAccountKind.PartnerSettlement, Rows.Id<PartnerRow>(app).Value, Money.Renminbi);

    private void AddAccount(long balance, long spentThisYear)
    {
        var number = accounts.Count + 1;
        var row = Rows.Account with
        {
            Id = Rows.Id<AccountRow>(number),
            CustomerId = Rows.Id<CustomerRow>(number),
            Available = 0,
            OutflowDay = firstDay,
            YearOutflow = spentThisYear,
        };
        bank.Put(AccountTables.Accounts, row);
        accounts.Add(row);
        Post(PostingKind.TopUp, New<TopUpRow>().Value, LedgerRules.TopUpLegs(row.Id, balance, row.Currency));

        var account = new ModelAccount(firstDay);
        account.Moved.Add(balance);
        account.Outflow.CountEarlierInYear(firstDay.Year, spentThisYear);
        model.Accounts.Add(account);
        AddAgreement(app: 1, 15_000_00, 20_000_00, 60_000_00, topUpAllowed: true);
        AddAgreement(app: 2, 50_00, 60_00, 80_00, topUpAllowed: number < 3);
    }

    /// <summary>Adds an agreement of the newest account.</summary>
    private void AddAgreement(int app, long perPayment, long daily, long total, bool topUpAllowed)
    {
        var account = accounts[^1];
        var number = agreements.Count + 1;
        var row = Rows.Agreement with
        {
            Id = Rows.Id<AgreementRow>(number),
            ConsentId = Rows.Id<ConsentRow>(number),
            AppId = Rows.Id<AppRow>(app),
            PartnerId = Rows.Id<PartnerRow>(app),
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            PerPaymentLimit = perPayment,
            DailyLimit = daily,
            TotalLimit = total,
            TopUpAllowed = topUpAllowed,
            Day = firstDay,
            ExpiresAt = start.AddDays(365),
        };
        bank.Put(ConsentTables.Agreements, row)
            .Put(
                ConsentTables.Consents,
                Rows.Consent with
                {
                    Id = row.ConsentId,
                    AppId = row.AppId,
                    CustomerId = row.CustomerId,
                    AccountId = row.AccountId,
                    AgreementId = row.Id,
                    ExpiresAt = row.ExpiresAt,
                }
            );
        agreements.Add(row);
        model.Agreements.Add(
            new(model.Accounts[^1], app, firstDay)
            {
                PerPayment = perPayment,
                Daily = daily,
                Total = total,
                TopUpAllowed = topUpAllowed,
                ExpiresAt = row.ExpiresAt,
            }
        );
    }

    private static CouponStockRow Stock(
        int number,
        long discount,
        long threshold,
        int quantity,
        int perCustomer,
        int validDays,
        int openDays
    ) =>
        Rows.Stock with
        {
            Id = Rows.Id<CouponStockRow>(number),
            Discount = discount,
            Threshold = threshold,
            Quantity = quantity,
            PerCustomerLimit = perCustomer,
            ValidDays = validDays,
            StartsAt = start,
            EndsAt = start.AddDays(openDays),
        };

    private void AddCampaign(params CouponStockRow[] rows)
    {
        var budget = rows.Sum(stock => stock.Quantity * stock.Discount);
        bank.Put(CouponTables.Campaigns, Rows.Campaign with { Budget = budget })
            .Put(CouponTables.Stocks, rows);
        Post(
            PostingKind.CampaignFunding,
            Rows.Campaign.Id.Value,
            LedgerRules.CampaignFundingLegs(Rows.Budget, budget)
        );
        stocks.AddRange(rows);
        model.Stocks.AddRange(
            rows.Select(stock => new ModelStock(
                stock.Discount,
                stock.Threshold,
                (int)stock.Quantity,
                stock.PerCustomerLimit,
                stock.ValidDays,
                stock.StartsAt,
                stock.EndsAt
            ))
        );
    }

    private void Post(PostingKind kind, Guid id, IReadOnlyList<Leg> legs)
    {
        var book = bank.Open(keys =>
        {
            foreach (var leg in legs.OfType<Leg.Customer>())
            {
                keys.Want(AccountTables.Accounts, leg.AccountId);
            }
        });
        LedgerRules.Post(book, new(kind, id, AppId: null, Money.Renminbi, start, legs));
        bank.Save(book);
    }
}
