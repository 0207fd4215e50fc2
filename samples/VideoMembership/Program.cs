using Microsoft.AspNetCore.DataProtection;
using OpenBanking;
using OpenBanking.Samples.VideoMembership;

var builder = WebApplication.CreateBuilder(
    new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
);
var (partner, key, folder) = Partner.Read(builder.Configuration);
var shop = new Shop(Path.Combine(folder, "video"));

builder.Services.AddSingleton(shop);
builder.Services.AddSingleton(partner);
builder.Services.AddSingleton<FormerLinks>();
builder.Services.AddSingleton<Renewals>();
builder.Services.AddHostedService<MissedEvents>();
builder.Services.AddRazorPages();
builder
    .Services.AddDataProtection()
    .PersistKeysToFileSystem(PrivateFile.CreateFolder(Path.Combine(folder, "page-keys")))
    .SetApplicationName("VideoMembership");
builder.Services.AddSingleton<ITokenStore>(services => new FileTokenStore(
    Path.Combine(folder, "tokens"),
    services.GetRequiredService<IDataProtectionProvider>()
));
builder.Services.AddOpenBanking(options =>
{
    options.Authority = partner.Authority;
    options.ClientId = partner.ClientId;
    options.Key = key;
});

var app = builder.Build();
app.UseStaticFiles();
app.UseVideoUsers();
app.MapRazorPages();
app.MapGet("/health", () => "ok");

// The customer goes to the bank to open an account and to agree, and comes back linked.
app.MapOpenBankingAccountLink(
    "/openbanking",
    link =>
    {
        link.AuthorizationDetails = _ =>
            [
                new AccountOpening(),
                new AccountInformation(),
                new CouponWallet(),
                // <agreement_terms>
                new PaymentAgreementTerms
                {
                    PerPaymentLimit = Money.Yuan(200),
                    DailyLimit = Money.Yuan(500),
                    MonthlyLimit = Money.Yuan(1_000),
                    TotalLimit = Money.Yuan(5_000),
                    TopUpAllowed = true,
                },
                // </agreement_terms>
            ];
        link.OnLinked = async (context, customer) =>
        {
            var userId = VideoUsers.IdOf(context);
            using var turn = await shop.TakeTurnAsync(userId, context.RequestAborted);
            shop.Link(userId, customer);
            var former = context.RequestServices.GetRequiredService<FormerLinks>();
            await former.TryEndAsync(userId, context.RequestAborted);
            return Results.LocalRedirect("/");
        };
        link.OnRefused = (_, why) =>
            Task.FromResult(Results.LocalRedirect($"/?notice={Notices.Of(why, app.Logger)}"));
    }
);

// The bank says what happened; only then is a membership delivered.
app.MapOpenBankingWebhooks(
    "/openbanking/webhooks",
    partner.WebhookSecret,
    (happened, _) =>
    {
        shop.Apply(happened);
        return Task.CompletedTask;
    }
);

// <confirmed>
// The customer comes back from the bank's page. What the address says is no proof: the bank is asked.
app.MapGet(
    "/orders/confirmed",
    async (
        HttpContext context,
        string? payment_id,
        OpenBankingClient bank,
        CancellationToken cancellationToken
    ) =>
    {
        try
        {
            var payment = string.IsNullOrWhiteSpace(payment_id)
                ? null
                : await bank.Payments.GetAsync(payment_id, cancellationToken);
            if (payment is null || shop.FindOrder(payment.OrderNo)?.UserId != VideoUsers.IdOf(context))
            {
                return Results.LocalRedirect($"/?notice={Notices.NotYours}");
            }

            if (payment.Status != PaymentStatus.Captured)
            {
                return Results.LocalRedirect($"/?notice={Notices.NotPaid}");
            }

            await shop.WaitForDeliveryAsync(payment.OrderNo, cancellationToken);
            return Results.LocalRedirect("/");
        }
        catch (ArgumentException)
        {
            // An address that somebody typed: it is not the id of anything.
            return Results.LocalRedirect($"/?notice={Notices.NotYours}");
        }
        catch (OpenBankingException failure)
        {
            var notice = Notices.Of(failure, app.Logger);
            return Results.LocalRedirect(
                $"/?notice={(failure.Code == ProblemCodes.NotFound ? Notices.NotYours : notice)}"
            );
        }
    }
);

// </confirmed>

// For the quickstart, which orders and waits like a user without a browser.
app.MapPost("/orders", () => Results.Ok(shop.NewOrder(userId: null).OrderNo));
app.MapGet(
    "/orders/{orderNo}",
    (string orderNo) =>
        shop.FindOrder(orderNo) is { } order
            ? Results.Text(order.State.ToString().ToLowerInvariant())
            : Results.NotFound()
);

// For a scheduler on this machine, once a day; at is for a day that was missed.
app.MapPost(
    "/renewals",
    async (HttpContext context, DateTimeOffset? at, Renewals renewals, CancellationToken cancellationToken) =>
        ThisMachine.Calls(context)
            ? Results.Ok(await renewals.RunAsync(at ?? TimeProvider.System.GetUtcNow(), cancellationToken))
            : Results.NotFound()
);

app.Run();
