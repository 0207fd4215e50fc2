using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

internal static class Orders
{
    public static Task<Payment> PayAsync(
        this SandboxBank bank,
        LinkedCustomer customer,
        string orderNo,
        Money amount,
        CaptureMethod? method = null,
        string? couponId = null
    ) =>
        bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = amount,
                AgreementId = customer.AgreementId!,
                CaptureMethod = method,
                CouponId = couponId,
            },
            IdempotencyKey.FromOrder(orderNo, "payment")
        );
}
