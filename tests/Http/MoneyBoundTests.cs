using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>How much money a request may name, as the OpenAPI document says it beside each of its amounts, is what the server takes:
/// no less, and no more.</summary>
public sealed class MoneyBoundTests(PayingCustomer paying, SharedServer shared)
    : IClassFixture<PayingCustomer>
{
    private const string Agreement = "AuthorizationDetail";

    /// <summary>The amounts of requests, and where they are sent.</summary>
    public static TheoryData<string, string, string> Amounts =>
        new()
        {
            { "CreatePaymentRequest", "amount", "/v1/payments" },
            { "Split", "amount", "/v1/payments" },
            { "CapturePaymentRequest", "amount", "/v1/payments/{held}/capture" },
            { "CreateRefundRequest", "amount", "/v1/refunds" },
            { "CreateTopUpRequest", "amount", "/v1/top-ups" },
            { "SetSandboxFeesRequest", "minimum", "/v1/sandbox/fees" },
            { "SetSandboxFeesRequest", "cap", "/v1/sandbox/fees" },
        };

    public static TheoryData<string> Limits =>
        ["per_payment_limit", "daily_limit", "monthly_limit", "total_limit"];

    [Theory]
    [MemberData(nameof(Amounts))]
    public async Task The_least_and_the_most_that_the_document_names_are_the_servers(
        string schema,
        string field,
        string path
    )
    {
        var (least, most) = await BoundsAsync(schema, field);
        if (path.Contains("{held}", StringComparison.Ordinal))
        {
            path = path.Replace("{held}", await HoldAsync(), StringComparison.Ordinal);
        }

        Assert.False(await IsRefusedAsync(least));
        Assert.False(await IsRefusedAsync(most));
        Assert.True(await IsRefusedAsync(least - 1));
        Assert.True(await IsRefusedAsync(most + 1));

        async Task<bool> IsRefusedAsync(long fen)
        {
            var answer = await paying.Client.CallAsync(
                HttpMethod.Post,
                path,
                paying.Token,
                BodyWith(schema, field, fen).ToJsonString(),
                Guid.NewGuid().ToString("N")
            );
            return answer.Status == 400
                && answer.Json["errors"]!
                    .AsArray()
                    .Any(error =>
                        error!["pointer"]!.ToString().EndsWith($"/{field}/amount", StringComparison.Ordinal)
                        && error["code"]!.ToString() == "out_of_range"
                    );
        }
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task So_are_those_of_an_agreements_limits(string limit)
    {
        var (least, most) = await BoundsAsync(Agreement, limit);

        Assert.Equal(201, await PushAsync(least, least));
        Assert.Equal(201, await PushAsync(most, most));
        Assert.Equal(400, await PushAsync(least - 1, least));
        Assert.Equal(400, await PushAsync(most + 1, most));

        async Task<int> PushAsync(long fen, long others)
        {
            var terms = Limits
                .Select(row => row.Data)
                .ToDictionary(name => name, _ => (JsonNode?)Fen(others));
            terms[limit] = Fen(fen);
            terms["type"] = "payment_agreement";
            terms["top_up_allowed"] = false;
            var answer = await paying.Client.PushAsync(
                ("authorization_details", new JsonArray(new JsonObject(terms)).ToJsonString())
            );
            return answer.Status;
        }
    }

    /// <summary>An amount of an answer has none: a statement's may be less than zero, and sums have no end.</summary>
    [Fact]
    public async Task Every_amount_of_a_request_has_bounds_and_no_other()
    {
        var bounded =
            from schema in await SchemasAsync()
            from property in schema.Value!["properties"]?.AsObject() ?? []
            where property.Value!["properties"]?["amount"]?["maximum"] is not null
            select $"{schema.Key}.{property.Key}";

        Assert.Equal(
            Amounts
                .Select(amount => $"{amount.Data.Item1}.{amount.Data.Item2}")
                .Concat(Limits.Select(limit => $"{Agreement}.{limit.Data}"))
                .Order(StringComparer.Ordinal),
            bounded.Order(StringComparer.Ordinal)
        );
    }

    private static JsonObject BodyWith(string schema, string field, long fen)
    {
        var amount = Fen(fen);
        return schema switch
        {
            "CreatePaymentRequest" => new() { ["order_no"] = "a", [field] = amount },
            "Split" => new()
            {
                ["order_no"] = "a",
                ["amount"] = Fen(1),
                ["splits"] = new JsonArray(new JsonObject { [field] = amount }),
            },
            "CreateRefundRequest" => new() { ["payment_id"] = "a", [field] = amount },
            "CreateTopUpRequest" => new() { ["agreement_id"] = "a", [field] = amount },
            "SetSandboxFeesRequest" => new() { ["basis_points"] = 1, [field] = amount },
            _ => new() { [field] = amount },
        };
    }

    private static JsonObject Fen(long amount) => new() { ["currency"] = "CNY", ["amount"] = amount };

    private async Task<string> HoldAsync()
    {
        var number = $"hold-{Guid.NewGuid():N}";
        var held = await paying.Client.Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = number,
                Amount = Money.Cny(1),
                AgreementId = paying.Customer.AgreementId!,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder(number, "payment")
        );
        return held.Id;
    }

    private async Task<(long Least, long Most)> BoundsAsync(string schema, string field)
    {
        var amount = (await SchemasAsync())[schema]!["properties"]![field]!;
        Assert.Equal("#/components/schemas/Money", amount["$ref"]!.ToString());
        var beside = amount["properties"]!["amount"]!;
        return (beside["minimum"]!.GetValue<long>(), beside["maximum"]!.GetValue<long>());
    }

    private async Task<JsonObject> SchemasAsync()
    {
        using var http = new HttpClient();
        var document = await http.GetStringAsync(new Uri(shared.Server.Address, "/swagger/v1/swagger.json"));
        return JsonNode.Parse(document)!["components"]!["schemas"]!.AsObject();
    }
}
