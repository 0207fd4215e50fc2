using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Holds, played on both.</summary>
internal sealed partial class Stage
{
    private void Play(Step.Authorize step, DateTimeOffset at)
    {
        var i = step.Agreement % agreements.Count;
        var order = $"order-{step.Order}";
        var coupon = step.Coupon is { } number ? PickCoupon(model.Agreements[i], number) : null;
        var until = at.AddHours(step.Hours);
        var held = Run(
            new CreatePayment(
                Rows.World,
                at,
                scene.New<PaymentRow>(),
                agreements[i],
                order,
                step.Amount,
                coupon is null ? null : coupons[coupon.Value],
                Description: null,
                until
            )
            {
                FeeRuleId = Scene.FeeRuleOf(model.Agreements[i].App, at).Id,
                Shares = Scene.SplitsOf(model.Agreements[i].App, step.Amount),
                Risk = RiskOf(i, at),
            },
            model.Authorize(
                model.Agreements[i],
                order,
                step.Amount,
                coupon is null ? null : model.Coupons[coupon.Value],
                until,
                at
            ),
            payment => payment.Id.Value,
            payment => payment.DeclineCode
        );
        if (held is not null)
        {
            payments.Add(held);
        }
    }

    private void Play(Step.OfHold step, DateTimeOffset at)
    {
        var i = PickHold(step.Payment);
        switch (step)
        {
            case Step.Capture capture:
                long? amount = capture.Thirds is { } thirds
                    ? Math.Max(1, payments[i].Amount * thirds / 3)
                    : null;
                Run(
                    new CapturePayment(Rows.World, at, payments[i], amount, capture.Final),
                    Model.Capture(model.Payments[i], amount, capture.Final, at),
                    payment => payment.Id.Value
                );
                break;
            case Step.Cancel:
                Run(
                    new CancelPayment(Rows.World, at, payments[i]),
                    Model.Cancel(model.Payments[i], at),
                    payment => payment.Id.Value
                );
                break;
            default:
                Run(new ExpirePayment(Rows.World, at, payments[i]), Model.Expire(model.Payments[i], at));
                break;
        }
    }

    /// <summary>Which payment a number stands for: ten of twelve are open holds, if there are any.</summary>
    private int PickHold(int number)
    {
        var all = Enumerable.Range(0, payments.Count).ToList();
        var open = all.FindAll(i => model.Payments[i].Hold is { Open: true });
        var pick = number < 10 && open.Count > 0 ? open : all;
        return pick[number % pick.Count];
    }
}
