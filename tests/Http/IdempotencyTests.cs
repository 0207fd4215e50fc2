using System.Text.Json;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>One key, one effect, one answer.</summary>
public sealed class IdempotencyTests(SharedServer shared) : PayingCustomerTests(shared)
{
    [Fact]
    public async Task The_same_request_with_the_same_key_is_answered_byte_for_byte_the_same()
    {
        var first = await PayAsync("key-1", 1_000);
        var second = await PayAsync("key-1", 1_000);

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal(first.Bytes, second.Bytes);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(Money.Yuan(90), await Client.Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task A_replay_shows_the_answer_of_then_and_not_the_state_of_now()
    {
        var first = await PayAsync("key-1", 1_000);
        await Client.Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = first.Json["id"]!.GetValue<string>() },
            IdempotencyKey.Parse("refund-1")
        );

        var replayed = await PayAsync("key-1", 1_000);

        Assert.Equal(first.Bytes, replayed.Bytes);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused_and_moves_nothing()
    {
        await PayAsync("key-1", 1_000);
        var other = await PayAsync("key-1", 2_000);

        Assert.Equal((422, ProblemCodes.IdempotencyKeyReused), (other.Status, other.Code));
        Assert.Contains("byte by byte", other.Json["detail"]!.GetValue<string>());
        Assert.Equal(Money.Yuan(90), await Client.Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task The_same_key_on_another_route_is_refused()
    {
        await PayAsync("key-1", 1_000);
        var body =
            $$$"""{"agreement_id":"{{{Customer.AgreementId}}}","amount":{"currency":"CNY","amount":100}}""";
        var other = await Client.CallAsync(HttpMethod.Post, "/v1/top-ups", Token, body, "key-1");

        Assert.Equal((422, ProblemCodes.IdempotencyKeyReused), (other.Status, other.Code));
    }

    [Fact]
    public async Task A_refused_request_leaves_its_key_unused()
    {
        await PayAsync("key-1", 1_000);
        var refused = await PayAsync("key-2", 1_000);
        Assert.Equal((409, ProblemCodes.OrderAlreadyPaid), (refused.Status, refused.Code));

        var accepted = await PayAsync("key-2", 1_000, "order-2");

        Assert.Equal(201, accepted.Status);
    }

    [Fact]
    public async Task A_request_is_answered_again_as_it_was_when_what_it_names_is_over()
    {
        var ends = DateTimeOffset.UtcNow.AddSeconds(2);
        var order = new CreatePaymentRequest
        {
            OrderNo = "order-1",
            Amount = Money.Yuan(10),
            AgreementId = Customer.AgreementId,
            CaptureMethod = CaptureMethod.Manual,
            ExpiresAt = ends,
        };
        var body = JsonSerializer.Serialize(order, RequestJson.Default.CreatePaymentRequest);
        Task<RawAnswer> HoldAsync(string key) =>
            Client.CallAsync(HttpMethod.Post, "/v1/payments", Token, body, key);

        var first = await HoldAsync("key-1");
        await Task.Delay(ends - DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50));
        var (again, late) = (await HoldAsync("key-1"), await HoldAsync("key-2"));

        Assert.Equal((201, 201), (first.Status, again.Status));
        Assert.Equal(first.Bytes, again.Bytes);
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal((400, ProblemCodes.InvalidRequest), (late.Status, late.Code));
    }

    [Fact]
    public async Task A_decline_is_answered_again_as_a_decline()
    {
        var declined = await PayAsync("key-1", 1_000_000);
        await Client.Partner.TopUpAsync(Customer, Money.Yuan(20_000), "top-up-2");
        var replayed = await PayAsync("key-1", 1_000_000);

        Assert.Equal("failed", declined.Json["status"]!.GetValue<string>());
        Assert.Equal(declined.Bytes, replayed.Bytes);
    }

    [Fact]
    public async Task Fifty_requests_at_once_with_one_key_pay_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PayAsync("key-1", 1_000)));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Single(answers.Select(answer => answer.Text).Distinct());
        Assert.Equal(49, answers.Count(answer => answer.Headers.Contains("Idempotency-Replayed")));
        Assert.Equal(Money.Yuan(90), await Client.Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task Keys_of_two_apps_do_not_meet()
    {
        using var other = await Shared.NewRawClientAsync();
        var otherCustomer = await other.Partner.LinkAsync();
        await other.Partner.TopUpAsync(otherCustomer, Money.Yuan(100));

        var first = await PayAsync("key-1", 1_000);
        var second = await other.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            await other.AppTokenAsync(),
            Body(otherCustomer.AgreementId!, 2_000, "order-1"),
            "key-1"
        );

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.False(second.Headers.Contains("Idempotency-Replayed"));
    }

    private Task<RawAnswer> PayAsync(string key, long amount, string orderNo = "order-1") =>
        Client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            Token,
            Body(Customer.AgreementId!, amount, orderNo),
            key
        );

    private static string Body(string agreementId, long amount, string orderNo) =>
        $$$"""{"order_no":"{{{orderNo}}}","amount":{"currency":"CNY","amount":{{{amount}}}},"agreement_id":"{{{agreementId}}}"}""";
}
