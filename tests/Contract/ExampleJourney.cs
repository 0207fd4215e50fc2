using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Contract;

/// <summary>A partner's whole life at the bank, to be written down: each operation of the document at least once.</summary>
public sealed partial class ExampleJourney(TestServer bank, ExampleRecorder recorder)
{
    private readonly Uri server = bank.Address;
    private const string Pin = "135791";
    private static readonly Uri redirectUri = new("http://localhost:5090/openbanking/callback");
    private const int MostTries = 200;
    private static readonly HttpClient http = new();

    private readonly ClientKey key = ClientKey.CreateEs256();

    // What earlier steps found out.
    private SandboxSignUp sandbox = null!;
    private ClientRegistration app = null!;
    private OpenBankingClient client = null!;
    private LinkedCustomer customer = null!;
    private IReadOnlyList<SandboxPerson> persons = null!;
    private Coupon coupon = null!;

    public async Task PlayAsync()
    {
        await RegisterAsync();
        await LinkAsync();
        await ReadAccountAsync();
        await TopUpAsync();
        await PayAsync();
        await HoldAsync();
        await ConfirmLaterAsync();
        await ApplyAsync();
        await ListenAsync();
        await BringWhatSeldomHappensAsync();
        await SettleAsync();
        await EndAsync();
    }

    private async Task RegisterAsync()
    {
        sandbox = await recorder.RecordAsync(
            "signUp",
            "sandbox",
            "A new partner's sandbox",
            () => AppRegistration.SignUpForSandboxAsync(server, "Qinghe Video")
        );
        app = await recorder.RecordAsync(
            "registerClient",
            "app",
            "An app with one key",
            () =>
                AppRegistration.RegisterAsync(
                    server,
                    sandbox.InitialAccessToken,
                    new ClientRegistrationRequest
                    {
                        ClientName = "Qinghe Video",
                        RedirectUris = [redirectUri.ToString()],
                        Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                    }
                )
        );
        client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = server,
                ClientId = app.ClientId,
                Key = key,
            }
        );
        persons = (
            await recorder.RecordAsync(
                "listPersons",
                "persons",
                "Persons and their cards",
                () =>
                    http.GetFromJsonAsync(
                        sandbox.PersonsUrl + ".json",
                        ResponseJson.Default.PageSandboxPerson
                    )
            )
        )!.Data;
        await GetAsync("discover", "metadata", "Where everything is", "/.well-known/openid-configuration");
        await GetAsync("listSigningKeys", "keys", "One key", "/oauth/jwks");
    }

    private async Task LinkAsync()
    {
        var link = await recorder.RecordAsync(
            "pushAuthorizationRequest",
            "everything",
            "An account, reading it, coupons and an agreement",
            () =>
                client.AccountLinks.StartAsync(
                    new AccountLinkRequest
                    {
                        RedirectUri = redirectUri,
                        AuthorizationDetails = TestPartner.Everything,
                    }
                )
        );
        using var visitor = new BankCustomer(persons[0], sandbox.MessagesUrl, Pin);
        var callback = await visitor.AgreeAsync(link.AuthorizationUrl, redirectUri);
        customer = await recorder.RecordAsync(
            "issueToken",
            "authorization_code",
            "For the code that came back with the customer",
            () => client.AccountLinks.CompleteAsync(link.Session, callback)
        );
        await recorder.RecordAsync(
            "issueToken",
            "client_credentials",
            "For the app itself",
            () => NewRaw().AppTokenAsync()
        );
        await GetAsync(
            "listMessages",
            "messages",
            "What came to a customer's phone",
            await MessagesOfAsync(persons[0])
        );
    }

    /// <summary>Where a person's messages are, once that of the agreement has come, too.</summary>
    private async Task<string> MessagesOfAsync(SandboxPerson person)
    {
        var path = $"/sandbox/{sandbox.SandboxId}/messages.json?mobile={person.Mobile}";
        while ((await http.GetFromJsonAsync<JsonNode>(new Uri(server, path)))!["data"]!.AsArray().Count < 2)
        {
            await Task.Delay(25);
        }

        return path;
    }

    private async Task ReadAccountAsync()
    {
        var id = customer.AccountId!;
        var of = customer.CustomerId;
        await RecordAsync("listAccounts", "account", "The one account", () => client.Accounts.ListAsync(of));
        await RecordAsync("getAccount", "account", "With balances", () => client.Accounts.GetAsync(of, id));
        await RecordAsync(
            "getAccountLimits",
            "limits",
            "Before the first payment of the year",
            () => client.Accounts.GetLimitsAsync(of, id)
        );
        await RecordAsync(
            "getConsent",
            "consent",
            "All that was asked for",
            () => client.Consents.GetAsync(customer.ConsentId)
        );
        await RecordAsync(
            "getAgreement",
            "agreement",
            "Nothing used yet",
            () => client.Agreements.GetAsync(customer.AgreementId!)
        );
        await RecordAsync(
            "listConsents",
            "consents",
            "One customer",
            async () => await client.Consents.ListAsync().FirstAsync()
        );
        await RecordAsync(
            "listAgreements",
            "agreements",
            "One agreement",
            async () => await client.Agreements.ListAsync().FirstAsync()
        );
        using var raw = NewRaw();
        var access = await LinkWithoutSdkAsync(raw, persons[2]);
        await RecordAsync(
            "getUserInfo",
            "customer",
            "The customer's id",
            () => raw.CallAsync(HttpMethod.Get, "/oauth/userinfo", access)
        );
        await RecordAsync(
            "postUserInfo",
            "customer",
            "The customer's id",
            () => raw.CallAsync(HttpMethod.Post, "/oauth/userinfo", access)
        );
        await RecordAsync("introspectToken", "active", "A customer's token", () => IntrospectAsync(access));
    }

    /// <summary>Another customer's access token, for what the SDK does not ask.</summary>
    private async Task<string> LinkWithoutSdkAsync(
        RawClient raw,
        SandboxPerson person,
        string opening = """{"type":"account_opening"}"""
    )
    {
        const string verifier = "a-verifier-of-at-least-forty-three-characters";
        var pushed = await raw.PostFormAsync(
            "/oauth/par",
            [
                ("response_type", "code"),
                ("redirect_uri", redirectUri.ToString()),
                ("scope", "openid accounts"),
                (
                    "code_challenge",
                    Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))
                ),
                ("code_challenge_method", "S256"),
                ("authorization_details", $$"""[{{opening}},{"type":"account_information"}]"""),
            ]
        );
        using var visitor = new BankCustomer(person, sandbox.MessagesUrl, Pin);
        var callback = await visitor.AgreeAsync(
            new Uri(
                server,
                $"/oauth/authorize?client_id={app.ClientId}&request_uri={pushed.Json["request_uri"]}"
            ),
            redirectUri
        );
        var given = await raw.PostFormAsync(
            "/oauth/token",
            [
                ("grant_type", "authorization_code"),
                ("code", HttpUtility.ParseQueryString(callback.Query)["code"]),
                ("redirect_uri", redirectUri.ToString()),
                ("code_verifier", verifier),
            ]
        );
        return given.Json["access_token"]!.GetValue<string>();
    }

    private async Task<RawAnswer> IntrospectAsync(string token)
    {
        var resourceKey = ClientKey.CreateEs256();
        var resourceServer = await AppRegistration.RegisterAsync(
            server,
            sandbox.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Resource server",
                RedirectUris = [],
                Scope = "introspection",
                Jwks = new JsonWebKeySetDocument { Keys = [resourceKey.PublicJwk] },
            }
        );
        using var raw = new RawClient(new RawIdentity(resourceServer.ClientId, resourceKey), server);
        return await raw.PostFormAsync("/oauth/introspect", [("token", token)], withProof: false);
    }

    private async Task ApplyAsync()
    {
        var application = await RecordAsync(
            "createAccountApplication",
            "created",
            "For a person, encrypted to the bank's key",
            () => ApplyAsync(persons[1], 1)
        );
        await UntilAsync(
            () => client.AccountApplications.GetAsync(application.Id),
            now => now.Status == AccountApplicationStatus.OtpPending
        );
        await RecordAsync(
            "getAccountApplication",
            "otp_pending",
            "The person is known, and is to confirm",
            () => client.AccountApplications.GetAsync(application.Id)
        );
        await RecordAsync(
            "listAccountApplications",
            "applications",
            "Two made on the bank's pages, and one through the API",
            async () => await client.AccountApplications.ListAsync().CountAsync()
        );
        using var raw = NewRaw();
        await RecordAsync(
            "getEncryptionKeys",
            "key",
            "The key to encrypt persons to",
            async () => await raw.CallAsync(HttpMethod.Get, "/v1/encryption-keys", await raw.AppTokenAsync())
        );
    }

    private Task<AccountApplication> ApplyAsync(SandboxPerson person, int number) =>
        client.AccountApplications.CreateAsync(
            new OpenBanking.CreateAccountApplicationRequest
            {
                Applicant = new Applicant
                {
                    Name = person.Name,
                    IdNumber = person.IdNumber,
                    Mobile = person.Mobile,
                    CardNumber = person.CardNumber,
                },
                ReturnUri = redirectUri.ToString(),
            },
            IdempotencyKey.FromOrder($"opening-{number}", "application")
        );

    private async Task ListenAsync()
    {
        var endpoint = await RecordAsync(
            "createWebhookEndpoint",
            "endpoint",
            "For two types of event",
            () =>
                client.WebhookEndpoints.CreateAsync(
                    new CreateWebhookEndpointRequest
                    {
                        Url = "http://localhost:5090/openbanking/webhooks",
                        Events = [EventTypes.PaymentCaptured, EventTypes.RefundSucceeded],
                    }
                )
        );
        await RecordAsync(
            "getWebhookEndpoint",
            "endpoint",
            "Without its secret",
            () => client.WebhookEndpoints.GetAsync(endpoint.Id)
        );
        await RecordAsync(
            "listWebhookEndpoints",
            "endpoints",
            "One endpoint",
            async () => await client.WebhookEndpoints.ListAsync().CountAsync()
        );
        await client.WebhookEndpoints.DeleteAsync(endpoint.Id);
    }

    private async Task EndAsync()
    {
        await RecordAsync(
            "narrowConsent",
            "without_agreement",
            "Only reading is left",
            () => client.Consents.NarrowAsync(customer.ConsentId, [new AccountInformation()])
        );
        await RecordAsync(
            "revokeConsent",
            "revoked",
            "Nothing is left",
            () => client.Consents.RevokeAsync(customer.ConsentId)
        );
        using var raw = NewRaw();
        await RecordAsync(
            "revokeToken",
            "access_token",
            "The app's own",
            async () =>
                await raw.PostFormAsync(
                    "/oauth/revoke",
                    [("token", await raw.AppTokenAsync())],
                    withProof: false
                )
        );
        await LetTimePassAsync();
        await ReadEventsAsync();
        var read = await RecordAsync(
            "readClient",
            "app",
            "As it is registered",
            () => ManageAsync(HttpMethod.Get)
        );
        await RecordAsync(
            "changeClient",
            "app",
            "A new name, and a new registration_access_token",
            () => ManageAsync(HttpMethod.Put, Renamed(read.Json))
        );
    }

    /// <summary>The audit gives events their places a moment after they happened.</summary>
    private async Task ReadEventsAsync()
    {
        var events = await UntilAsync(
            async () => await client.Events.ListAsync().ToListAsync(),
            listed => EventTypes.All.All(type => listed.Any(happened => happened.Type == type))
        );
        await RecordAsync(
            "listEvents",
            "first",
            "The first event, and where the next page begins",
            () => client.Events.ListPageAsync(pageSize: 1)
        );
        // Payouts of one day end in any order.
        var ofThePartner = events.OrderBy(happened => happened.Data.SubMerchantId is not null);
        foreach (var happened in ofThePartner.DistinctBy(happened => happened.Type))
        {
            recorder.AddEvent(happened);
        }
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> read, Predicate<T> isThere)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var found = await read();
            if (isThere(found))
            {
                return found;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("What was waited for did not happen.");
    }

    private static string Renamed(JsonNode registration)
    {
        var changed = new JsonObject
        {
            ["client_name"] = "Qinghe Video and Music",
            ["redirect_uris"] = registration["redirect_uris"]!.DeepClone(),
            ["jwks"] = registration["jwks"]!.DeepClone(),
        };
        return changed.ToJsonString();
    }

    private async Task<RawAnswer> ManageAsync(HttpMethod method, string? body = null)
    {
        using var request = new HttpRequestMessage(
            method,
            new Uri(server, $"/oauth/register/{app.ClientId}")
        );
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {app.RegistrationAccessToken}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await NewRaw().SendAsync(request);
    }

    private RawClient NewRaw() => new(new RawIdentity(app.ClientId, key), server);

    private Task<string> GetAsync(string operation, string name, string summary, string path) =>
        RecordAsync(operation, name, summary, () => http.GetStringAsync(new Uri(server, path)));

    private Task<T> RecordAsync<T>(string operation, string name, string summary, Func<Task<T>> act) =>
        recorder.RecordAsync(operation, name, summary, act);
}
