using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Risk;
using OpenBanking.Server.TopUps;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The server's rules and the model side by side. Each step is played on both, and both must come to the
/// same.</summary>
internal sealed partial class Stage
{
    /// <summary>What is seen when a request came again.</summary>
    public const string KnownAnswer = "known answer";

    private readonly Scene scene = new();
    private readonly MemoryBank bank;
    private readonly Model model;
    private readonly List<AgreementRow> agreements;
    private readonly List<CouponStockRow> stocks;
    private readonly Comparison comparison;
    private readonly List<(TopUpRow Row, Id<IntentRow> IntentId)> topUps = [];
    private readonly List<Id<CouponRow>> coupons = [];
    private readonly List<PaymentRow> payments = [];
    private readonly List<(Performance Performance, Came Came)> kept = [];
    private readonly List<(Performance Performance, Came Came)> performances = [];
    private readonly Action<string> seen;
    private DateTimeOffset now = Scene.Start;
    private int keys;

    private Stage(Action<string> seen)
    {
        this.seen = seen;
        bank = scene.Bank;
        model = scene.Model;
        agreements = scene.Agreements;
        stocks = scene.Stocks;
        comparison = new(scene, coupons, payments, withdrawals);
    }

    /// <param name="seen">Takes note of the refusals, declines and events that came.</param>
    public static Play Play(IEnumerable<Step> steps, Action<string> seen)
    {
        var stage = new Stage(seen);
        foreach (var step in steps)
        {
            stage.Play(step);
        }

        return new(stage.bank, stage.performances);
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
            case Step.Ask ask:
                Play(ask, at);
                break;
            case Step.OfAsked ofAsked when asked.Count > 0:
                Play(ofAsked, at);
                break;
            case Step.Close close:
                Play(close, at);
                break;
            case Step.Settle settle:
                Play(settle, at);
                break;
            case Step.Transfer transfer when payouts.Count > 0:
                Play(transfer, at);
                break;
            case Step.EndCampaign end:
                Play(end);
                break;
            case Step.ExpireCoupon expire when coupons.Count > 0:
                Play(expire, at);
                break;
            case Step.Refund refund when payments.Count > 0:
                Play(refund, at);
                break;
            case Step.Revoke revoke:
                Play(revoke, at);
                break;
            case Step.Withdraw withdraw:
                Play(withdraw, at);
                break;
            case Step.Arrive arrive when withdrawals.Count > 0:
                Play(arrive, at);
                break;
            case Step.Look look:
                Play(look, at);
                break;
            case Step.Wake wake:
                Play(wake, at);
                break;
            case Step.Again again when kept.Count > 0:
                Play(again);
                break;
        }

        model.NoteEarned(Model.DayOf(at));
        BankInvariants.Hold(bank);
        comparison.AssertSame();
    }

    private void Play(Step.TopUp step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        var intentId = scene.New<IntentRow>();
        var ran = Run(
            new CreateTopUp(
                Rows.World,
                at,
                scene.New<TopUpRow>(),
                intentId,
                agreements[i],
                step.Amount,
                Scene.Start
            ),
            model.TopUp(model.Agreements[i], step.Amount, at),
            topUp => topUp.Id.Value,
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
                scene.New<CouponRow>(),
                stocks[stock].Id,
                stocks[stock].CampaignId,
                agreement.CustomerId,
                agreement.AppId,
                agreement.ConsentId
            ),
            model.Issue(model.Agreements[i], model.Stocks[stock], at),
            coupon => coupon.Id.Value
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
                scene.New<PaymentRow>(),
                agreements[i],
                order,
                step.Amount,
                coupon is null ? null : coupons[coupon.Value],
                Description: null
            )
            {
                FeeRuleId = Scene.FeeRuleOf(model.Agreements[i].App, at).Id,
                Shares = Scene.SplitsOf(model.Agreements[i].App, step.Amount),
                Risk = RiskOf(i, at),
            },
            model.Pay(
                model.Agreements[i],
                order,
                step.Amount,
                coupon is null ? null : model.Coupons[coupon.Value],
                at
            ),
            payment => payment.Id.Value,
            payment => payment.DeclineCode
        );
        if (paid is not null)
        {
            payments.Add(paid);
        }
    }

    private RiskView RiskOf(int i, DateTimeOffset at) =>
        new(
            RiskAnswer.Allow,
            [
                .. Model
                    .VelocityOf(model.Agreements[i].App)
                    .Select(rule =>
                        rule.For(
                            rule.Subject == VelocitySubject.Customer
                                ? agreements[i].CustomerId.Value
                                : agreements[i].PartnerId.Value,
                            at
                        )
                    ),
            ]
        );

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

    /// <summary>Which payment is refunded: one of three with a coupon, if there are any.</summary>
    private int PickPayment(int number)
    {
        var redeemed = number < 8 ? [] : model.Payments.FindAll(payment => payment.Coupon?.UsedBy == payment);
        return redeemed.Count == 0
            ? number % payments.Count
            : model.Payments.IndexOf(redeemed[number % redeemed.Count]);
    }

    private void Play(Step.Refund step, DateTimeOffset at)
    {
        var i = PickPayment(step.Payment);
        long? amount = step.Thirds is { } thirds ? Math.Max(1, payments[i].Amount * thirds / 3) : null;
        // One of three names the last part for all of it.
        var parts = model.Payments[i].Shares.Count;
        IReadOnlyList<long>? named =
            parts > 1 && amount is { } whole && step.Payment % 3 == 0
                ? [.. Enumerable.Repeat(0L, parts - 1), whole]
                : null;
        var refunded = Run(
            new CreateRefund(Rows.World, at, scene.New<RefundRow>(), payments[i], amount, Reason: null)
            {
                Named = named,
            },
            model.Refund(model.Payments[i], amount, named, at),
            refund => refund.Id.Value
        );
        if (model.CampaignSettled && refunded is { DiscountAmount: > 0 })
        {
            seen(RefundedToTheFund);
        }
    }

    private void Play(Step.Revoke step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        Run(
            new RevokeConsent(Rows.World, at, agreements[i].ConsentId, agreements[i].Id),
            Model.Revoke(model.Agreements[i])
        );
    }

    private void Play(Step.Close step, DateTimeOffset at)
    {
        var (app, order) = ((step.App % 2) + 1, $"order-{step.Order}");
        var key = new OrderKey(Rows.Id<AppRow>(app), order);
        Run(
            new CloseOrder(
                Rows.World,
                at,
                key,
                bank.Find(PaymentTables.Orders, key)?.LastPaymentId ?? default
            ),
            model.Close(app, order)
        );
    }

    /// <summary>Sends a request once more under its key, or another request under the same key: nothing happens, and the
    /// answer is the first one, or a refusal.</summary>
    private void Play(Step.Again step)
    {
        var (performance, first) = kept[step.Which % kept.Count];
        var came = Perform(performance.Again(step.SameRequest));
        Must.Be((0, 0), (came.Written, came.Events.Count));
        Must.Be(step.SameRequest, came.Known);
        Must.Be(step.SameRequest ? null : ProblemCodes.IdempotencyKeyReused, came.Refusal);
        Assert.True(!step.SameRequest || came.Text == first.Text);
        seen(came.Refusal ?? KnownAnswer);
    }

    /// <summary>Runs the command, which must come to what is expected; gives what it made, unless it was refused.</summary>
    /// <param name="idOf">The id of what it makes, when it is sent under an idempotency key.</param>
    private TReply? Run<TReply>(
        Command<TReply> command,
        Expected expected,
        Func<TReply, Guid>? idOf = null,
        Func<TReply, string?>? declineOf = null
    )
        where TReply : class?
    {
        Performance performance = idOf is null
            ? new Performance<TReply>(command)
            : new KeyedPerformance<TReply>(command, NextKey(), idOf);
        var came = Perform(performance, expected);
        if (expected.Refusal is not null)
        {
            return null;
        }

        if (expected.Nothing)
        {
            Assert.Null(came.Reply);
            return null;
        }

        var reply = Assert.IsType<TReply>(came.Reply);
        Must.Be(expected.Decline, declineOf?.Invoke(reply));
        if (idOf is not null)
        {
            kept.Add((performance, came));
        }

        return reply;
    }

    /// <summary>The same for what customers do with a secret: it must come to what is expected, and the check to
    /// <paramref name="check"/>; gives whether it was done.</summary>
    private bool IsDone<TCheck>(Command<TCheck> command, Expected expected, TCheck check)
        where TCheck : struct
    {
        var came = Perform(new Performance<TCheck>(command), expected);
        if (expected.Refusal is null)
        {
            Must.Be<object?>(check, came.Reply);
        }

        return expected.Refusal is null;
    }

    private Came Perform(Performance performance, Expected expected)
    {
        var came = Perform(performance);
        Must.Be(expected.Refusal, came.Refusal);
        Must.BeInOrder(
            expected.Events,
            came.Events.Select(told => new ExpectedEvent(
                AppOf(told),
                told.Type,
                told.Status,
                IsOfAccount(told) ? ExpectedEvent.AnySequence : told.Sequence
            ))
        );
        if (expected.Refusal is not null)
        {
            Must.Be(0, came.Written);
        }

        foreach (
            var outcome in expected
                .Events.Select(told => told.Type)
                .Concat([expected.Decline, expected.Refusal])
                .OfType<string>()
        )
        {
            seen(outcome);
        }

        return came;
    }

    private Came Perform(Performance performance)
    {
        var came = performance.RunOn(bank);
        performances.Add((performance, came));
        return came;
    }

    private KeyedRequest NextKey() =>
        new(Rows.App.Id.Value, $"key-{++keys}", new Guid(keys, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));

    private DateTimeOffset After(Until until) =>
        until switch
        {
            Until.InAMoment => now.AddSeconds(3),
            Until.InAnHour => now.AddHours(1),
            Until.JustBeforeMidnight => Midnight(daysAhead: 1).AddSeconds(-2),
            Until.Tomorrow => now.AddDays(1),
            Until.NextMonth => now.AddDays(31),
            Until.InHalfAYear => now.AddMonths(6),
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

    private static bool IsOfAccount(Event told) => told.Type.StartsWith("account.", StringComparison.Ordinal);

    private static int AppOf(Event told) => told.AppId == Rows.Id<AppRow>(1).Value ? 1 : 2;
}

/// <summary>What was played.</summary>
/// <param name="Bank">As it is at the end.</param>
internal sealed record Play(
    MemoryBank Bank,
    IReadOnlyList<(Performance Performance, Came Came)> Performances
);
