using System.Diagnostics;
using System.Text.Json;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>Callers that pay one order after the other, each waiting for its answer; every fourth payment uses a coupon.</summary>
/// <param name="holds">Whether each payment is held first and then captured, remembered in between as the API does it.</param>
internal sealed class PaymentCallers(Engine engine, BankData data, Ids ids, bool holds = false)
{
    public const int CouponEvery = 4;
    private static readonly TimeSpan held = TimeSpan.FromDays(7);
    private static int orders;
    private readonly HeldPayments heldPayments = new();

    /// <summary>Pays for a while; gives how long each payment took in milliseconds, the quickest first.</summary>
    public async Task<double[]> PayForAsync(int callers, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(_ => Task.Run(() => PayUntilAsync(() => Stopwatch.GetTimestamp() < until)))
        );
        return [.. all.SelectMany(own => own).Order()];
    }

    /// <summary>Pays so many orders.</summary>
    public async Task PayAsync(int callers, int count)
    {
        var left = count;
        await Task.WhenAll(
            Enumerable
                .Range(0, callers)
                .Select(_ => Task.Run(() => PayUntilAsync(() => Interlocked.Decrement(ref left) >= 0)))
        );
    }

    private async Task<List<double>> PayUntilAsync(Func<bool> goesOn)
    {
        var latencies = new List<double>();
        while (goesOn())
        {
            var order = Interlocked.Increment(ref orders);
            var sent = Stopwatch.GetTimestamp();
            await PayAsync(order);
            latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }

        return latencies;
    }

    private async Task PayAsync(int order)
    {
        var agreement = data.Agreements[Random.Shared.Next(data.Agreements.Count)];
        Id<CouponRow>? coupon = null;
        if (order % CouponEvery == 0 && data.TryTakeCoupon(out var next))
        {
            (agreement, coupon) = next;
        }

        await (
            holds
                ? HoldAndCaptureAsync(order, agreement, coupon)
                : CreateAsync(order, agreement, coupon, until: null)
        );
    }

    private async Task HoldAndCaptureAsync(int order, AgreementRow agreement, Id<CouponRow>? coupon)
    {
        var made = await CreateAsync(order, agreement, coupon, DateTimeOffset.UtcNow + held);
        heldPayments.Keep(made);
        var payment = heldPayments.Find(data.AppId, made.Id)!;
        await SubmitAsync(
            new CapturePayment(BankData.World, DateTimeOffset.UtcNow, payment, Amount: null, Final: true),
            $"capture-{Environment.ProcessId}-{order}",
            order,
            agreement
        );
    }

    private async Task<PaymentRow> CreateAsync(
        int order,
        AgreementRow agreement,
        Id<CouponRow>? coupon,
        DateTimeOffset? until
    )
    {
        var orderNo = $"order-{Environment.ProcessId}-{order}";
        return await SubmitAsync(
            new CreatePayment(
                BankData.World,
                DateTimeOffset.UtcNow,
                ids.New<PaymentRow>(),
                agreement,
                orderNo,
                BankData.Price,
                coupon,
                null,
                until
            ),
            orderNo,
            order,
            agreement
        );
    }

    private async Task<PaymentRow> SubmitAsync(
        Command<PaymentRow> command,
        string key,
        int order,
        AgreementRow agreement
    )
    {
        PaymentRow made = null!;
        var outcome = await engine.SubmitAsync(
            command,
            new KeyedRequest(data.AppId.Value, key, new Guid(order, 0, 0, new byte[8])),
            payment => new(201, payment.Id.Value, Show(made = payment, agreement))
        );
        if (outcome is not KeyedOutcome.Fresh)
        {
            throw new InvalidOperationException($"A payment came to {outcome}.");
        }

        return made;
    }

    /// <summary>The answer as the API gives it.</summary>
    private static byte[] Show(PaymentRow payment, AgreementRow agreement) =>
        payment.State is PaymentState.Captured or PaymentState.Authorized
            ? JsonSerializer.SerializeToUtf8Bytes(
                new Payment
                {
                    Id = payment.Id.ToString(),
                    OrderNo = payment.OrderNo,
                    Status = PaymentRules.StatusOf(payment.State),
                    Amount = Money.Cny(payment.Amount),
                    DiscountAmount = Money.Cny(payment.Discount),
                    CustomerAmount = Money.Cny(payment.CustomerAmount),
                    CapturedAmount = Money.Cny(payment.Captured ?? payment.Amount),
                    RefundableAmount = Money.Cny(payment.Amount - payment.Refunded),
                    RefundedAmount = Money.Cny(payment.Refunded),
                    AgreementId = agreement.Id.ToString(),
                    AccountId = agreement.AccountId.ToString(),
                    CustomerId = agreement.CustomerId.ToString(),
                    CreatedAt = payment.CreatedAt,
                },
                ResponseJson.Default.Payment
            )
            : throw new InvalidOperationException($"A payment was declined: {payment.DeclineCode}.");
}
