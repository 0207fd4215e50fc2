using System.Net.Http.Json;
using OpenBanking.Testing;
using static OpenBanking.Samples.Quickstart.Steps;

namespace OpenBanking.Samples.Quickstart;

/// <summary>The whole journey of a partner: from an account opened in its app to an order paid with a coupon and given
/// back. Every figure is checked against what the bank says afterwards.</summary>
public sealed class Journey(
    OpenBankingClient client,
    PartnerCredentials partner,
    SandboxPerson person,
    Players players,
    Steps steps
)
{
    /// <summary>The payment PIN that every person who is played sets.</summary>
    public const string Pin = "246813";

    /// <summary>With more on the account, a payment over the balance would be one over the agreement's limit.</summary>
    private static readonly Money mostBalance = Money.Yuan(400);
    private static readonly Money price = Money.Yuan(19.90m);
    private static readonly Money topUpAmount = Money.Yuan(100.00m);

    private readonly Uri sampleApp = partner.SampleApp;
    private readonly Uri redirectUri = new(partner.SampleApp, "/openbanking/callback");

    // What earlier steps found out.
    private LinkedCustomer customer = null!;
    private bool isNewAccount;
    private Account account = null!;
    private Coupon coupon = null!;
    private Payment payment = null!;
    private CreatePaymentRequest order = null!;

    /// <summary>Plays every step.</summary>
    /// <exception cref="PersonUnavailableException">It cannot be played with this person.</exception>
    /// <exception cref="StepFailedException">A step came out other than it should.</exception>
    public async Task PlayAsync()
    {
        await steps.RunAsync("2  A customer opens an account at the bank, and agrees", LinkAsync);
        await steps.RunAsync("3a The account", ShowAccountAsync);
        await steps.RunAsync("3b Top up 100.00 from the bound card", TopUpAsync);
        await steps.RunAsync("4  A voucher from the bank's campaign", IssueCouponAsync);
        await steps.RunAsync("5  Pay 19.90 with the voucher", PayAsync);
        await steps.RunAsync("6  The app hears of it by webhook, and delivers", WaitForDeliveryAsync);
        await steps.RunAsync("7a The same call with the same key", PayAgainAsync);
        await steps.RunAsync("7b An order over the balance", PayTooMuchAsync);
        await steps.RunAsync("7c The voucher a second time", RedeemAgainAsync);
        await steps.RunAsync("8a The order is given back", RefundAsync);
        await steps.RunAsync("8b The statement", ReadStatementAsync);
    }

    private async Task<StepResult> LinkAsync()
    {
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = redirectUri,
                AuthorizationDetails =
                [
                    new AccountOpening(),
                    new AccountInformation(),
                    new CouponWallet(),
                    new PaymentAgreementTerms
                    {
                        PerPaymentLimit = Money.Yuan(500),
                        DailyLimit = Money.Yuan(2_000),
                        TotalLimit = Money.Yuan(20_000),
                        TopUpAllowed = true,
                    },
                ],
            }
        );
        using var atTheBank = new BankCustomer(person, partner.MessagesUrl, Pin, players.HasOurPin(person));
        var callback = await atTheBank.AgreeAsync(link.AuthorizationUrl, redirectUri);
        players.RememberPin(person);
        customer = await client.AccountLinks.CompleteAsync(link.Session, callback);
        isNewAccount = atTheBank.OpenedAccount;
        return new(
            $"{person.Name} {atTheBank.Acts}: customer {customer.CustomerId}, agreement {customer.AgreementId}",
            customer.Response?.RequestId
        );
    }

    private async Task<StepResult> ShowAccountAsync()
    {
        account = await client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        Require(
            account.Type == AccountType.TypeTwo && account.Status == AccountStatus.Active,
            $"It is {account.Type}, {account.Status}."
        );
        var balance = account.Balance!.Available;
        Require(!isNewAccount || balance == Money.Cny(0), $"The new account has {balance}.");
        if (balance > mostBalance)
        {
            throw new PersonUnavailableException(
                $"There are {balance} on the account, too many for step 7b."
            );
        }

        return new(
            $"Type II account {account.MaskedNumber}, bound to {account.BoundCard.Bank} {account.BoundCard.MaskedNumber}, "
                + $"balance {balance}",
            account.Response?.RequestId
        );
    }

    private async Task<StepResult> TopUpAsync()
    {
        var before = account.Balance!.Available;
        var topUp = await TopUpAsync(topUpAmount);
        var after = await BalanceAsync();
        Require(after == before + topUpAmount, $"The balance is {after} after {before}.");
        return new($"{topUp.Status}: balance {after}", topUp.Response?.RequestId);
    }

    private async Task<StepResult> IssueCouponAsync()
    {
        var stock = await client.Coupons.ListStocksAsync().FirstAsync();
        try
        {
            coupon = await client.Coupons.IssueAsync(
                new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
                IdempotencyKey.FromOrder(NewOrderNo("voucher"), "coupon")
            );
        }
        catch (OpenBankingException refused) when (refused.Code == ProblemCodes.CouponLimitReached)
        {
            throw new PersonUnavailableException(refused.Message);
        }

        Require(coupon.Status == CouponStatus.Issued, $"It is {coupon.Status}.");
        return new($"{stock.Name["en"]}: coupon {coupon.Id}", coupon.Response?.RequestId);
    }

    private async Task<StepResult> PayAsync()
    {
        var before = await BalanceAsync();
        order = new CreatePaymentRequest
        {
            OrderNo = await OrderMembershipAsync(),
            Amount = price,
            AgreementId = customer.AgreementId!,
            CouponId = coupon.Id,
            Description = "One month of videos",
        };
        payment = await client.Payments.CreateAsync(
            order,
            IdempotencyKey.FromOrder(order.OrderNo, "payment")
        );
        RequireMeans(payment.DeclineCode);
        Require(payment.Status == PaymentStatus.Captured, $"It is {payment.Status} {payment.DeclineCode}.");
        Require(payment.CustomerAmount == Money.Yuan(14.90m), $"The customer paid {payment.CustomerAmount}.");
        Require(await BalanceAsync() == before - payment.CustomerAmount, "The balance did not follow.");
        return new(
            $"{payment.Status}: customer -{payment.CustomerAmount}, campaign -{payment.DiscountAmount}, partner +{payment.Amount}",
            payment.Response?.RequestId
        );
    }

    private async Task<StepResult> WaitForDeliveryAsync()
    {
        using var http = new HttpClient();
        for (var waited = 0; waited < 100; waited++)
        {
            var state = await http.GetStringAsync(new Uri(sampleApp, $"/orders/{order.OrderNo}"));
            if (state.Contains("delivered", StringComparison.Ordinal))
            {
                return new(
                    $"payment.captured verified, membership delivered for {order.OrderNo}",
                    RequestId: null
                );
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        throw new StepFailedException("The membership was not delivered within 10 s.");
    }

    private async Task<StepResult> PayAgainAsync()
    {
        var before = await BalanceAsync();
        var again = await client.Payments.CreateAsync(
            order,
            IdempotencyKey.FromOrder(order.OrderNo, "payment")
        );
        Require(
            again.Id == payment.Id && again.Response is { IdempotencyReplayed: true },
            "It made another payment."
        );
        Require(await BalanceAsync() == before, "Money moved.");
        return new($"the same payment {again.Id}, and nothing moved", again.Response?.RequestId);
    }

    private async Task<StepResult> PayTooMuchAsync()
    {
        var balance = await BalanceAsync();
        var tooMuch = new CreatePaymentRequest
        {
            OrderNo = NewOrderNo("over"),
            Amount = balance + Money.Yuan(1),
            AgreementId = customer.AgreementId!,
        };
        var declined = await client.Payments.CreateAsync(
            tooMuch,
            IdempotencyKey.FromOrder(tooMuch.OrderNo, "payment")
        );
        RequireMeans(declined.DeclineCode);
        Require(
            declined is { DeclineCode: DeclineCodes.InsufficientFunds }
                && declined.Status == PaymentStatus.Failed,
            $"It is {declined.Status} {declined.DeclineCode}."
        );
        var why = await client.Payments.ExplainDeclineAsync(declined);
        await TopUpAsync(Money.Yuan(10));
        var paid = await client.Payments.CreateAsync(
            tooMuch,
            IdempotencyKey.FromOrder(tooMuch.OrderNo, "payment", attempt: 2)
        );
        RequireMeans(paid.DeclineCode);
        Require(
            paid.Status == PaymentStatus.Captured,
            $"The second attempt is {paid.Status} {paid.DeclineCode}."
        );
        return new(
            $"{declined.Status}: {why.Meaning} ({why.Code}); {paid.Status} in a second attempt after a top-up",
            paid.Response?.RequestId
        );
    }

    private async Task<StepResult> RedeemAgainAsync()
    {
        var second = order with { OrderNo = NewOrderNo("second") };
        var declined = await client.Payments.CreateAsync(
            second,
            IdempotencyKey.FromOrder(second.OrderNo, "payment")
        );
        Require(declined.DeclineCode == DeclineCodes.CouponAlreadyRedeemed, $"It is {declined.Status}.");
        var why = await client.Payments.ExplainDeclineAsync(declined);
        return new($"{declined.Status}: {why.Meaning} ({why.Code})", declined.Response?.RequestId);
    }

    private async Task<StepResult> RefundAsync()
    {
        var before = await BalanceAsync();
        var refund = await client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Reason = "The customer changed their mind" },
            IdempotencyKey.FromOrder(order.OrderNo, "refund")
        );
        var wallet = await client.Coupons.GetAsync(customer.CustomerId, coupon.Id);
        Require(
            refund.CustomerAmount == payment.CustomerAmount,
            $"The customer got {refund.CustomerAmount}."
        );
        Require(
            refund.CouponReturned && wallet.Status == CouponStatus.Issued,
            $"The coupon is {wallet.Status}."
        );
        Require(await BalanceAsync() == before + refund.CustomerAmount, "The balance did not follow.");
        return new(
            $"{refund.Status}: customer +{refund.CustomerAmount}, campaign +{refund.DiscountAmount}, coupon back in the wallet",
            refund.Response?.RequestId
        );
    }

    private async Task<StepResult> ReadStatementAsync()
    {
        var (lines, sum) = (0, Money.Cny(0));
        string? requestId = null;
        await foreach (var line in client.Accounts.ListTransactionsAsync(customer.CustomerId, account.Id))
        {
            (lines, sum, requestId) = (lines + 1, sum + line.Amount, line.Response?.RequestId);
        }

        var balance = await BalanceAsync();
        Require(sum == balance, $"The lines sum to {sum}, the balance is {balance}.");
        return new($"{lines} lines, which sum to the balance of {balance}", requestId);
    }

    private async Task<TopUp> TopUpAsync(Money amount)
    {
        var asked = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = amount },
            IdempotencyKey.FromOrder(NewOrderNo("top-up"), "top-up")
        );
        var topUp = await client.TopUps.WaitAsync(asked.Id);
        RequireMeans(topUp.DeclineCode);
        Require(topUp.Status == TopUpStatus.Succeeded, $"It is {topUp.Status} {topUp.DeclineCode}.");
        return topUp;
    }

    private async Task<Money> BalanceAsync() =>
        (await client.Accounts.GetAsync(customer.CustomerId, account.Id)).Balance!.Available;

    /// <summary>A card without money and an account's limits are the person's, not a fault of the journey.</summary>
    private static void RequireMeans(string? declineCode)
    {
        if (
            declineCode
            is DeclineCodes.CardInsufficientFunds
                or DeclineCodes.AccountDailyLimit
                or DeclineCodes.AccountYearlyLimit
        )
        {
            throw new PersonUnavailableException($"The bank declined with {declineCode}.");
        }
    }

    /// <summary>The customer puts a membership into the basket of the sample app.</summary>
    private async Task<string> OrderMembershipAsync()
    {
        using var http = new HttpClient();
        using var response = await http.PostAsync(new Uri(sampleApp, "/orders"), content: null);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<string>())!;
    }

    private static string NewOrderNo(string kind) => $"{kind}-{Guid.CreateVersion7():N}";
}
