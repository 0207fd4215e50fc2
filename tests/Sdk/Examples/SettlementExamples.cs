using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Examples;

internal static class SettlementExamples
{
    public static async Task RunAsync(SandboxBank bank, LinkedCustomer customer)
    {
        var client = bank.Client;
        // <Sandbox_SetFeesAsync>
        // 0.60 %, at least 0.10.
        var fees = await client.Sandbox.SetFeesAsync(
            new SetSandboxFeesRequest { BasisPoints = 60, Minimum = Money.Yuan(0.10m) }
        );
        Console.WriteLine($"{fees.BasisPoints} basis points from {fees.From} on.");
        // </Sandbox_SetFeesAsync>
        await SellAsync(client, customer.AgreementId!);
        await MoveClockAsync(client);
        await ReadAsync(client);
    }

    private static async Task MoveClockAsync(OpenBankingClient client)
    {
        // <Sandbox_AdvanceClockAsync>
        // Past midnight and the quarter of an hour after it: the day is paid out.
        var time = await client.Sandbox.AdvanceClockAsync(TimeSpan.FromHours(25));
        Console.WriteLine($"It is {time.Now} in the sandbox, {time.AheadSeconds} s ahead.");
        // </Sandbox_AdvanceClockAsync>
        Assert.Equal(25 * 60 * 60, time.AheadSeconds);
        await ReadClockAsync(client);
    }

    private static async Task ReadClockAsync(OpenBankingClient client)
    {
        // <Sandbox_GetClockAsync>
        var time = await client.Sandbox.GetClockAsync();
        Console.WriteLine($"It is {time.Now} in the sandbox, {time.AheadSeconds} s ahead.");
        // </Sandbox_GetClockAsync>
        Assert.Equal(25 * 60 * 60, time.AheadSeconds);
    }

    private static async Task SellAsync(OpenBankingClient client, string agreementId)
    {
        // <SubMerchants_CreateAsync>
        var merchant = await client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "Noodle House", Reference = "shop-17" },
            IdempotencyKey.FromOrder("shop-17", "sub-merchant")
        );
        var payment = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "meal-1001",
                Amount = Money.Yuan(38),
                AgreementId = agreementId,
                SubMerchantId = merchant.Id,
            },
            IdempotencyKey.FromOrder("meal-1001", "payment")
        );
        // </SubMerchants_CreateAsync>
        Assert.Equal(PaymentStatus.Captured, payment.Status);

        // <SubMerchants_ListAsync>
        await foreach (var each in client.SubMerchants.ListAsync())
        {
            Console.WriteLine($"{each.Reference}: {each.Name} is {each.Status}");
        }
        // </SubMerchants_ListAsync>

        // <SubMerchants_GetAsync>
        var known = await client.SubMerchants.GetAsync(merchant.Id);
        Console.WriteLine(known.Status == SubMerchantStatus.Open ? "May be paid." : "Is closed.");
        // </SubMerchants_GetAsync>
        Assert.Equal(SubMerchantStatus.Open, known.Status);

        // <SubMerchants_CloseAsync>
        var closed = await client.SubMerchants.CloseAsync(merchant.Id);
        // </SubMerchants_CloseAsync>
        Assert.Equal(SubMerchantStatus.Closed, closed.Status);
    }

    private static async Task ReadAsync(OpenBankingClient client)
    {
        // <Payouts_ListAsync>
        await foreach (var each in client.Payouts.ListAsync())
        {
            Console.WriteLine(
                $"{each.SubMerchantId ?? "ourselves"} until {each.Through}: {each.Amount}, of it fees {each.FeeAmount}"
            );
        }
        // </Payouts_ListAsync>
        var payouts = await client.Payouts.ListAsync().ToListAsync();
        Assert.Contains(payouts, each => each.SubMerchantId is not null && each.Amount == Money.Yuan(37.77m));

        var payoutId = payouts[0].Id;
        // <Payouts_GetAsync>
        var payout = await client.Payouts.GetAsync(payoutId);
        Console.WriteLine(
            payout.Status == PayoutStatus.Succeeded ? $"Paid at {payout.CompletedAt}." : $"{payout.Status}"
        );
        // </Payouts_GetAsync>
        Assert.Equal(payoutId, payout.Id);

        // <Payouts_ListTransactionsAsync>
        await foreach (
            var line in client.Payouts.ListTransactionsAsync(
                payout.From,
                payout.Through,
                payout.SubMerchantId
            )
        )
        {
            Console.WriteLine($"{line.BusinessDate:yyyy-MM-dd} {line.OrderNo}: {line.Kind} {line.Amount}");
        }
        // </Payouts_ListTransactionsAsync>
        var lines = client.Payouts.ListTransactionsAsync(payout.From, payout.Through, payout.SubMerchantId);
        Assert.True(await lines.AnyAsync());
    }
}
