using System.Diagnostics;
using System.Text;
using OpenBanking;

// Plays an app from its registration to a refund against the server at the address given. The customer is whoever reads
// the line "agree ADDRESS" and answers with the address the bank sent the browser back to.
var authority = new Uri(args[0]);
var redirectUri = new Uri("https://partner.example/callback");

var key = ClientKey.CreateEs256();
var sandbox = await AppRegistration.SignUpForSandboxAsync(authority, "Native Ltd");
var app = await AppRegistration.RegisterAsync(
    authority,
    sandbox.InitialAccessToken,
    new ClientRegistrationRequest
    {
        ClientName = "Native",
        RedirectUris = [redirectUri.ToString()],
        Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
    }
);
var client = new OpenBankingClient(
    new OpenBankingOptions
    {
        Authority = authority,
        ClientId = app.ClientId,
        Key = ClientKey.FromPem(key.ToPem()),
    }
);

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
                PerPaymentLimit = Money.Yuan(50),
                DailyLimit = Money.Yuan(90),
                TotalLimit = Money.Yuan(500),
                TopUpAllowed = true,
            },
        ],
    }
);
Console.WriteLine($"messages {sandbox.MessagesUrl}");
Console.WriteLine($"persons {sandbox.PersonsUrl}");
Console.WriteLine($"agree {link.AuthorizationUrl}");
var customer = await client.AccountLinks.CompleteAsync(link.Session, new Uri(Console.ReadLine()!));

var asked = await client.TopUps.CreateAsync(
    new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = Money.Yuan(50) },
    IdempotencyKey.FromOrder("native", "top-up")
);
Expect("a top-up", TopUpStatus.Succeeded, (await client.TopUps.WaitAsync(asked.Id)).Status);
await foreach (var stock in client.Coupons.ListStocksAsync())
{
    var issued = await client.Coupons.IssueAsync(
        new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
        IdempotencyKey.FromOrder("native", "coupon")
    );
    Expect("a coupon", CouponStatus.Issued, issued.Status);
}

var payment = await PayAsync("native-1", Money.Yuan(30));
Expect("a payment", PaymentStatus.Captured, payment.Status);
var replayed = await PayAsync("native-1", Money.Yuan(30));
Expect("the same payment again", (payment.Id, true), (replayed.Id, replayed.Response!.IdempotencyReplayed));
var declined = await PayAsync("native-2", Money.Yuan(51));
var why = await client.Payments.ExplainDeclineAsync(declined);
Expect("a decline", (DeclineCodes.AgreementPerPaymentLimit, Money.Yuan(50)), (why.Code, why.Limit!.Left));
var refund = await client.Refunds.CreateAsync(
    new CreateRefundRequest { PaymentId = payment.Id },
    IdempotencyKey.FromOrder("native-1", "refund")
);
Expect("a refund", RefundStatus.Succeeded, refund.Status);

var account = await client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
Expect("a balance", Money.Yuan(50), account.Balance!.Available);
var lines = 0;
await foreach (
    var line in client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!, pageSize: 1)
)
{
    lines++;
}

Expect("a statement", 3, lines);

// A person goes to the bank encrypted; a person who is none is refused by the field.
var applicant = new Applicant
{
    Name = "张伟",
    IdNumber = "999999199003070012",
    Mobile = "12",
    CardNumber = "6222000000000000012",
};
var refused = await RefusedAsync(() =>
    client.AccountApplications.CreateAsync(
        new CreateAccountApplicationRequest { Applicant = applicant },
        IdempotencyKey.FromOrder("native", "application")
    )
);
Expect("a refusal", ProblemCodes.InvalidRequest, refused.Code);
Expect(
    "its field",
    true,
    refused.Errors is [{ Pointer: var pointer }] && pointer.EndsWith("/mobile", StringComparison.Ordinal)
);
var missing = await RefusedAsync(() => client.Payments.GetAsync("pay_01hzy3v9k2m4n6p8q0r2s4t6v8"));
Expect("an unknown payment", (404, ProblemCodes.NotFound), (missing.Status, missing.Code));

// An event is there a moment after what it tells of.
var types = new List<string>();
for (var tries = 0; tries < 200 && !types.Contains(EventTypes.PaymentCaptured); tries++)
{
    await Task.Delay(TimeSpan.FromMilliseconds(50));
    await foreach (var happened in client.Events.ListAsync())
    {
        types.Add(happened.Type);
    }
}

Expect("the events", true, types.Contains(EventTypes.PaymentCaptured));
VerifyWebhook();
await client.Consents.RevokeAsync(customer.ConsentId);
var ended = await RefusedAsync(() => client.Accounts.ListAsync(customer.CustomerId));
Expect("a consent that ended", ClientErrorCodes.CustomerNotLinked, ended.Code);
Console.WriteLine($"done on .NET {Environment.Version.Major}");

Task<Payment> PayAsync(string orderNo, Money amount) =>
    client.Payments.CreateAsync(
        new CreatePaymentRequest
        {
            OrderNo = orderNo,
            Amount = amount,
            AgreementId = customer.AgreementId!,
        },
        IdempotencyKey.FromOrder(orderNo, "payment")
    );

static void VerifyWebhook()
{
    var body = Encoding.UTF8.GetBytes(
        """
        {"id":"evt_1","type":"payment.captured","created_at":"2026-11-20T07:59:00Z","api_version":"v1",
        "sequence":1,"data":{"status":"captured","payment_id":"pay_1"} }
        """
    );
    var secret = WebhookSigner.CreateSecret();
    var headers = new WebhookSigner(secret).Sign("evt_1", DateTimeOffset.UtcNow, body);
    Expect("an event", "pay_1", new WebhookVerifier(secret).Verify(headers, body).Data.PaymentId);
    try
    {
        new WebhookVerifier(WebhookSigner.CreateSecret()).Verify(headers, body);
        throw new UnreachableException("A webhook of another secret was taken.");
    }
    catch (WebhookVerificationException)
    {
        // As it should be.
    }
}

static async Task<OpenBankingException> RefusedAsync(Func<Task> act)
{
    try
    {
        await act();
        throw new UnreachableException("Nothing was refused.");
    }
    catch (OpenBankingException refusal)
    {
        return refusal;
    }
}

static void Expect<T>(string what, T expected, T actual)
{
    if (!EqualityComparer<T>.Default.Equals(expected, actual))
    {
        throw new InvalidOperationException($"{what}: expected {expected}, got {actual}");
    }

    Console.WriteLine($"{what}: {actual}");
}
