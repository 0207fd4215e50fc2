using System.Text;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Whatever is sent, the answer is a 4xx problem with a stable code, and nothing changes.</summary>
public sealed class BadInputTests(PayingCustomer paying) : IClassFixture<PayingCustomer>
{
    private RawClient Client => paying.Client;

    private LinkedCustomer Customer => paying.Customer;

    private string Token => paying.Token;

    public static TheoryData<string, string, string> Bodies =>
        new()
        {
            { "", "invalid_json", "" },
            { "{", "invalid_json", "" },
            { "nonsense", "invalid_json", "" },
            { "\0", "invalid_json", "" },
            { "{\"order_no\":\"a\",\"order_no\":\"b\"}", "invalid_json", "" },
            { $"{new string('[', 40)}{new string(']', 40)}", "invalid_json", "" },
            { "null", "invalid_request", "" },
            { "[]", "invalid_request", "" },
            { "{}", "invalid_request", "/order_no" },
            { "{\"surprise\":1}", "invalid_request", "/surprise" },
            { Order("\"order_no\":7"), "invalid_request", "/order_no" },
            { Order("\"order_no\":null"), "invalid_request", "/order_no" },
            { Order("\"order_no\":\"\""), "invalid_request", "/order_no" },
            { Order("\"order_no\":\"a b\""), "invalid_request", "/order_no" },
            { Order($"\"order_no\":\"{new string('a', 65)}\""), "invalid_request", "/order_no" },
            { Order("\"amount\":1990"), "invalid_request", "/amount" },
            { Held("\"2026-12-31\""), "invalid_request", "/expires_at" },
            { Held("\"2026-12-31T16:00:00\""), "invalid_request", "/expires_at" },
            { Held("\"2026-12-31T16:00Z\""), "invalid_request", "/expires_at" },
            { Held("\"2026-12-31 16:00:00Z\""), "invalid_request", "/expires_at" },
            { Held("\"2026-12-31T16:00:00Z\\n\""), "invalid_request", "/expires_at" },
            { Held("\"2026-02-30T16:00:00Z\""), "invalid_request", "/expires_at" },
            { Held("1798732800"), "invalid_request", "/expires_at" },
            { Order("\"amount\":{\"currency\":\"CNY\"}"), "invalid_request", "/amount/amount" },
            {
                Order("\"amount\":{\"currency\":\"CNY\",\"amount\":19.9}"),
                "invalid_request",
                "/amount/amount"
            },
            {
                Order("\"amount\":{\"currency\":\"CNY\",\"amount\":\"1990\"}"),
                "invalid_request",
                "/amount/amount"
            },
            {
                Order("\"amount\":{\"currency\":\"CNY\",\"amount\":1e400}"),
                "invalid_request",
                "/amount/amount"
            },
            {
                Order("\"amount\":{\"currency\":\"CNY\",\"amount\":9223372036854775808}"),
                "invalid_request",
                "/amount/amount"
            },
            {
                Order("\"amount\":{\"currency\":\"CNY\",\"amount\":9223372036854775807}"),
                "invalid_request",
                "/amount/amount"
            },
            { Order("\"amount\":{\"currency\":\"CNY\",\"amount\":0}"), "invalid_request", "/amount/amount" },
            { Order("\"amount\":{\"currency\":\"CNY\",\"amount\":-0}"), "invalid_request", "/amount/amount" },
            { Order("\"amount\":{\"currency\":\"CNY\",\"amount\":-1}"), "invalid_request", "/amount/amount" },
            {
                Order("\"amount\":{\"currency\":\"USD\",\"amount\":1}"),
                "invalid_request",
                "/amount/currency"
            },
            { Order("\"amount\":{\"currency\":null,\"amount\":1}"), "invalid_request", "/amount/currency" },
            {
                Order("\"amount\":{\"currency\":\"CNY\",\"amount\":1,\"tip\":1}"),
                "invalid_request",
                "/amount/tip"
            },
            {
                Order("\"agreement_id\":\"agr_00000000000000000000000000\""),
                "invalid_request",
                "/agreement_id"
            },
            {
                Order("\"agreement_id\":\"pay_00000000000000000000000000\""),
                "invalid_request",
                "/agreement_id"
            },
            { Order("\"agreement_id\":\"agr_' OR 1=1 --\""), "invalid_request", "/agreement_id" },
            { Order("\"coupon_id\":\"no coupon\""), "invalid_request", "/coupon_id" },
            { Order("\"description\":\"\\u0000\""), "invalid_request", "/description" },
            { Order("\"description\":\"\\u115f\""), "invalid_request", "/description" },
            { Order("\"description\":\"  \""), "invalid_request", "/description" },
            { Order("\"device_id\":\"\""), "invalid_request", "/device_id" },
            { Order("\"scene\":\"\""), "invalid_request", "/scene" },
            { Order($"\"description\":\"{new string('d', 129)}\""), "invalid_request", "/description" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_wrong_body_is_refused_and_names_what_is_wrong(
        string body,
        string code,
        string pointer
    )
    {
        var answer = await PayAsync(body.Replace("AGREEMENT", Customer.AgreementId));

        Assert.Equal((400, code), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.ContentHeaders.ContentType!.MediaType);
        Assert.StartsWith("req_", answer.Json["request_id"]!.GetValue<string>());
        if (pointer.Length > 0)
        {
            Assert.Contains(
                answer.Json["errors"]!.AsArray(),
                error => error!["pointer"]!.GetValue<string>() == pointer
            );
        }

        Assert.Equal(Money.Yuan(100), await Client.Partner.BalanceAsync(Customer));
    }

    /// <summary>In a name, and in a text of a whole request, as from a program that writes GBK.</summary>
    [Theory]
    [InlineData("{\"", "\":1}")]
    [InlineData(
        "{\"order_no\":\"o\",\"description\":\"",
        "\",\"amount\":{\"currency\":\"CNY\",\"amount\":1}}"
    )]
    public async Task Text_that_is_no_unicode_is_refused(string before, string after)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            Token,
            "{}",
            "key",
            change: request =>
            {
                byte[] body =
                [
                    .. Encoding.UTF8.GetBytes(before),
                    0xc4,
                    0xe3,
                    .. Encoding.UTF8.GetBytes(after),
                ];
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new("application/json");
            }
        );
        Assert.Equal((400, "invalid_json"), (answer.Status, answer.Code));
        Assert.Equal("The body is not in UTF-8.", (string)answer.Json["detail"]!);
    }

    [Theory]
    [InlineData("", "The body is empty")]
    [InlineData("\uFEFF{}", "byte order mark")]
    [InlineData("""{"order_no":"a","order_no":"b"}""", "there twice")]
    [InlineData("{\n  \"order_no\": 'a'}", "from line 2, byte 15 on")]
    [InlineData("{} {}", "from line 1, byte 4 on")]
    [InlineData("{\"\\ud800\":1}", "half a surrogate pair")]
    public async Task What_is_no_JSON_is_told_where_and_why(string body, string why) =>
        Assert.Contains(why, (await PayAsync(body)).Json["detail"]!.GetValue<string>());

    [Fact]
    public async Task Half_a_surrogate_pair_in_a_name_is_refused()
    {
        var answer = await PayAsync("{\"\\ud800\":1}");
        Assert.Equal((400, "invalid_json"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_lone_surrogate_is_refused()
    {
        var answer = await PayAsync(
            Order("\"description\":\"\\ud800\"").Replace("AGREEMENT", Customer.AgreementId)
        );
        Assert.Equal(400, answer.Status);
        var error = Assert.Single(answer.Json["errors"]!.AsArray())!;
        Assert.Equal("/description", (string)error["pointer"]!);
        Assert.Contains("half a surrogate pair", (string)error["detail"]!);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        var answer = await PayAsync(Order($"\"description\":\"{new string('d', 300_000)}\""));
        Assert.Equal((413, ProblemCodes.BodyTooLarge), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Headers_over_the_limit_are_refused()
    {
        var answer = await Client.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            Token,
            change: request => request.Headers.Add("x-long", new string('a', 20_000))
        );
        Assert.Equal(431, answer.Status);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=gbk")]
    public async Task Another_media_type_is_refused(string type)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            Token,
            "{}",
            "key",
            change: request =>
                request.Content!.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(
                    type
                )
        );
        Assert.Equal((415, ProblemCodes.UnsupportedMediaType), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("PUT", "/v1/payments")]
    [InlineData("DELETE", "/v1/payments")]
    [InlineData("PATCH", "/v1/accounts")]
    public async Task Another_method_is_refused(string method, string path)
    {
        var answer = await Client.CallAsync(new HttpMethod(method), path, Token);
        Assert.Equal((405, ProblemCodes.MethodNotAllowed), (answer.Status, answer.Code));
        Assert.NotEmpty(answer.ContentHeaders.Allow);
    }

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/nothing")]
    [InlineData("/nothing")]
    [InlineData("/v1/payments/../../etc/passwd")]
    public async Task An_unknown_address_is_a_problem_too(string path)
    {
        var answer = await Client.CallAsync(HttpMethod.Get, path, Token);
        Assert.Equal((404, ProblemCodes.NotFound), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData(null, "idempotency_key_required")]
    [InlineData("", "idempotency_key_required")]
    [InlineData("with space", "idempotency_key_invalid")]
    [InlineData("tab\there", "idempotency_key_invalid")]
    [InlineData(
        "01234567890123456789012345678901234567890123456789012345678901234",
        "idempotency_key_invalid"
    )]
    public async Task A_missing_or_wrong_idempotency_key_is_refused(string? key, string code)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            Token,
            Order("").Replace("AGREEMENT", Customer.AgreementId),
            idempotencyKey: null,
            change: request =>
            {
                if (key is not null)
                {
                    request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
                }
            }
        );
        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=ten")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?after=!!!")]
    [InlineData("?after=")]
    [InlineData("?after=aGVsbG8")]
    public async Task A_wrong_page_is_refused(string query)
    {
        var answer = await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks" + query, Token);
        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("?payment_id=pay_1", "payment_id")]
    [InlineData("?limit=1&Limit=2", "Limit")]
    [InlineData("?=1", "")]
    public async Task A_parameter_that_a_list_does_not_have_is_refused_and_not_taken_for_a_filter(
        string query,
        string name
    )
    {
        var answer = await Client.CallAsync(HttpMethod.Get, "/v1/refunds" + query, Token);
        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
        var error = answer.Json["errors"]![0]!;
        Assert.Equal((name, "unknown_field"), ((string?)error["pointer"], (string?)error["code"]));
    }

    [Theory]
    [InlineData("/v1/payments/")]
    [InlineData("/v1/refunds/")]
    [InlineData("/v1/top-ups/")]
    [InlineData("/v1/consents/")]
    [InlineData("/v1/agreements/")]
    [InlineData("/v1/orders/")]
    [InlineData("/v1/webhook-endpoints/")]
    [InlineData("/v1/sub-merchants/")]
    [InlineData("/v1/payouts/")]
    public async Task An_id_of_nothing_is_not_found_whatever_it_looks_like(string route)
    {
        string[] ids =
        [
            "x",
            "pay_00000000000000000000000000",
            "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "%F0%9F%8D%9C",
            new('9', 900),
        ];
        foreach (var id in ids)
        {
            var answer = await Client.CallAsync(HttpMethod.Get, route + id, Token);
            Assert.Equal((404, ProblemCodes.NotFound), (answer.Status, answer.Code));
        }
    }

    /// <summary>An order whose money is held until then.</summary>
    private static string Held(string expiresAt) =>
        Order($"\"capture_method\":\"manual\",\"expires_at\":{expiresAt}");

    /// <summary>An order with one member replaced or added.</summary>
    private static string Order(string member)
    {
        var name = member.Length == 0 ? "" : member[1..member.IndexOf('"', 1)];
        string[] usual =
        [
            "\"order_no\":\"order-1\"",
            "\"amount\":{\"currency\":\"CNY\",\"amount\":100}",
            "\"agreement_id\":\"AGREEMENT\"",
        ];
        var members = usual.Where(other =>
            name.Length == 0 || !other.StartsWith($"\"{name}\"", StringComparison.Ordinal)
        );
        return "{" + string.Join(",", member.Length == 0 ? members : members.Append(member)) + "}";
    }

    private Task<RawAnswer> PayAsync(string body) =>
        Client.CallAsync(HttpMethod.Post, "/v1/payments", Token, body, Guid.NewGuid().ToString("N"));
}
