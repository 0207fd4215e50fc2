// A partner's program on the generated client: dotnet run -- http://localhost:5080 CLIENT_ID KEY_ID KEY.pem REDIRECT_URI
// The customer's part is yours: open the address that is printed, and paste the one that the bank leads back to.
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Web;
using Bank;

var (server, clientId, keyId, redirectUri) = (new Uri(args[0]), args[1], args[2], args[4]);
using var appKey = ECDsa.Create();
appKey.ImportFromPem(File.ReadAllText(args[3]));
var keys = new ClientKeys(server, clientId, keyId, appKey);

// 1. The customer links an account.
var authorization = NewClient(token: null);
var (verifier, state) = (
    Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
    Guid.NewGuid().ToString()
);
var pushed = await authorization.PushAuthorizationRequestAsync(
    new()
    {
        Client_assertion_type = ClientKeys.AssertionType,
        Client_assertion = keys.NewAssertion(),
        Response_type = "code",
        Redirect_uri = redirectUri,
        Scope = "accounts coupons",
        State = state,
        Code_challenge = ClientKeys.Hash(verifier),
        Code_challenge_method = "S256",
        Authorization_details = JsonSerializer.Serialize(
            new object[]
            {
                new { type = "account_opening" },
                new { type = "account_information" },
                new { type = "coupon_wallet" },
                new
                {
                    type = "payment_agreement",
                    per_payment_limit = Yuan(200),
                    daily_limit = Yuan(1_000),
                    total_limit = Yuan(10_000),
                    top_up_allowed = true,
                },
            }
        ),
    }
);
Console.WriteLine(
    $"{server}oauth/authorize?client_id={clientId}&request_uri={Uri.EscapeDataString(pushed.Request_uri)}"
);
var callback = HttpUtility.ParseQueryString(new Uri(Console.ReadLine()!).Query);
if (callback["state"] != state || callback["iss"] != server.GetLeftPart(UriPartial.Authority))
{
    throw new InvalidOperationException($"This is no answer to what was asked: {callback}");
}

var given = await authorization.IssueTokenAsync(
    new()
    {
        Client_assertion_type = ClientKeys.AssertionType,
        Client_assertion = keys.NewAssertion(),
        Grant_type = "authorization_code",
        Code = callback["code"],
        Redirect_uri = redirectUri,
        Code_verifier = verifier,
    }
);
var customer = NewClient(given.Access_token);
var account = (await customer.ListAccountsAsync()).Data.Single();
var agreementId = given
    .Authorization_details!.Single(detail => detail.Type == "payment_agreement")
    .Agreement_id!;
Done($"linked {account.Status}");

// 2. The app brings money, gives a coupon, is paid, and gives it back.
var own = await authorization.IssueTokenAsync(
    new()
    {
        Client_assertion_type = ClientKeys.AssertionType,
        Client_assertion = keys.NewAssertion(),
        Grant_type = "client_credentials",
    }
);
var app = NewClient(own.Access_token);
var consent = await app.GetConsentAsync(given.Consent_id!);
Done($"consent {string.Join(' ', consent.Authorization_details.Select(detail => detail.Type))}");
var topUp = await app.CreateTopUpAsync("top-up-1", new() { Agreement_id = agreementId, Amount = Yuan(100) });
while (topUp.Status == "processing")
{
    await Task.Delay(50);
    topUp = await app.GetTopUpAsync(topUp.Id);
}

Done($"top-up {topUp.Status} {topUp.Amount.Amount}");
var stock = (await app.ListCouponStocksAsync(limit: 1)).Data.Single();
var coupon = await app.IssueCouponAsync(
    "coupon-1",
    new() { Stock_id = stock.Id, Customer_id = consent.Customer_id }
);
Done($"coupon {coupon.Status} {coupon.Discount.Amount}");
var order = new CreatePaymentRequest
{
    Order_no = "order-1",
    Amount = Yuan(19.90m),
    Agreement_id = agreementId,
    Coupon_id = coupon.Id,
};
var payment = await app.CreatePaymentAsync("order-1/pay", order);
Done($"payment {payment.Status} {payment.Customer_amount.Amount} {payment.Discount_amount.Amount}");
var refund = await app.CreateRefundAsync(
    "order-1/refund",
    new() { Payment_id = payment.Id, Amount = Yuan(9.90m) }
);
Done($"refund {refund.Status} {refund.Customer_amount.Amount} {refund.Discount_amount.Amount}");
var line = (await customer.ListTransactionsAsync(account.Id, limit: 1)).Data.Single();
Done($"transaction {line.Kind} {line.Amount.Amount} {line.Balance_after.Amount}");

// 3. A payment that the customer confirms: its picture is no JSON.
var waiting = await app.CreatePaymentAsync("order-2/pay", new() { Order_no = "order-2", Amount = Yuan(8) });
using var picture = await app.GetPaymentQrCodeAsync(waiting.Id);
using var reader = new StreamReader(picture.Stream);
Done($"waiting {waiting.Status} {waiting.Next_action!.Type} {(await reader.ReadToEndAsync())[..4]}");

// 4. What is refused, and what is declined.
var declined = await app.CreatePaymentAsync(
    "order-3/pay",
    new()
    {
        Order_no = "order-3",
        Amount = Yuan(150),
        Agreement_id = agreementId,
    }
);
Done($"declined {declined.Status} {declined.Decline_code}");
order.Amount = Yuan(18);
Done(await RefusalOf(() => app.CreatePaymentAsync("order-1/pay", order)));
order.Amount = Yuan(-1);
Done(await RefusalOf(() => app.CreatePaymentAsync("order-4/pay", order)));
Done(await RefusalOf(() => app.GetPaymentAsync("pay_00000000000000000000000000")));

BankApi NewClient(string? token) =>
    new(new HttpClient(new ProofHandler(keys, token)) { BaseAddress = server });

static Money Yuan(decimal amount) => new() { Currency = "CNY", Amount = (long)(amount * 100) };

static async Task<string> RefusalOf<T>(Func<Task<T>> act)
{
    try
    {
        await act();
        return "not refused";
    }
    catch (ApiException<Problem> refused)
    {
        var pointers = refused.Result.Errors?.Select(error => error.Pointer) ?? [];
        return $"refused {refused.StatusCode} {refused.Result.Code} {string.Join(' ', pointers)}".TrimEnd();
    }
}

static void Done(string step) => Console.WriteLine(step);
