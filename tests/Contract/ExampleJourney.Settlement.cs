using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

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
        await bank.Get<SandboxClock>()
            .AdvanceAsync(new World(int.Parse(sandbox.SandboxId)), TimeSpan.FromDays(1));
        for (
            var tries = 0;
            tries < MostTries
                && !await client.Payouts.ListAsync().AllAsync(each => each.Status == PayoutStatus.Succeeded);
            tries++
        )
        {
            await Task.Delay(25);
        }

        var payout = await RecordAsync(
            "listPayouts",
            "payouts",
            "Of a day that is over",
            async () => await client.Payouts.ListAsync().FirstAsync()
        );
        await RecordAsync("getPayout", "payout", "One of them", () => client.Payouts.GetAsync(payout.Id));
    }
}
