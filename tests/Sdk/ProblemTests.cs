using System.Text.Json;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class ProblemTests : IAsyncLifetime
{
    private const string PaymentRoute = "GET /v1/payments/pay_1";
    private StubBank bank = null!;

    public async ValueTask InitializeAsync() => bank = await StubBank.StartAsync();

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_problem_becomes_an_exception_with_all_it_says()
    {
        var refusal = await RefusedAsync(
            Answers.Problem(400, ProblemCodes.InvalidRequest, "The amount is missing.")
        );

        Assert.Equal((400, ProblemCodes.InvalidRequest), (refusal.Status, refusal.Code));
        Assert.Equal(Answers.RequestId, refusal.RequestId);
        Assert.False(refusal.Retryable);
        Assert.Equal(("/amount", "required"), (refusal.Errors[0].Pointer, refusal.Errors[0].Code));
        Assert.Equal(
            $"Refused. The amount is missing. /amount: An amount. (code invalid_request, HTTP 400, request {Answers.RequestId})",
            refusal.Message
        );
    }

    [Fact]
    public async Task An_entry_of_a_problem_shows_its_own_fields_alone()
    {
        var refusal = await RefusedAsync(
            Answers.Problem(400, ProblemCodes.InvalidRequest, "The amount is missing.")
        );

        Assert.Equal(
            "ProblemError { Pointer = /amount, Code = required, Detail = An amount. }",
            refusal.Errors[0].ToString()
        );
    }

    [Theory]
    [InlineData("kid cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", true)]
    [InlineData("kid eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", false)]
    [InlineData("key cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", false)]
    [InlineData("https://shop.example/OpenBanking/Account/Callback2", true)]
    [InlineData("MIGHAgEAMBMGByqGSM49/gEGCCqGSM49AwEHBG0w/awIBAQQg", false)]
    public async Task Of_what_looks_like_a_secret_the_ids_of_keys_alone_are_shown(string named, bool shown)
    {
        var refusal = await RefusedAsync(
            Answers.Problem(400, ProblemCodes.InvalidRequest, $"Registered are {named}.")
        );

        Assert.Equal(shown, refusal.Message.Contains(named, StringComparison.Ordinal));
        Assert.Equal(!shown, refusal.Message.Contains("***", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_of_a_newer_server_is_kept()
    {
        var refusal = await RefusedAsync(Answers.Problem(409, "order_closed_by_magic"));

        Assert.Equal("order_closed_by_magic", refusal.Code);
    }

    [Theory]
    [InlineData("<html>", "text/html")]
    [InlineData("{}", "application/problem+json")]
    [InlineData("", "application/problem+json")]
    [InlineData("[1]", "application/json")]
    public async Task An_answer_that_is_none_of_the_APIs_is_named_as_such(string body, string mediaType)
    {
        var refusal = await RefusedAsync(Answers.Text(418, body, mediaType));

        Assert.Equal((418, ClientErrorCodes.UnexpectedAnswer), (refusal.Status, refusal.Code));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        bank.Script("GET /elsewhere", Answers.Payment(Samples.Payment));

        var refusal = await RefusedAsync(context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        Assert.Equal(302, refusal.Status);
        Assert.Empty(bank.Of("GET /elsewhere"));
    }

    [Fact]
    public async Task A_refused_token_is_an_authentication_exception_even_without_a_body()
    {
        var refusal = await RefusedAsync(Answers.Challenge("invalid_token"));

        Assert.IsType<OpenBankingAuthenticationException>(refusal);
        Assert.Equal(ProblemCodes.InvalidToken, refusal.Code);
    }

    [Fact]
    public async Task A_gateway_that_asks_for_something_else_refuses_no_token()
    {
        var refusal = await RefusedAsync(Answers.Text(401, "<html>Sign in</html>", "text/html"));

        Assert.IsType<OpenBankingException>(refusal);
        Assert.Equal((401, ClientErrorCodes.UnexpectedAnswer), (refusal.Status, refusal.Code));
        Assert.Contains("a gateway in between gave it", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The API has no OAuth errors: whoever sends one is not the bank.</summary>
    [Theory]
    [InlineData(401, ClientErrorCodes.UnexpectedAnswer)]
    [InlineData(403, ClientErrorCodes.UnexpectedAnswer)]
    [InlineData(409, ClientErrorCodes.UnexpectedAnswer)]
    [InlineData(429, ProblemCodes.RateLimited)]
    public async Task An_OAuth_error_from_where_the_API_should_be_is_a_gateways(int status, string code)
    {
        var refusal = await RefusedAsync(Answers.OAuthError(status, "access_denied"));

        Assert.IsType<OpenBankingException>(refusal);
        Assert.Equal((status, code), (refusal.Status, refusal.Code));
        Assert.Contains("gateway", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"(code {code}, HTTP {status}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_where_tokens_are_given_names_the_endpoint_and_what_to_do()
    {
        bank.Script("POST /token", Answers.Text(403, "<html>", "text/html"));

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client().Payments.GetAsync("pay_1")
        );

        Assert.StartsWith(
            "The answer of POST /token is none of the authorization server's own",
            refusal.Message
        );
        Assert.Contains("make the call again later", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_picture_and_what_is_no_item_cannot_be_read()
    {
        foreach (var body in (string[])["<html>login</html>", "{}", ""])
        {
            bank.Script("GET /v1/payments/pay_1/qr-code", Answers.Text(200, body, "text/html"));
            await AssertUnreadableAsync(() => bank.Client().Payments.GetQrCodeAsync("pay_1"));
        }

        bank.Script(
            "DELETE /v1/webhook-endpoints/whe_1",
            Answers.Text(200, "<html>login</html>", "text/html")
        );
        await AssertUnreadableAsync(() => bank.Client().WebhookEndpoints.DeleteAsync("whe_1"));

        bank.Script(
            "GET /v1/refunds",
            Answers.Json(200, new { data = new object?[] { null }, has_more = false })
        );
        await AssertUnreadableAsync(async () => await bank.Client().Refunds.ListAsync().ToListAsync());

        static async Task AssertUnreadableAsync(Func<Task> call) =>
            Assert.Equal(
                ClientErrorCodes.UnexpectedAnswer,
                (await Assert.ThrowsAsync<OpenBankingException>(call)).Code
            );
    }

    [Fact]
    public void What_was_read_twice_is_the_same()
    {
        var (first, second) = (
            new ClosedOrder { OrderNo = "I-1", ClosedAt = Samples.CreatedAt },
            new ClosedOrder { OrderNo = "I-1", ClosedAt = Samples.CreatedAt }
        );
        second.Response = new ResponseInfo("req_2", 200, IdempotencyReplayed: false);

        Assert.Equal(first, second);
        Assert.NotEqual(first, second with { OrderNo = "I-2" });
    }

    [Fact]
    public async Task What_looks_like_a_secret_or_a_persons_number_does_not_get_into_messages()
    {
        string[] secrets =
        [
            "13800138000",
            "110101199003074514",
            "11010119900307451X",
            "6222 0212 3456 7890 123",
            "6222-0212-3456-7890",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjdXNfMSJ9.c2lnbmF0dXJl",
            "SplxlOBeZQQYbYS6WxSbIA",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ];
        var harmless = $"the agreement {Samples.AgreementId} of invalid_authorization_details, 1990 fen";

        var refusal = await RefusedAsync(
            Answers.Problem(422, "some_code", string.Join(" and ", secrets) + "; " + harmless)
        );

        Assert.All(
            secrets,
            secret => Assert.DoesNotContain(secret, refusal.ToString(), StringComparison.Ordinal)
        );
        Assert.Contains(harmless, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_of_a_newer_server_are_kept()
    {
        var topUp = await TopUpAsync("new");

        Assert.Equal("paused", topUp.Status.Value);
        Assert.Equal("new", topUp.AdditionalFields!["rail"].GetString());
    }

    [Fact]
    public async Task What_is_read_twice_is_the_same_until_a_field_of_a_newer_server_changes()
    {
        var topUp = await TopUpAsync("new");

        Assert.Equal(topUp, await TopUpAsync("new"));
        Assert.NotEqual(topUp, await TopUpAsync("other"));
        Assert.NotEqual(topUp, topUp with { AdditionalFields = null });
        Assert.Equal(
            topUp with
            {
                AdditionalFields = null,
            },
            topUp with
            {
                AdditionalFields = new Dictionary<string, JsonElement>(),
            }
        );
    }

    private async Task<TopUp> TopUpAsync(string rail)
    {
        bank.Script(
            "GET /v1/top-ups/top_1",
            Answers.Text(
                200,
                $$"""
                {"id":"top_1","status":"paused","amount":{"currency":"CNY","amount":1},"agreement_id":"agr_1",
                "account_id":"acct_1","card_id":"card_1","created_at":"2026-11-20T08:00:00Z","rail":"{{rail}}"}
                """,
                "application/json"
            )
        );
        return await bank.Client().TopUps.GetAsync("top_1");
    }

    private async Task<OpenBankingException> RefusedAsync(Microsoft.AspNetCore.Http.RequestDelegate answer)
    {
        bank.Script(PaymentRoute, answer);
        return await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            bank.Client().Payments.GetAsync("pay_1")
        );
    }
}
