using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the OpenAPI document says of the bounds of a request's fields is what the server enforces: no less, and no more.</summary>
public sealed class RequestBoundTests(PayingCustomer paying, SharedServer shared)
    : IClassFixture<PayingCustomer>
{
    private const string OutOfRange = "out_of_range";
    private const string WrongFormat = "wrong_format";
    private const string Clock = "/v1/sandbox/clock";

    private static readonly string[] bounds =
    [
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "maxItems",
    ];

    /// <summary>Each field that has bounds, with the code that it is refused with beyond them.</summary>
    public static TheoryData<string, string, string, string> Fields =>
        new()
        {
            { "CreatePaymentRequest", "order_no", "/v1/payments", WrongFormat },
            { "CreatePaymentRequest", "description", "/v1/payments", WrongFormat },
            { "CreatePaymentRequest", "device_id", "/v1/payments", WrongFormat },
            { "CreatePaymentRequest", "splits", "/v1/payments", OutOfRange },
            { "CreateRefundRequest", "reason", "/v1/refunds", WrongFormat },
            { "CreateRefundRequest", "splits", "/v1/refunds", OutOfRange },
            { "CreateSubMerchantRequest", "name", "/v1/sub-merchants", WrongFormat },
            { "CreateSubMerchantRequest", "reference", "/v1/sub-merchants", WrongFormat },
            { "CreateWebhookEndpointRequest", "url", "/v1/webhook-endpoints", WrongFormat },
            { "SetSandboxFeesRequest", "basis_points", "/v1/sandbox/fees", OutOfRange },
            { "AdvanceSandboxClockRequest", "advance_seconds", Clock, OutOfRange },
            { "AccountApplicationRequest", "encrypted_applicant", "/v1/account-applications", "too_large" },
            { "SandboxSignUpRequest", "partner_name", "/sandbox/partners", WrongFormat },
        };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_bound_in_the_document_is_the_servers(
        string schema,
        string field,
        string path,
        string code
    )
    {
        var documented = (await SchemasAsync())[schema]!["properties"]![field]!;

        foreach (var value in Within(documented, isOfCharacters: code == WrongFormat))
        {
            Assert.False(await IsRefusedAsync(path, schema, field, value, code), Start(value));
        }

        foreach (var value in Beyond(documented))
        {
            Assert.True(await IsRefusedAsync(path, schema, field, value, code), Start(value));
        }
    }

    [Fact]
    public async Task No_bound_of_a_request_is_left_unproven()
    {
        var bounded =
            from schema in await SchemasAsync()
            from property in schema.Value!["properties"]?.AsObject() ?? []
            where bounds.Any(bound => property.Value![bound] is not null)
            select (schema.Key, property.Key);

        Assert.Equal(Fields.Select(field => (field.Data.Item1, field.Data.Item2)).Order(), bounded.Order());
    }

    private static string Start(JsonNode value) => string.Concat(value.ToJsonString().Take(80));

    /// <param name="isOfCharacters">Whether it may be any text. As JSON Schema counts, a character outside the first plane is one.</param>
    private static IEnumerable<JsonNode> Within(JsonNode schema, bool isOfCharacters) =>
        Bound(schema, "maximum") is { } most ? [most, Bound(schema, "minimum")!.Value]
        : Bound(schema, "maxItems") is { } items ? [Parts(items), Parts(1)]
        : schema["pattern"]?.ToString() is { } pattern
            ?
            [
                Text("a", schema, 0),
                "a",
                .. Samples
                    .Where(text => Regex.IsMatch(text, pattern, default, TimeSpan.FromSeconds(1)))
                    .Select(AsNode),
            ]
        : isOfCharacters ? [Text("a", schema, 0), Text("😀", schema, 0), "a"]
        : [Text("a", schema, 0)];

    private static IEnumerable<JsonNode> Beyond(JsonNode schema) =>
        Bound(schema, "maximum") is { } most ? [most + 1, Bound(schema, "minimum")!.Value - 1]
        : Bound(schema, "maxItems") is { } items ? [Parts(items + 1)]
        :
        [
            Text("a", schema, 1),
            .. Bound(schema, "minLength") == 1 ? (JsonNode[])[""] : [],
            .. schema["pattern"]?.ToString() is { } pattern
                ? Samples
                    .Where(text => !Regex.IsMatch(text, pattern, default, TimeSpan.FromSeconds(1)))
                    .Select(AsNode)
                : [],
        ];

    private static readonly string[] Samples =
    [
        ".",
        "..",
        "...",
        ".a",
        "a.",
        "A-Z_0:9",
        "a b",
        " a",
        "a/b",
        "a~",
        "é",
        "一",
        "\u007f",
    ];

    private static JsonNode AsNode(string text) => JsonValue.Create(text);

    private static JsonNode Text(string letter, JsonNode schema, int more) =>
        string.Concat(Enumerable.Repeat(letter, Bound(schema, "maxLength")!.Value + more));

    private static JsonArray Parts(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new JsonObject { ["amount"] = Fen(1) })];

    private static JsonObject Fen(int amount) => new() { ["currency"] = "CNY", ["amount"] = amount };

    private static int? Bound(JsonNode schema, string name) =>
        schema[name] is { } bound ? int.Parse(bound.ToString(), CultureInfo.InvariantCulture) : null;

    /// <summary>Whether a request is refused for this field, with this code. It may be for others.</summary>
    private async Task<bool> IsRefusedAsync(
        string path,
        string schema,
        string field,
        JsonNode value,
        string code
    )
    {
        var body = (await SchemasAsync())[schema]!["required"]!
            .AsArray()
            .ToDictionary(name => name!.ToString(), name => Filler(name!.ToString()));
        if (schema == "CreateRefundRequest" && field == "splits")
        {
            body["payment_id"] = await SplitPaymentAsync();
        }

        body[field] = value.DeepClone();
        // The customer's agreement would end.
        using var other = path == Clock ? await shared.NewRawClientAsync() : null;
        var answer = await (other ?? paying.Client).CallAsync(
            HttpMethod.Post,
            path,
            other is null ? paying.Token : await other.AppTokenAsync(),
            new JsonObject(body).ToJsonString(),
            Guid.NewGuid().ToString("N")
        );
        return answer.Status == 400
            && answer.Json["errors"]!
                .AsArray()
                .Any(error =>
                    error!["pointer"]!.ToString() == $"/{field}" && error["code"]!.ToString() == code
                );
    }

    private static JsonNode? Filler(string required) =>
        required switch
        {
            "amount" => Fen(1),
            "basis_points" or "advance_seconds" => 0,
            _ => "a",
        };

    /// <summary>A payment of which a merchant gets a part.</summary>
    private async Task<string> SplitPaymentAsync()
    {
        var client = paying.Client.Partner.Client;
        var number = $"split-{Guid.NewGuid():N}";
        var merchant = await client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "Noodles" },
            IdempotencyKey.FromOrder(number, "merchant")
        );
        var payment = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = number,
                Amount = Money.Cny(2),
                AgreementId = paying.Customer.AgreementId!,
                Splits =
                [
                    new Split { SubMerchantId = merchant.Id, Amount = Money.Cny(1) },
                    new Split { Amount = Money.Cny(1) },
                ],
            },
            IdempotencyKey.FromOrder(number, "payment")
        );
        return payment.Id;
    }

    private async Task<JsonObject> SchemasAsync()
    {
        using var http = new HttpClient();
        var document = await http.GetStringAsync(new Uri(shared.Server.Address, "/swagger/v1/swagger.json"));
        return JsonNode.Parse(document)!["components"]!["schemas"]!.AsObject();
    }
}
