using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What an app lists of its own: all of it, page by page, and nothing of others.</summary>
public sealed class ListTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    [Fact]
    public async Task An_app_lists_what_is_its_own_the_ended_and_failed_too_and_no_other_app_sees_it()
    {
        var other = await Partner.NewAppAsync();
        var second = await Partner.LinkAsync(person: 1);
        await Partner.LinkAsync(person: 2, details: [new AccountOpening(), new AccountInformation()]);
        await Partner.Client.Consents.RevokeAsync(second.ConsentId);
        var refused = await Partner.TopUpAsync(Customer, Money.Yuan(88.01m), "top-up-2");
        var paid = await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));
        var refunds = new List<Refund>();
        foreach (var yuan in (int[])[3, 2, 1])
        {
            refunds.Add(await RefundAsync(paid, Money.Yuan(yuan), $"refund-{yuan}"));
        }

        var agreements = await Partner.Client.Agreements.ListAsync().ToListAsync();
        Assert.Equal(
            [
                (Customer.AgreementId, ConsentStatus.Authorized, Money.Yuan(14)),
                (second.AgreementId, ConsentStatus.Revoked, Money.Yuan(0)),
            ],
            agreements.Select(each => ((string?)each.Id, each.Status, each.TotalPaid))
        );
        Assert.Equal(
            [ConsentStatus.Authorized, ConsentStatus.Revoked, ConsentStatus.Authorized],
            (await Partner.Client.Consents.ListAsync().ToListAsync()).Select(each => each.Status)
        );
        Assert.Equal(
            [TopUpStatus.Succeeded, TopUpStatus.Failed],
            (await Partner.Client.TopUps.ListAsync().ToListAsync()).Select(each => each.Status)
        );
        Assert.Equal(
            refunds.Select(each => each.Id),
            (await Partner.Client.Refunds.ListAsync().ToListAsync()).Select(each => each.Id)
        );
        Assert.Equal(
            DeclineCodes.CardRefused,
            (await Partner.Client.TopUps.GetAsync(refused.Id)).DeclineCode
        );
        Assert.Empty(await other.Client.Agreements.ListAsync().ToListAsync());
        Assert.Empty(await other.Client.Consents.ListAsync().ToListAsync());
        Assert.Empty(await other.Client.TopUps.ListAsync().ToListAsync());
        Assert.Empty(await other.Client.Refunds.ListAsync().ToListAsync());
        await PagesAreWalkedAsync("/v1/agreements", 2);
        await PagesAreWalkedAsync("/v1/consents", 3);
        await PagesAreWalkedAsync("/v1/top-ups", 2);
        await PagesAreWalkedAsync("/v1/refunds", 3);
    }

    [Fact]
    public async Task The_refunds_of_one_payment_are_its_own_and_no_other_app_sees_them()
    {
        var other = await Partner.NewAppAsync();
        var paid = await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));
        var untouched = await Partner.PayAsync(Customer, "order-2", Money.Yuan(20));
        var refunds = new List<string>();
        foreach (var yuan in (int[])[3, 2, 1])
        {
            refunds.Add((await RefundAsync(paid, Money.Yuan(yuan), $"refund-{yuan}")).Id);
        }

        var third = await Partner.PayAsync(Customer, "order-3", Money.Yuan(20));
        await RefundAsync(third, null, "refund");

        Assert.Equal(
            refunds,
            (await Partner.Client.Refunds.ListOfPaymentAsync(paid.Id).ToListAsync()).Select(each => each.Id)
        );
        Assert.Empty(await Partner.Client.Refunds.ListOfPaymentAsync(untouched.Id).ToListAsync());
        foreach (var (client, payment) in new[] { (other.Client, paid.Id), (Partner.Client, "pay_nothing") })
        {
            var refused = await Assert.ThrowsAsync<OpenBankingException>(async () =>
                await client.Refunds.ListOfPaymentAsync(payment).ToListAsync()
            );
            Assert.Equal(ProblemCodes.NotFound, refused.Code);
        }

        await PagesAreWalkedAsync($"/v1/payments/{paid.Id}/refunds", 3);
    }

    private Task<Refund> RefundAsync(Payment payment, Money? amount, string attempt) =>
        Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = amount },
            IdempotencyKey.FromOrder(payment.OrderNo, attempt)
        );

    /// <summary>One by one, each once.</summary>
    private async Task PagesAreWalkedAsync(string route, int count)
    {
        var ids = new List<string>();
        for (string? after = null; ids.Count < count; )
        {
            var page = (
                await Client.CallAsync(
                    HttpMethod.Get,
                    $"{route}?limit=1{(after is null ? "" : $"&after={after}")}",
                    Token
                )
            ).Json;
            ids.Add((string)page["data"]![0]!["id"]!);
            Assert.Equal(ids.Count < count, (bool)page["has_more"]!);
            after = (string?)page["next_cursor"];
        }

        Assert.Equal(count, ids.Distinct().Count());
        Assert.Equal(
            ProblemCodes.InvalidRequest,
            (await Client.CallAsync(HttpMethod.Get, $"{route}?after=eA", Token)).Code
        );
    }
}
