#if GENERATED
using System.Net.Http.Headers;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The same with the client that NSwag makes of the document.</summary>
internal sealed class GeneratedClient
{
    private readonly Bank.BankApi api;

    public GeneratedClient(Func<HttpClient> newHttp, string token)
    {
        var http = newHttp();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        api = new(http);
    }

    public Task<Bank.Payment> PayAsync(CreatePaymentRequest order, string key) =>
        api.CreatePaymentAsync(
            key,
            new()
            {
                Order_no = order.OrderNo,
                Amount = new() { Currency = order.Amount.Currency, Amount = order.Amount.Amount },
                Agreement_id = order.AgreementId,
                Coupon_id = order.CouponId,
            }
        );
}
#endif
