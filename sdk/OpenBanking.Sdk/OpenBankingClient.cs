using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>One app at one bank. Immutable and safe to use from many threads: make one and keep it.</summary>
/// <remarks>Every call authenticates by itself (FAPI 2.0: <c>private_key_jwt</c> and DPoP, or a client certificate), is tried again
/// where that is harmless, and ends within <see cref="OpenBankingOptions.TotalTimeout"/>. An argument that makes no sense,
/// such as an empty id or an amount without a currency, is refused by an <see cref="ArgumentException"/> that names it, and
/// nothing is sent. To mock the client, derive from it and from its sub-clients.</remarks>
public class OpenBankingClient
{
    private readonly Api api;

    /// <summary>A client of one app.</summary>
    /// <param name="options">Which bank and which app. They are copied: a later change of them changes nothing here.</param>
    /// <exception cref="ArgumentException">An option is missing or wrong; the message says what to
    /// set.</exception>
    public OpenBankingClient(OpenBankingOptions options)
        : this(Make(options)) { }

    /// <summary>For mocks, which override the sub-clients they are asked for; what they leave out says so when it is asked
    /// for.</summary>
    protected OpenBankingClient()
        : this((Api.OfMock, AccountLinksClient.OfMock)) { }

    private OpenBankingClient((Api Api, AccountLinksClient AccountLinks) parts)
    {
        api = parts.Api;
        AccountApplications = new AccountApplicationsClient(api);
        Accounts = new AccountsClient(api);
        AccountLinks = parts.AccountLinks;
        TopUps = new TopUpsClient(api);
        Coupons = new CouponsClient(api);
        Payments = new PaymentsClient(api);
        Orders = new OrdersClient(api);
        Refunds = new RefundsClient(api);
        SubMerchants = new SubMerchantsClient(api);
        Payouts = new PayoutsClient(api);
        Consents = new ConsentsClient(api);
        Agreements = new AgreementsClient(api);
        WebhookEndpoints = new WebhookEndpointsClient(api);
        Events = new EventsClient(api);
        Sandbox = new SandboxClient(api);
    }

    /// <summary>Applies for e-accounts.</summary>
    public virtual AccountApplicationsClient AccountApplications { get; }

    /// <summary>Reads linked customers' e-accounts.</summary>
    public virtual AccountsClient Accounts { get; }

    /// <summary>Links customers.</summary>
    public virtual AccountLinksClient AccountLinks { get; }

    /// <summary>Brings money from bound cards to e-accounts.</summary>
    public virtual TopUpsClient TopUps { get; }

    /// <summary>Issues coupons and reads them.</summary>
    public virtual CouponsClient Coupons { get; }

    /// <summary>Takes payments.</summary>
    public virtual PaymentsClient Payments { get; }

    /// <summary>Looks up order numbers and closes them.</summary>
    public virtual OrdersClient Orders { get; }

    /// <summary>Gives payments back.</summary>
    public virtual RefundsClient Refunds { get; }

    /// <summary>Registers merchants that sell through the partner.</summary>
    public virtual SubMerchantsClient SubMerchants { get; }

    /// <summary>Reads what was paid out.</summary>
    public virtual PayoutsClient Payouts { get; }

    /// <summary>Reads consents and takes them back.</summary>
    public virtual ConsentsClient Consents { get; }

    /// <summary>Reads payment agreements.</summary>
    public virtual AgreementsClient Agreements { get; }

    /// <summary>Says where events are posted to.</summary>
    public virtual WebhookEndpointsClient WebhookEndpoints { get; }

    /// <summary>Reads events again.</summary>
    public virtual EventsClient Events { get; }

    /// <summary>Sets what only a sandbox lets a partner set.</summary>
    public virtual SandboxClient Sandbox { get; }

    /// <summary>Reads an object again, and gets it over the wire only if it has changed (<c>If-None-Match</c>, RFC 9110
    /// §13.1.2).</summary>
    /// <example><code source="Client_ReadAgainAsync">
    /// var now = await client.ReadAgainAsync(known);
    /// Console.WriteLine(ReferenceEquals(now, known) ? "Nothing has changed." : $"It is {now.Status} now.");
    /// </code></example>
    /// <param name="known">What this client has read by a method that reads one object, such as
    /// <see cref="PaymentsClient.GetAsync"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The same instance when nothing has changed.</returns>
    /// <exception cref="ArgumentException">It was not read so: it came in a list, or from a change.</exception>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<T> ReadAgainAsync<T>(T known, CancellationToken cancellationToken = default)
        where T : ResponseObject
    {
        ArgumentNullException.ThrowIfNull(known);
        return api.ReadAgainAsync(known, cancellationToken);
    }

    private static (Api Api, AccountLinksClient AccountLinks) Make(OpenBankingOptions options)
    {
        var settings = ClientSettings.From(options);
        var clock = settings.Call.Clock;
        var caller = new Caller(settings.Call);
        var binding = settings.NewBinding();
        var metadata = new MetadataSource(settings.Issuer, caller);
        var server = new AuthorizationServer(settings, metadata, binding, caller);
        var tokens = new TokenRequests(server);
        var customers = new CustomerTokenSource(
            new BoundedStore(settings.TokenStore ?? new MemoryTokenStore(), settings.Call),
            tokens,
            binding,
            clock,
            settings.Call.Logger,
            settings.ClientId
        );
        var idTokens = new IdTokens(new KeySet(metadata, caller), settings.Issuer, settings.ClientId, clock);
        return (
            new Api(
                settings.ApiAddress,
                settings.Issuer,
                new AppTokens(tokens, binding, clock),
                customers,
                binding,
                caller
            ),
            new AccountLinksClient(server, tokens, idTokens, customers, clock)
        );
    }
}
