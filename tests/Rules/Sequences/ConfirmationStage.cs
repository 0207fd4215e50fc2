using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Payments that customers confirm, played on both.</summary>
internal sealed partial class Stage
{
    private static readonly TimeSpan waits = TimeSpan.FromMinutes(30);
    private readonly List<ConfirmationRow> asked = [];

    private void Play(Step.Ask step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        var order = $"order-{step.Order}";
        var amount = Math.Min(step.Amount, Scene.MostConfirmed);
        var coupon = step.Coupon is { } number ? PickCoupon(model.Agreements[i], number) : null;
        var row = Run(
            new AskConfirmation(
                Rows.World,
                at,
                new()
                {
                    PaymentId = scene.New<PaymentRow>(),
                    AppId = agreements[i].AppId,
                    PartnerId = agreements[i].PartnerId,
                    OrderNo = order,
                    CouponId = coupon is null ? null : coupons[coupon.Value],
                    State = ConfirmationState.Waiting,
                    Currency = Money.Renminbi,
                    Amount = amount,
                    Discount = 0,
                    CustomerAmount = amount,
                    Splits = Scene.SplitsOf(model.Agreements[i].App, amount) is { } shares
                        ? PaymentShares.Write(shares)
                        : null,
                    Manual = step.Hours is not null,
                    CreatedAt = at,
                    ExpiresAt = at + waits,
                }
            ),
            model.Ask(
                model.Agreements[i].App,
                order,
                amount,
                coupon is null ? null : model.Coupons[coupon.Value],
                step.Hours,
                at + waits,
                at
            ),
            confirmation => confirmation.PaymentId.Value,
            confirmation => confirmation.DeclineCode
        );
        if (row is not null)
        {
            asked.Add(row);
        }
    }

    private void Play(Step.OfAsked step, DateTimeOffset at)
    {
        var i = PickAsked(step.Asked);
        var question = model.Asked[i];
        switch (step)
        {
            case Step.Confirm confirm:
                Confirm(i, PickAccount(question, confirm.Account), at);
                break;
            case Step.TakeBack:
                Run(
                    new CancelConfirmation(Rows.World, at, asked[i]),
                    Model.TakeBack(question),
                    row => row.PaymentId.Value
                );
                break;
            case Step.SayNo no:
                var account = PickAccount(question, no.Account);
                Run(
                    new DeclineConfirmation(Rows.World, at, asked[i], scene.Accounts[account].CustomerId),
                    Model.SayNo(question, model.Accounts[account], at),
                    declineOf: row => row.DeclineCode
                );
                break;
            default:
                Run(new ExpireConfirmation(Rows.World, at, asked[i]), Model.RunOut(question, at));
                break;
        }
    }

    private void Confirm(int i, int account, DateTimeOffset at)
    {
        var question = model.Asked[i];
        var until = at.AddHours(question.Hours ?? 0);
        var app = bank.Get(PartnerTables.Apps, asked[i].AppId);
        var result = Run(
            new ConfirmPayment(
                Rows.World,
                at,
                asked[i],
                scene.Accounts[account].CustomerId,
                scene.Accounts[account],
                ConfirmationRules.DigestOf(asked[i], app.Name),
                Scene.Pin,
                Code: null,
                at,
                until
            )
            {
                FeeRuleId = Scene.FeeRuleOf(question.App, at).Id,
            },
            model.Confirm(question, model.Accounts[account], until, at),
            declineOf: done => done.DeclineCode
        );
        if (result?.Outcome == ConfirmOutcome.Paid)
        {
            payments.Add(bank.Get(PaymentTables.Payments, asked[i].PaymentId));
        }
    }

    /// <summary>Ten of twelve are for one that waits, if there are any.</summary>
    private int PickAsked(int number)
    {
        var all = Enumerable.Range(0, asked.Count).ToList();
        var open = all.FindAll(i => model.Asked[i].Waits);
        var pick = number < 10 && open.Count > 0 ? open : all;
        return pick[number % pick.Count];
    }

    private int PickAccount(ModelAsked question, int number) =>
        question.Only is { } only && number < 9
            ? model.Accounts.IndexOf(only)
            : number % model.Accounts.Count;
}
