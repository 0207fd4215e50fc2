using System.Net.Http.Json;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;

namespace OpenBanking.Tests;

/// <summary>A partner with a sandbox of its own and one registered app: tests that each take a new one do not see each
/// other.</summary>
public sealed class TestPartner
{
    public const string Pin = "135791";

    private readonly Uri server;
    private readonly SandboxSignUp sandbox;

    private TestPartner(Uri server, SandboxSignUp sandbox, ClientKey key, ClientRegistration app)
    {
        this.server = server;
        this.sandbox = sandbox;
        Key = key;
        App = app;
        Client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = server,
                ClientId = app.ClientId,
                Key = key,
            }
        );
    }

    public static Uri RedirectUri { get; } = new("http://localhost:1/callback");

    /// <summary>All four details, with an agreement wide enough for any test.</summary>
    public static IReadOnlyList<AuthorizationDetail> Everything { get; } =
    [
        new AccountOpening(),
        new AccountInformation(),
        new CouponWallet(),
        new PaymentAgreementTerms
        {
            PerPaymentLimit = Money.Yuan(100_000),
            DailyLimit = Money.Yuan(1_000_000),
            TotalLimit = Money.Yuan(10_000_000),
            TopUpAllowed = true,
        },
    ];

    /// <summary>The same, with an account of a type.</summary>
    public static IReadOnlyList<AuthorizationDetail> EverythingOf(AccountType type) =>
        [
            .. Everything.Select(detail =>
                detail is AccountOpening ? new AccountOpening { AccountType = type } : detail
            ),
        ];

    public OpenBankingClient Client { get; }

    public ClientKey Key { get; }

    public ClientRegistration App { get; }

    public string ClientId => App.ClientId;

    public int SandboxNumber => int.Parse(sandbox.SandboxId);

    public string PartnerId => sandbox.PartnerId;

    public string InitialAccessToken => sandbox.InitialAccessToken;

    public string MessagesUrl => sandbox.MessagesUrl;

    /// <summary>Signs up, and registers an app.</summary>
    /// <param name="key">The app's key; a new one for ES256 when null.</param>
    /// <param name="logo">The app's logo.</param>
    /// <param name="callback">Where the app takes customers back, too.</param>
    public static async Task<TestPartner> NewAsync(
        Uri server,
        string name = "Test Partner",
        ClientKey? key = null,
        string? logo = null,
        Uri? callback = null
    )
    {
        var sandbox = await AppRegistration.SignUpForSandboxAsync(server, name);
        return await RegisterAsync(server, sandbox, key ?? ClientKey.CreateEs256(), logo, callback);
    }

    /// <summary>Another app of the same partner, in the same sandbox.</summary>
    public Task<TestPartner> NewAppAsync() => RegisterAsync(server, sandbox, ClientKey.CreateEs256());

    /// <summary>A resource server of the same partner, which asks what tokens are.</summary>
    public async Task<RawIdentity> NewResourceServerAsync()
    {
        var key = ClientKey.CreateEs256();
        var registered = await AppRegistration.RegisterAsync(
            server,
            sandbox.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Resource server",
                RedirectUris = [],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                Scope = Scopes.Introspection,
            }
        );
        return new(registered.ClientId, key);
    }

    /// <summary>The same app, at another node of the same bank.</summary>
    public TestPartner At(Uri node) => new(node, sandbox, Key, App);

    /// <summary>The sandbox's persons.</summary>
    public async Task<IReadOnlyList<SandboxPerson>> PersonsAsync()
    {
        using var http = new HttpClient();
        var page = await http.GetFromJsonAsync(
            sandbox.PersonsUrl + ".json",
            ResponseJson.Default.PageSandboxPerson
        );
        return page!.Data;
    }

    /// <summary>What came to a phone, the newest first.</summary>
    public async Task<IReadOnlyList<SandboxMessage>> AllMessagesAsync(string mobile)
    {
        using var http = new HttpClient();
        var page = await http.GetFromJsonAsync(
            $"{sandbox.MessagesUrl}.json?mobile={mobile}",
            ResponseJson.Default.PageSandboxMessage
        );
        return page!.Data;
    }

    /// <summary>The same without what tells of an agreement: that may come after the code which is asked for next.</summary>
    public async Task<IReadOnlyList<SandboxMessage>> MessagesAsync(string mobile) =>
        [
            .. (await AllMessagesAsync(mobile)).Where(message =>
                !message.Text.Contains("may now take payments", StringComparison.Ordinal)
                && !message.Text.Contains("开通免密支付", StringComparison.Ordinal)
            ),
        ];

    /// <summary>Has a person go through the bank's pages and agree.</summary>
    public async Task<LinkedCustomer> LinkAsync(
        int person = 0,
        IReadOnlyList<AuthorizationDetail>? details = null,
        string? scope = null,
        string? languages = null
    )
    {
        var link = await Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = RedirectUri,
                AuthorizationDetails = details ?? Everything,
                Scope = scope,
                UiLocales = languages,
            }
        );
        using var customer = new BankCustomer((await PersonsAsync())[person], sandbox.MessagesUrl, Pin);
        var callback = await customer.AgreeAsync(link.AuthorizationUrl, RedirectUri);
        return await Client.AccountLinks.CompleteAsync(link.Session, callback);
    }

    /// <summary>The same, with an account of Type III.</summary>
    public Task<LinkedCustomer> LinkTypeThreeAsync(int person = 0) =>
        LinkAsync(person, EverythingOf(AccountType.TypeThree));

    /// <summary>Applies for an account through the API.</summary>
    public Task<AccountApplication> ApplyAsync(SandboxPerson person, Uri? returnTo = null) =>
        Client.AccountApplications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new Applicant
                {
                    Name = person.Name,
                    IdNumber = person.IdNumber,
                    Mobile = person.Mobile,
                    CardNumber = person.CardNumber,
                },
                ReturnUri = returnTo?.ToString(),
            },
            IdempotencyKey.FromOrder(person.IdNumber, "open")
        );

    /// <summary>The same, and waits until its applicant can go on.</summary>
    public async Task<AccountApplication> ApplyAndWaitAsync(SandboxPerson person, Uri? returnTo = null)
    {
        var made = await ApplyAsync(person, returnTo);
        var (otp, deposit) = (AccountApplicationStatus.OtpPending, AccountApplicationStatus.DepositPending);
        for (var i = 0; i < 400 && made.Status != otp && made.Status != deposit; i++)
        {
            await Task.Delay(25);
            made = await Client.AccountApplications.GetAsync(made.Id);
        }

        return made;
    }

    /// <summary>Brings money to the customer's account, and waits until it is there.</summary>
    public async Task<TopUp> TopUpAsync(LinkedCustomer customer, Money amount, string number = "top-up-1")
    {
        var asked = await Client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = amount },
            IdempotencyKey.FromOrder(number, "top-up")
        );
        return await Client.TopUps.WaitAsync(asked.Id);
    }

    public async Task<Money> BalanceAsync(LinkedCustomer customer) =>
        (await Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!)).Balance!.Available;

    public async Task<Coupon> IssueCouponAsync(LinkedCustomer customer, string number = "coupon-1")
    {
        var stock = await Client.Coupons.ListStocksAsync().FirstAsync();
        return await Client.Coupons.IssueAsync(
            new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
            IdempotencyKey.FromOrder(number, "coupon")
        );
    }

    public Task<Payment> PayAsync(
        LinkedCustomer customer,
        string orderNo,
        Money amount,
        string? couponId = null
    ) =>
        Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = amount,
                AgreementId = customer.AgreementId!,
                CouponId = couponId,
            },
            IdempotencyKey.FromOrder(orderNo, "payment")
        );

    private static async Task<TestPartner> RegisterAsync(
        Uri server,
        SandboxSignUp sandbox,
        ClientKey key,
        string? logo = null,
        Uri? callback = null
    )
    {
        Uri[] redirects = callback is null ? [RedirectUri] : [RedirectUri, callback];
        var app = await AppRegistration.RegisterAsync(
            server,
            sandbox.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Test App",
                RedirectUris = [.. redirects.Select(address => address.ToString())],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                LogoUri = logo,
            }
        );
        return new(server, sandbox, key, app);
    }
}
