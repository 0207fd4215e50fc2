using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace OpenBanking.Tests.SdkBench;

/// <summary>What somebody writes who does it all by hand, and well: one HttpClient, generated serializers, no
/// reflection.</summary>
internal sealed class HandWrittenClient
{
    private readonly HttpClient http;

    public HandWrittenClient(Func<HttpClient> newHttp, string token)
    {
        http = newHttp();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<Payment> PayAsync(CreatePaymentRequest order, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments")
        {
            Content = JsonContent.Create(order, RequestJson.Default.CreatePaymentRequest),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ResponseJson.Default.Payment))!;
    }
}
