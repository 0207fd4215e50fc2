using System.Text.Json;
using RestSharp;
using RestSharp.Serializers.Json;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The same with RestSharp, as its documentation has it.</summary>
internal sealed class RestSharpClient
{
    private static readonly JsonSerializerOptions json = new(RequestJson.Default.Options)
    {
        TypeInfoResolver = System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine(
            RequestJson.Default,
            ResponseJson.Default
        ),
    };

    private readonly RestClient rest;

    public RestSharpClient(Func<HttpClient> newHttp, string token)
    {
        rest = new RestClient(
            newHttp(),
            configureSerialization: serializers => serializers.UseSystemTextJson(json)
        );
        rest.AddDefaultHeader("Authorization", "Bearer " + token);
    }

    public async Task<Payment> PayAsync(CreatePaymentRequest order, string key)
    {
        var request = new RestRequest("/v1/payments", Method.Post)
            .AddJsonBody(order)
            .AddHeader("Idempotency-Key", key);
        return (await rest.PostAsync<Payment>(request))!;
    }
}
