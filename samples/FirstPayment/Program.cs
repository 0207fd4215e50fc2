// <setup>
using System.Collections.Concurrent;
using System.Text.Json;
using OpenBanking;

var builder = WebApplication.CreateBuilder(args);
if (
    Address("BankAddress", "http://localhost:5080") is not { } bank
    || Address("AppAddress", "http://localhost:5070") is not { } home
)
{
    return 1;
}

Uri? Address(string setting, string usual)
{
    var written = builder.Configuration[setting] ?? usual;
    if (Uri.TryCreate(written, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https"))
    {
        return address;
    }

    Console.Error.WriteLine($"{written} is no whole address: write it as in --{setting} {usual}.");
    return null;
}

// </setup>
// <register>
// Once. A real app keeps the private key and the webhook secret in a secret store.
if (!File.Exists("bank.json"))
{
    try
    {
        await RegisterAsync();
    }
    catch (Exception failure) when (failure is OpenBankingException or ArgumentException)
    {
        await Console.Error.WriteLineAsync(
            $"The bank at {bank} registered no app ({failure.Message}): start its server there, or say where it is with --BankAddress."
        );
        return 1;
    }
}

var own = JsonSerializer.Deserialize<Registered>(await File.ReadAllTextAsync("bank.json"))!;

async Task RegisterAsync()
{
    var key = ClientKey.CreateEs256();
    var sandbox = await AppRegistration.SignUpForSandboxAsync(bank, "Harbour Video Ltd");
    var registered = await AppRegistration.RegisterAsync(
        bank,
        sandbox.InitialAccessToken,
        new ClientRegistrationRequest
        {
            ClientName = "Harbour Video",
            RedirectUris = [new Uri(home, "/openbanking/callback").ToString()],
            Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
            Scene = "video",
        }
    );
    var client = new OpenBankingClient(
        new OpenBankingOptions
        {
            Authority = bank,
            ClientId = registered.ClientId,
            Key = key,
        }
    );
    var endpoint = await client.WebhookEndpoints.CreateAsync(
        new CreateWebhookEndpointRequest
        {
            Url = new Uri(home, "/openbanking/webhooks").ToString(),
            Events = [EventTypes.PaymentCaptured, EventTypes.PaymentRefunded],
        }
    );
    var made = new Registered(
        registered.ClientId,
        key.ToPem(),
        endpoint.Secret!,
        sandbox.PersonsUrl,
        sandbox.MessagesUrl
    );
    var forTheOwner = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
    if (!OperatingSystem.IsWindows())
    {
        forTheOwner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    }

    await using var file = new FileStream("bank.json", forTheOwner);
    await JsonSerializer.SerializeAsync(file, made);
}

// </register>
// <client>
builder.Services.AddOpenBanking(options =>
{
    options.Authority = bank;
    options.ClientId = own.ClientId;
    options.Key = ClientKey.FromPem(own.Pem);
});
var app = builder.Build();

// </client>
// <refusals>
// What the bank refuses, and a bank that is not reached, are answers of this app and no failures of it.
app.Use(
    async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (OpenBankingException refusal) when (!http.Response.HasStarted)
        {
            var status =
                refusal.Retryable ? StatusCodes.Status503ServiceUnavailable
                : refusal.Status is >= 400 and < 500 ? StatusCodes.Status409Conflict
                : StatusCodes.Status502BadGateway;
            await Results.Text($"{refusal.Code}: {refusal.Message}\n", statusCode: status).ExecuteAsync(http);
        }
    }
);

// </refusals>
// <link>
// One customer is enough here. A real app keeps these ids beside its own user.
LinkedCustomer? linked = null;
LinkedCustomer Customer() => linked!;
var withCustomer = app.MapGroup("");
withCustomer.AddEndpointFilter(
    async (call, next) =>
        linked is null
            ? Results.Text($"Link a customer first: {home}\n", statusCode: StatusCodes.Status409Conflict)
            : await next(call)
);

app.MapOpenBankingAccountLink(
    "/openbanking",
    link =>
    {
        link.AuthorizationDetails = _ =>
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
            ];
        link.OnLinked = (_, customer) =>
        {
            linked = customer;
            return Task.FromResult(Results.LocalRedirect("/"));
        };
    }
);
app.MapGet(
    "/",
    () =>
        linked is null
            ? Results.Content(
                $"""
                <!doctype html>
                <html lang="en">
                <title>Harbour Video</title>
                <h1>Harbour Video</h1>
                <p><a href="/openbanking/link">Open an account and pay with it</a></p>
                <p><a href="{own.PersonsUrl}" target="_blank">Who you can be</a></p>
                <p><a href="{own.MessagesUrl}" target="_blank">Messages to your phone</a></p>
                """,
                "text/html"
            )
            : Results.Text($"Linked: account {linked.AccountId}, agreement {linked.AgreementId}\n")
);

// </link>
// <top_up>
withCustomer.MapPost(
    "/top-ups/{number}",
    async (string number, OpenBankingClient client) =>
    {
        var asked = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = Customer().AgreementId!, Amount = Money.Yuan(100) },
            IdempotencyKey.FromOrder(number, "top-up")
        );
        var topUp = await client.TopUps.WaitAsync(asked.Id);
        var account = await client.Accounts.GetAsync(Customer().CustomerId, Customer().AccountId!);
        return $"{topUp.Status}: the balance is {account.Balance!.Available}\n";
    }
);

// </top_up>
// <coupon>
Coupon? coupon = null;
withCustomer.MapPost(
    "/coupons/{number}",
    async (string number, OpenBankingClient client) =>
    {
        await foreach (var stock in client.Coupons.ListStocksAsync())
        {
            if (stock.StartsAt > DateTimeOffset.UtcNow || stock.EndsAt <= DateTimeOffset.UtcNow)
            {
                continue;
            }

            coupon = await client.Coupons.IssueAsync(
                new IssueCouponRequest { StockId = stock.Id, CustomerId = Customer().CustomerId },
                IdempotencyKey.FromOrder(number, "coupon")
            );
            if (coupon.Response is { IdempotencyReplayed: true })
            {
                coupon = await client.Coupons.GetAsync(Customer().CustomerId, coupon.Id);
            }

            return $"{coupon.Status}: {stock.Name["en"]}\n";
        }

        return "The bank has no coupons now.\n";
    }
);

// </coupon>
// <pay>
var payments = new ConcurrentDictionary<string, Payment>();
withCustomer.MapPost(
    "/orders/{orderNo}/pay",
    async (string orderNo, OpenBankingClient client) =>
    {
        var payment = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = Money.Yuan(19.90m),
                AgreementId = Customer().AgreementId,
                CouponId = coupon?.Id,
            },
            IdempotencyKey.FromOrder(orderNo, "payment")
        );
        // A key that was sent before is answered as it was then: what has become of the payment since is read.
        if (payment.Response is { IdempotencyReplayed: true })
        {
            payment = await client.Payments.GetAsync(payment.Id);
        }

        payments[orderNo] = payment;
        return payment.Status == PaymentStatus.Captured
                ? $"Paid {payment.CustomerAmount}; the bank's coupon paid {payment.DiscountAmount}.\n"
            : payment.Status == PaymentStatus.Failed
                ? $"Declined: {await client.Payments.ExplainDeclineAsync(payment)}\n"
            : payment.NextAction is { } confirm
                ? $"{payment.Status}: the customer confirms it at {confirm.ConfirmationUrl}\n"
            : $"{payment.Status}\n";
    }
);

// </pay>
// <webhooks>
var states = new ConcurrentDictionary<string, string>();
app.MapOpenBankingWebhooks(
    "/openbanking/webhooks",
    own.WebhookSecret,
    (happened, _) =>
    {
        if (happened.Data.OrderNo is { } orderNo)
        {
            // Events come in no promised order: a refund stays one.
            states.AddOrUpdate(
                orderNo,
                happened.Type,
                (_, before) => before == EventTypes.PaymentRefunded ? before : happened.Type
            );
        }

        return Task.CompletedTask;
    }
);
app.MapGet("/orders/{orderNo}", (string orderNo) => $"{states.GetValueOrDefault(orderNo, "unknown")}\n");

// </webhooks>
// <refund>
withCustomer.MapPost(
    "/orders/{orderNo}/refund",
    async (string orderNo, OpenBankingClient client) =>
    {
        if (!payments.TryGetValue(orderNo, out var payment))
        {
            return Results.Text(
                $"There is no payment of {orderNo}.\n",
                statusCode: StatusCodes.Status404NotFound
            );
        }

        var refund = await client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id },
            IdempotencyKey.FromOrder(orderNo, "refund")
        );
        return Results.Text(
            $"{refund.Status}: {refund.CustomerAmount} back, coupon back: {refund.CouponReturned}\n"
        );
    }
);

// </refund>
// <serve>
app.Run(home.ToString());
return 0;

sealed record Registered(
    string ClientId,
    string Pem,
    string WebhookSecret,
    string PersonsUrl,
    string MessagesUrl
);
// </serve>
