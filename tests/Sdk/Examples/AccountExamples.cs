using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Examples;

internal static class AccountExamples
{
    public static async Task RunAsync(SandboxBank bank, LinkedCustomer customer)
    {
        var client = bank.Client;
        await ReadAsync(client, customer.CustomerId, customer.AccountId!);
        await TopUpAsync(client, customer.AgreementId!);
        await GiveCouponAsync(client, customer.CustomerId);
        await ApplyAsync(client, MagicPersons.All[1].Person);
    }

    private static async Task ReadAsync(OpenBankingClient client, string customerId, string accountId)
    {
        // <Accounts_ListAsync>
        foreach (var owned in (await client.Accounts.ListAsync(customerId)).Data)
        {
            Console.WriteLine($"{owned.Id}: {owned.Status}");
        }
        // </Accounts_ListAsync>

        // <Accounts_GetAsync>
        var account = await client.Accounts.GetAsync(customerId, accountId);
        Console.WriteLine($"{account.Balance!.Available} may be spent.");
        // </Accounts_GetAsync>
        Assert.Equal(Money.Yuan(300), account.Balance.Available);

        var price = Money.Yuan(19.90m);
        // <Accounts_GetLimitsAsync>
        var limits = await client.Accounts.GetLimitsAsync(customerId, accountId);
        if (price > limits.Day.Left)
        {
            Console.WriteLine($"Another way to pay, or after {limits.Day.ResetsAt}.");
        }
        // </Accounts_GetLimitsAsync>

        // <Accounts_ListTransactionsAsync>
        await foreach (var line in client.Accounts.ListTransactionsAsync(customerId, accountId))
        {
            Console.WriteLine($"{line.BusinessDate} {line.Kind} {line.Amount}");
        }
        // </Accounts_ListTransactionsAsync>

        // <Accounts_ListTransactionsPageAsync>
        var page = await client.Accounts.ListTransactionsPageAsync(customerId, accountId, pageSize: 10);
        var next = page.HasMore
            ? await client.Accounts.ListTransactionsPageAsync(customerId, accountId, 10, page.NextCursor)
            : null;
        // </Accounts_ListTransactionsPageAsync>
        Assert.Null(next);
    }

    private static async Task TopUpAsync(OpenBankingClient client, string agreementId)
    {
        // <TopUps_CreateAsync>
        var asked = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = agreementId, Amount = Money.Yuan(100) },
            IdempotencyKey.FromOrder("top-up-2026-1001", "top-up")
        );
        // </TopUps_CreateAsync>

        // <TopUps_WaitAsync>
        var topUp = await client.TopUps.WaitAsync(asked.Id);
        Console.WriteLine(
            topUp.Status == TopUpStatus.Succeeded ? "The money is there." : $"Declined: {topUp.DeclineCode}."
        );
        // </TopUps_WaitAsync>
        Assert.Equal(TopUpStatus.Succeeded, topUp.Status);

        // <TopUps_GetAsync>
        var known = await client.TopUps.GetAsync(asked.Id);
        // </TopUps_GetAsync>
        Assert.Equal(topUp.Status, known.Status);

        // <TopUps_ListAsync>
        await foreach (var each in client.TopUps.ListAsync())
        {
            Console.WriteLine($"{each.Amount}: {each.Status} {each.DeclineCode}");
        }
        // </TopUps_ListAsync>
        Assert.Contains(await client.TopUps.ListAsync().ToListAsync(), each => each.Id == asked.Id);
    }

    private static async Task GiveCouponAsync(OpenBankingClient client, string customerId)
    {
        // <Coupons_ListStocksAsync>
        var stock = await client.Coupons.ListStocksAsync().FirstAsync();
        Console.WriteLine($"{stock.Name["en"]}");
        // </Coupons_ListStocksAsync>

        // <Coupons_IssueAsync>
        var coupon = await client.Coupons.IssueAsync(
            new IssueCouponRequest { StockId = stock.Id, CustomerId = customerId },
            IdempotencyKey.FromOrder("welcome-gift-1001", "coupon")
        );
        // </Coupons_IssueAsync>

        // <Coupons_ListAsync>
        await foreach (var owned in client.Coupons.ListAsync(customerId))
        {
            Console.WriteLine($"{owned.Id}: {owned.Status} until {owned.ValidUntil}");
        }
        // </Coupons_ListAsync>

        // <Coupons_GetAsync>
        var now = await client.Coupons.GetAsync(customerId, coupon.Id);
        Console.WriteLine(now.Status == CouponStatus.Issued ? "May be used." : $"{now.Status}");
        // </Coupons_GetAsync>
        Assert.Equal(CouponStatus.Issued, now.Status);
    }

    private static async Task ApplyAsync(OpenBankingClient client, SandboxPerson person)
    {
        // <AccountApplications_CreateAsync>
        var application = await client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new Applicant
                {
                    Name = person.Name,
                    IdNumber = person.IdNumber,
                    Mobile = person.Mobile,
                    CardNumber = person.CardNumber,
                },
            },
            IdempotencyKey.FromOrder("user-1001", "account-application")
        );
        // </AccountApplications_CreateAsync>

        // <AccountApplications_GetAsync>
        var known = await client.AccountApplications.GetAsync(application.Id);
        if (known.ContinuationUrl is { } page)
        {
            Console.WriteLine($"The customer goes on at {page}.");
        }
        // </AccountApplications_GetAsync>

        // <AccountApplications_ListAsync>
        await foreach (var each in client.AccountApplications.ListAsync())
        {
            Console.WriteLine($"{each.Id}: {each.Status} {each.Reason}");
        }
        // </AccountApplications_ListAsync>
    }
}
