using OpenBanking.Testing;

namespace OpenBanking.Tests.Contract;

/// <summary>Merchants that sell through the partner, and what is paid out when the day is over.</summary>
public sealed partial class ExampleJourney
{
    private async Task SettleAsync()
    {
        await RecordAsync(
            "setSandboxFees",
            "fees",
            "0.60 %, at least 0.10",
            () =>
                client.Sandbox.SetFeesAsync(
                    new SetSandboxFeesRequest { BasisPoints = 60, Minimum = Money.Yuan(0.10m) }
                )
        );
        var merchant = await RecordAsync(
            "createSubMerchant",
            "merchant",
            "A shop that sells through the partner",
            () =>
                client.SubMerchants.CreateAsync(
                    new CreateSubMerchantRequest { Name = "Noodle House", Reference = "shop-17" },
                    IdempotencyKey.FromOrder("shop-17", "sub-merchant")
                )
        );
        await RecordAsync(
            "listSubMerchants",
            "merchants",
            "The one shop",
            async () => await client.SubMerchants.ListAsync().FirstAsync()
        );
        await RecordAsync(
            "createPayment",
            "for_a_merchant",
            "8.00, all of it for the shop",
            () =>
                client.Payments.CreateAsync(
                    new CreatePaymentRequest
                    {
                        OrderNo = "meal-1001",
                        Amount = Money.Yuan(8),
                        AgreementId = customer.AgreementId,
                        SubMerchantId = merchant.Id,
                    },
                    IdempotencyKey.FromOrder("meal-1001", "payment")
                )
        );
        await RecordAsync(
            "getSubMerchant",
            "merchant",
            "It may be paid",
            () => client.SubMerchants.GetAsync(merchant.Id)
        );
        await RecordAsync(
            "closeSubMerchant",
            "closed",
            "Nobody pays it any more",
            () => client.SubMerchants.CloseAsync(merchant.Id)
        );
        await RecordAsync(
            "advanceSandboxClock",
            "past_midnight",
            "25 hours on: the day is over, and is paid out",
            () => client.Sandbox.AdvanceClockAsync(TimeSpan.FromHours(25))
        );
        await RecordAsync("getSandboxClock", "clock", "How far it is", () => client.Sandbox.GetClockAsync());
        await UntilPaidOutAsync(payouts => payouts.All(each => each.Status == PayoutStatus.Succeeded));

        var payout = await RecordAsync(
            "listPayouts",
            "payouts",
            "Of a day that is over",
            async () => await client.Payouts.ListAsync().FirstAsync()
        );
        await RecordAsync("getPayout", "payout", "One of them", () => client.Payouts.GetAsync(payout.Id));
        await RecordAsync(
            "listSettlementTransactions",
            "lines",
            "What it is made of",
            async () => await client.Payouts.ListTransactionsAsync(through: payout.Through).FirstAsync()
        );
        await RecordAsync(
            "listSettlementTransactions",
            "of_a_merchant",
            "A merchant's: with a fee, and paid out",
            async () => await client.Payouts.ListTransactionsAsync(subMerchantId: merchant.Id).FirstAsync()
        );
        await FailAPayoutAsync();
    }

    private async Task FailAPayoutAsync()
    {
        await client.Sandbox.SetFeesAsync(new SetSandboxFeesRequest { BasisPoints = 0 });
        var topUp = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = Money.Yuan(100) },
            IdempotencyKey.FromOrder("before-a-payout", "top-up")
        );
        await client.TopUps.WaitAsync(topUp.Id);
        await PayAsync("order-1007", MagicAmounts.PayoutRefused);
        await client.Sandbox.AdvanceClockAsync(TimeSpan.FromHours(25));
        await UntilPaidOutAsync(payouts => payouts.Any(each => each.Status == PayoutStatus.Failed));
    }

    private Task<List<Payout>> UntilPaidOutAsync(Predicate<List<Payout>> isDone) =>
        UntilAsync(async () => await client.Payouts.ListAsync().ToListAsync(), isDone);
}
