using System.Diagnostics;
using System.Text.Json;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>Callers that pay one order after the other, each waiting for its answer; every fourth payment uses a coupon.</summary>
internal sealed class PaymentCallers(Engine engine, BankData data, Ids ids)
{
    public const int CouponEvery = 4;
    private static int orders;

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

        var orderNo = $"order-{Environment.ProcessId}-{order}";
        var outcome = await engine.SubmitAsync(
            new CreatePayment(
                BankData.World,
                DateTimeOffset.UtcNow,
                ids.New<PaymentRow>(),
                agreement,
                orderNo,
                BankData.Price,
                coupon,
                null
            ),
            new KeyedRequest(data.AppId.Value, orderNo, new Guid(order, 0, 0, new byte[8])),
            payment => new(201, payment.Id.Value, Show(payment, agreement))
        );
        if (outcome is not KeyedOutcome.Fresh)
        {
            throw new InvalidOperationException($"A payment came to {outcome}.");
        }
    }

    /// <summary>The answer as the API gives it.</summary>
    private static byte[] Show(PaymentRow payment, AgreementRow agreement) =>
        payment.State == PaymentState.Captured
            ? JsonSerializer.SerializeToUtf8Bytes(
                new Payment
                {
                    Id = payment.Id.ToString(),
                    OrderNo = payment.OrderNo,
                    Status = PaymentStatus.Captured,
                    Amount = Money.Cny(payment.Amount),
                    DiscountAmount = Money.Cny(payment.Discount),
                    CustomerAmount = Money.Cny(payment.CustomerAmount),
                    CapturedAmount = Money.Cny(payment.Amount),
                    RefundedAmount = Money.Cny(payment.Refunded),
                    RefundableAmount = Money.Cny(payment.Refundable),
                    AgreementId = agreement.Id.ToString(),
                    AccountId = agreement.AccountId.ToString(),
                    CustomerId = agreement.CustomerId.ToString(),
                    CreatedAt = payment.CreatedAt,
                },
                ResponseJson.Default.Payment
            )
            : throw new InvalidOperationException($"A payment was declined: {payment.DeclineCode}.");
}
