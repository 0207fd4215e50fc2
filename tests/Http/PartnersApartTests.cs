using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Nothing of one partner can be read, changed or guessed by another.</summary>
public sealed class PartnersApartTests(SharedServer shared) : IAsyncLifetime
{
    private TestPartner owner = null!;
    private LinkedCustomer customer = null!;
    private Dictionary<string, string> objects = null!;

    public async ValueTask InitializeAsync()
    {
        owner = await shared.NewPartnerAsync();
        customer = await owner.LinkAsync();
        var topUp = await owner.TopUpAsync(customer, Money.Yuan(100));
        var coupon = await owner.IssueCouponAsync(customer);
        var payment = await owner.PayAsync(customer, "order-1", Money.Yuan(19.90m), coupon.Id);
        var refund = await owner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(1) },
            IdempotencyKey.Parse("refund")
        );
        var endpoint = await owner.Client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = "http://localhost:9/hooks" }
        );
        objects = new()
        {
            ["payments"] = payment.Id,
            ["refunds"] = refund.Id,
            ["top-ups"] = topUp.Id,
            ["orders"] = "order-1",
            ["consents"] = customer.ConsentId,
            ["agreements"] = customer.AgreementId!,
            ["webhook-endpoints"] = endpoint.Id,
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_owner_reads_its_own_objects()
    {
        using var client = new RawClient(owner, shared.Server.Address);
        var token = await client.AppTokenAsync();
        foreach (var (route, id) in objects)
        {
            Assert.Equal(200, (await client.CallAsync(HttpMethod.Get, $"/v1/{route}/{id}", token)).Status);
        }
    }

    [Fact]
    public async Task Another_partner_and_another_app_of_the_partner_find_nothing()
    {
        foreach (var stranger in new[] { await shared.NewPartnerAsync(), await owner.NewAppAsync() })
        {
            using var client = new RawClient(stranger, shared.Server.Address);
            var token = await client.AppTokenAsync();
            foreach (var (route, id) in objects)
            {
                var answer = await client.CallAsync(HttpMethod.Get, $"/v1/{route}/{id}", token);
                Assert.True(
                    (answer.Status, answer.Code) == (404, ProblemCodes.NotFound),
                    $"{route}: {answer.Text}"
                );
            }

            await AssertChangesNothingAsync(client, token);
        }
    }

    [Fact]
    public async Task Another_customers_account_and_coupons_look_like_nothing()
    {
        var coupon = await owner.IssueCouponAsync(customer, "coupon-2");
        var other = await owner.LinkAsync(person: 1);

        var account = await Assert.ThrowsAsync<OpenBankingException>(() =>
            owner.Client.Accounts.GetAsync(other.CustomerId, customer.AccountId!)
        );
        var foreignCoupon = await Assert.ThrowsAsync<OpenBankingException>(() =>
            owner.Client.Coupons.GetAsync(other.CustomerId, coupon.Id)
        );
        await owner.TopUpAsync(other, Money.Yuan(100), "top-up-other");
        var payment = await owner.PayAsync(other, "order-other", Money.Yuan(20), coupon.Id);

        Assert.Equal(404, account.Status);
        Assert.Equal(404, foreignCoupon.Status);
        Assert.Equal(DeclineCodes.CouponNotFound, payment.DeclineCode);
    }

    [Fact]
    public async Task Ids_of_customer_account_and_card_are_of_the_partner()
    {
        var account = await owner.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        var sibling = await owner.NewAppAsync();
        await Task.Delay(TimeSpan.FromSeconds(10.2));
        var same = await sibling.LinkAsync();

        var other = await shared.NewPartnerAsync();
        using var client = new RawClient(other, shared.Server.Address);
        var stock = await other.Client.Coupons.ListStocksAsync().FirstAsync();
        var answer = await client.CallAsync(
            HttpMethod.Post,
            "/v1/coupons",
            await client.AppTokenAsync(),
            $$"""{"stock_id":"{{stock.Id}}","customer_id":"{{customer.CustomerId}}"}""",
            "key"
        );

        Assert.Equal((account.CustomerId, account.Id), (same.CustomerId, same.AccountId));
        Assert.Equal((403, ProblemCodes.CustomerNotLinked), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_stock_of_another_sandbox_is_not_known()
    {
        var foreign = await (await shared.NewPartnerAsync()).Client.Coupons.ListStocksAsync().FirstAsync();
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            owner.Client.Coupons.IssueAsync(
                new IssueCouponRequest { StockId = foreign.Id, CustomerId = customer.CustomerId },
                IdempotencyKey.Parse("foreign")
            )
        );
        Assert.Equal(ProblemCodes.InvalidRequest, refused.Code);
    }

    private async Task AssertChangesNothingAsync(RawClient client, string token)
    {
        (string Path, string Body)[] writes =
        [
            (
                "/v1/payments",
                $$$"""{"order_no":"x","amount":{"currency":"CNY","amount":1},"agreement_id":"{{{customer.AgreementId}}}"}"""
            ),
            (
                "/v1/top-ups",
                $$$"""{"amount":{"currency":"CNY","amount":1},"agreement_id":"{{{customer.AgreementId}}}"}"""
            ),
            ("/v1/refunds", $$$"""{"payment_id":"{{{objects["payments"]}}}"}"""),
            ($"/v1/payments/{objects["payments"]}/capture", "{}"),
            ($"/v1/payments/{objects["payments"]}/cancel", "{}"),
            ($"/v1/consents/{customer.ConsentId}/revoke", "{}"),
        ];
        var before = await owner.BalanceAsync(customer);
        foreach (var (path, body) in writes)
        {
            var answer = await client.CallAsync(
                HttpMethod.Post,
                path,
                token,
                body,
                Guid.NewGuid().ToString("N")
            );
            Assert.InRange(answer.Status, 400, 404);
        }

        var deleted = await client.CallAsync(
            HttpMethod.Delete,
            $"/v1/webhook-endpoints/{objects["webhook-endpoints"]}",
            token
        );
        Assert.Equal(404, deleted.Status);
        Assert.Equal(before, await owner.BalanceAsync(customer));
    }
}
