using OpenBanking.Internal;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing.Internal;

namespace OpenBanking.Testing;

/// <summary>A bank of a test's own: the real server in this process, on a free port of loopback and with a store that is
/// thrown away, one registered app, and a client of it.</summary>
/// <remarks>Every bank stands alone; as many as the machine carries run side by side. Safe to use from many threads.
/// What goes wrong on purpose is in <see cref="MagicAmounts"/> and <see cref="MagicPersons"/>.</remarks>
/// <example><code>
/// await using var bank = await SandboxBank.StartAsync();
/// var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
/// </code></example>
public sealed class SandboxBank : IAsyncDisposable
{
    /// <summary>The payment PIN that linked customers set.</summary>
    public const string Pin = "135791";

    private readonly RunningServer server;
    private readonly SandboxSignUp sandbox;
    private readonly SandboxBankOptions options;
    private readonly World world;
    private int topUps;

    private SandboxBank(
        RunningServer server,
        SandboxSignUp sandbox,
        SandboxBankOptions options,
        ClientKey key,
        string clientId
    )
    {
        this.server = server;
        this.sandbox = sandbox;
        this.options = options;
        Key = key;
        ClientId = clientId;
        var clientOptions = new OpenBankingOptions();
        Configure(clientOptions);
        options.ConfigureClient?.Invoke(clientOptions);
        Client = new OpenBankingClient(clientOptions);
        world = new World(int.Parse(sandbox.SandboxId));
        Clock = new SandboxBankClock(server, world);
        Customers = new SandboxBankCustomers(Client, server, world, Clock, sandbox);
        Webhooks = new WebhookCatcher(Client, server);
    }

    /// <summary>Where the bank listens; also its issuer.</summary>
    public Uri Address => server.Address;

    /// <summary>A client of the registered app.</summary>
    public OpenBankingClient Client { get; }

    /// <summary>The app's id, <c>app_…</c>.</summary>
    public string ClientId { get; }

    /// <summary>The app's private key.</summary>
    public ClientKey Key { get; }

    /// <summary>The bank's business time, by which agreements, coupons, holds and limits run.</summary>
    public SandboxBankClock Clock { get; }

    /// <summary>What customers and the bank's staff do with accounts, payments and applications.</summary>
    public SandboxBankCustomers Customers { get; }

    /// <summary>The events that the bank posts.</summary>
    public WebhookCatcher Webhooks { get; }

    /// <summary>What registers further apps at this bank, by <see cref="AppRegistration"/>.</summary>
    public string InitialAccessToken => sandbox.InitialAccessToken;

    /// <summary>The page with the messages that would have gone to phones; with <c>.json</c> after it, its data.</summary>
    public Uri MessagesUrl => new(sandbox.MessagesUrl);

    /// <summary>Starts a bank, and registers an app at it.</summary>
    /// <param name="options">How it begins; as the defaults of <see cref="SandboxBankOptions"/> say when null.</param>
    /// <param name="cancellationToken">Gives up the start; what was begun is taken away.</param>
    /// <returns>The bank, which answers. Dispose it: it stops, and its store is deleted.</returns>
    /// <exception cref="ArgumentException">An option makes no sense, such as a setting that the server does not have; the message
    /// names it, and the nearest one that there is.</exception>
    /// <exception cref="OpenBanking.Server.WrongSettingException">The server refuses the value of a setting, such as text for a
    /// number; the message names it. Or .NET is told to know no languages (<c>InvariantGlobalization</c>) and not, by
    /// <c>PredefinedCulturesOnly</c>, to take any.</exception>
    /// <exception cref="IOException">No port of loopback could be had.</exception>
    public static async Task<SandboxBank> StartAsync(
        SandboxBankOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        options ??= new();
        Check(options);
        var server = await RunningServer
            .StartAsync(options.Settings, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var key = ClientKey.CreateEs256();
            using var http = CreateHttpHandler();
            var sandbox = await AppRegistration
                .SignUpForSandboxAsync(server.Address, "Test partner", http, cancellationToken)
                .ConfigureAwait(false);
            var app = await AppRegistration
                .RegisterAsync(
                    server.Address,
                    sandbox.InitialAccessToken,
                    new ClientRegistrationRequest
                    {
                        ClientName = options.AppName,
                        RedirectUris = [options.RedirectUri.ToString()],
                        Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                    },
                    http,
                    cancellationToken
                )
                .ConfigureAwait(false);
            return new(server, sandbox, options, key, app.ClientId);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A new handler that goes to the bank by no proxy, whatever the machine's settings name: for
    /// <see cref="AppRegistration"/>, and for an <see cref="HttpClient"/> that looks at the bank's pages. It is the caller's.</summary>
    /// <returns>The handler; dispose it after its last use.</returns>
    public static SocketsHttpHandler CreateHttpHandler()
    {
        var handler = OpenBankingOptions.CreateHttpHandler();
        handler.UseProxy = false;
        return handler;
    }

    /// <summary>Points a client at this bank and its app, by no proxy: <c>services.AddOpenBanking(bank.Configure)</c>.</summary>
    /// <param name="target">The options to set the bank's address, the app's id and its key in.</param>
    public void Configure(OpenBankingOptions target)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.Authority = Address;
        target.ClientId = ClientId;
        target.Key = Key;
        target.UseProxy = false;
    }

    /// <summary>Has a person go through the bank's own pages, without a browser: signs in, opens an account, sets the PIN
    /// and agrees.</summary>
    /// <remarks>Linked again, the same person agrees once more, with the account that there is. At the same time, one link of a person
    /// waits for the other; different persons wait for nobody.</remarks>
    /// <param name="person">Who; the first of <see cref="MagicPersons.All"/> by default, and another customer is another of
    /// them, such as <c>MagicPersons.All[1].Person</c>. The bank sends one number ten codes in an hour.</param>
    /// <param name="details">What the app asks for; an account, reading it, coupons and a wide payment agreement by
    /// default.</param>
    /// <param name="balance">What is brought to the account from the person's card, if anything: at most what
    /// <paramref name="details"/> allow one top-up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The customer, as the app knows one who has agreed: with the ids of the account and, where terms were asked for,
    /// of the agreement.</returns>
    /// <exception cref="ArgumentException">A balance is asked for, and <paramref name="details"/> name no agreement to top up
    /// under.</exception>
    /// <exception cref="InvalidOperationException">The bank refuses; the message is what its page says. Or the card did not give
    /// the balance: the message has the decline code.</exception>
    /// <exception cref="PersonUnavailableException">The bank sends this person no code now, or opens no account for
    /// them.</exception>
    /// <exception cref="OpenBankingException"><see cref="ClientErrorCodes.TimedOut"/>: the card did not answer for two minutes, as with
    /// <see cref="MagicAmounts.CardNeverAnswers"/>. Or the bank takes no such details.</exception>
    public async Task<LinkedCustomer> LinkCustomerAsync(
        SandboxPerson? person = null,
        IReadOnlyList<AuthorizationDetail>? details = null,
        Money? balance = null,
        CancellationToken cancellationToken = default
    )
    {
        if (balance is { } asked)
        {
            Check(asked, nameof(balance));
            if (details?.OfType<PaymentAgreementTerms>().Any() == false)
            {
                throw new ArgumentException(
                    "A balance is brought by a top-up, which takes a payment agreement: name its terms too.",
                    nameof(details)
                );
            }
        }

        server.ThrowIfEnded();
        var who = person ?? MagicPersons.All[0].Person;
        LinkedCustomer customer;
        using (await server.Turns.TakeAsync(who.Mobile, cancellationToken).ConfigureAwait(false))
        {
            customer = await LinkAsync(who, details ?? Everything, cancellationToken).ConfigureAwait(false);
        }

        if (balance is { } amount)
        {
            var topUp = await TopUpAsync(customer, amount, cancellationToken).ConfigureAwait(false);
            if (topUp.Status == TopUpStatus.Failed)
            {
                throw new InvalidOperationException(
                    $"The account was linked, and its balance of {amount} did not come: {topUp.DeclineCode}."
                );
            }
        }

        return customer;
    }

    private async Task<LinkedCustomer> LinkAsync(
        SandboxPerson who,
        IReadOnlyList<AuthorizationDetail> details,
        CancellationToken cancellationToken
    )
    {
        var link = await Client
            .AccountLinks.StartAsync(
                new AccountLinkRequest { RedirectUri = options.RedirectUri, AuthorizationDetails = details },
                cancellationToken
            )
            .ConfigureAwait(false);
        await server.Services.EndCodePauseAsync(world, who.Mobile).ConfigureAwait(false);
        using var visitor = new BankCustomer(who, sandbox.MessagesUrl, Pin);
        Uri callback;
        try
        {
            callback = await visitor
                .AgreeAsync(link.AuthorizationUrl, options.RedirectUri, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PersonUnavailableException refused) when (PageRefusals.CodeOf(refused.Message) is { } code)
        {
            throw new PersonUnavailableException($"{refused.Message} ({code})") { Code = code };
        }

        return await Client
            .AccountLinks.CompleteAsync(link.Session, callback, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Brings money from the customer's card, and waits for the outcome.</summary>
    /// <param name="customer">Whose: linked with an agreement.</param>
    /// <param name="amount">How much.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The top-up, succeeded or failed; a failed one has a decline code.</returns>
    /// <exception cref="ArgumentException">The customer was linked without an agreement, or the amount has no
    /// currency, or is nothing or less.</exception>
    /// <exception cref="OpenBankingException"><see cref="ClientErrorCodes.TimedOut"/>: the card did not answer for two minutes, as with
    /// <see cref="MagicAmounts.CardNeverAnswers"/>; <paramref name="cancellationToken"/> ends the wait before. Or the bank takes no
    /// such amount.</exception>
    public async Task<TopUp> TopUpAsync(
        LinkedCustomer customer,
        Money amount,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(customer);
        Check(amount, nameof(amount));
        var number = $"test-{Interlocked.Increment(ref topUps)}";
        var asked = await Client
            .TopUps.CreateAsync(
                new CreateTopUpRequest { AgreementId = BankRows.AgreementOf(customer), Amount = amount },
                IdempotencyKey.FromOrder(number, "top-up"),
                cancellationToken
            )
            .ConfigureAwait(false);
        return await Client.TopUps.WaitShortlyAsync(asked.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has the next requests of the API be refused, whatever they ask: every refusal of the catalogue can be had.</summary>
    /// <remarks>The server does not see them. The client sends again by itself what may succeed later
    /// (<see cref="ProblemDefinition.Retryable"/> with 429 or 503): so many times more until the app hears of it. With
    /// <see cref="ProblemCodes.InvalidToken"/> it gets another token and sends once more: twice until the app hears of it.
    /// <see cref="ProblemCodes.ProofNonceRequired"/> comes without a nonce, so that the app hears of it at once.</remarks>
    /// <param name="code">One of <see cref="ProblemCodes"/>.</param>
    /// <param name="times">How many requests; 1 or more.</param>
    /// <exception cref="ArgumentException">There is no such code: those of payments that are declined are in
    /// <see cref="MagicOutcomes"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is no time at all.</exception>
    public void RefuseNext(string code, int times = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(code);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        if (ProblemCodes.Catalogue.All(entry => entry.Code != code))
        {
            throw new ArgumentException(
                $"The catalogue of ProblemCodes has no {code}. How to have a payment declined is in MagicOutcomes.",
                nameof(code)
            );
        }

        server.ThrowIfEnded();
        server.Refusals.Add(code, times);
    }

    /// <summary>Takes back what <see cref="RefuseNext"/> has asked for and no request has met yet.</summary>
    public void RefuseNoMore() => server.Refusals.Clear();

    /// <summary>Has payments cost a fee from now on, by default of nothing but the rate, given back with refunds.</summary>
    /// <param name="basisPoints">Hundredths of a percent of what is captured, 0 to 10,000; 0 alone ends the fee.</param>
    /// <param name="minimum">The least that a payment costs; nothing when null.</param>
    /// <param name="cap">The most that a payment costs; no limit when null.</param>
    /// <param name="refunded">Whether refunds give the fee back in proportion.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The fees that count from now on.</returns>
    /// <exception cref="OpenBankingException">The bank takes no such fee: the message says which value and why.</exception>
    public Task<SandboxFees> SetFeesAsync(
        int basisPoints,
        Money? minimum = null,
        Money? cap = null,
        bool refunded = true,
        CancellationToken cancellationToken = default
    ) =>
        Client.Sandbox.SetFeesAsync(
            new SetSandboxFeesRequest
            {
                BasisPoints = basisPoints,
                Minimum = minimum,
                Cap = cap,
                Refunded = refunded,
            },
            cancellationToken
        );

    /// <summary>Stops the bank, and throws its store away; once, however often it is called.</summary>
    /// <remarks>Afterwards the client reaches nobody, and what else the bank gives throws
    /// <see cref="ObjectDisposedException"/>.</remarks>
    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static void Check(SandboxBankOptions options)
    {
        if (options.Settings is null || options.Settings.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException(
                "Set Settings to arguments of the server, or leave it out.",
                nameof(options)
            );
        }

        if (
            options.Settings.Select(ServerSettings.FaultOf).FirstOrDefault(fault => fault is not null) is
            { } fault
        )
        {
            throw new ArgumentException(fault, nameof(options));
        }

        if (string.IsNullOrWhiteSpace(options.AppName))
        {
            throw new ArgumentException("Set AppName, or leave it out.", nameof(options));
        }

        if (options.RedirectUri is not { } address || !SecureAddress.Is(address))
        {
            throw new ArgumentException(
                "Set RedirectUri to an address of https, or of http on loopback, or leave it out.",
                nameof(options)
            );
        }
    }

    private static void Check(Money amount, string parameterName)
    {
        if (string.IsNullOrWhiteSpace(amount.Currency))
        {
            throw new ArgumentException(
                "Make it with Money.Yuan or Money.Cny: it has no currency.",
                parameterName
            );
        }

        if (amount.Currency != Money.Cny(0).Currency)
        {
            throw new ArgumentException("The bank's accounts are in CNY.", parameterName);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount.Amount, parameterName);
    }

    private static IReadOnlyList<AuthorizationDetail> Everything =>
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
}
