using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using OpenBanking.Testing;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Plants secrets wherever one can come from, makes every kind of call and failure, and
/// greps.</summary>
public sealed partial class SecrecyTests
{
    private static readonly AccountLinkRequest request = new()
    {
        RedirectUri = new Uri("https://partner.example/callback"),
        AuthorizationDetails = [new AccountInformation()],
    };

    private static readonly string[] numbers = ["13800138000", "110101199003074514", "6222021234567890123"];

    private static readonly Assembly[] holders =
    [
        typeof(Payment).Assembly,
        typeof(OpenBankingClient).Assembly,
        typeof(AccountLinkEndpointOptions).Assembly,
        typeof(SandboxBank).Assembly,
    ];

    // Of persons whom a sandbox has made up.
    private static readonly string[] notConfidential =
    [
        "SandboxMessage.Mobile",
        "SandboxPerson.CardNumber",
        "SandboxPerson.IdNumber",
        "SandboxPerson.Mobile",
    ];

    private readonly ConcurrentQueue<string> written = [];

    [Theory]
    [InlineData(false, 60)]
    [InlineData(true, 30)]
    public async Task No_secret_gets_into_a_log_an_activity_a_metric_or_an_exception(
        bool withCertificate,
        int leastPlanted
    )
    {
        await using var bank = await StubBank.StartAsync();
        using var logs = LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new LogRecorder(written))
        );
        using var activities = Listen();
        using var metrics = ListenToMetrics();
        var store = new MemoryTokenStore();
        var dpopKey = ClientKey.CreateEs256();
        using var certificate = Certificate();
        var client = bank.Client(options =>
        {
            options.LoggerFactory = logs;
            options.TokenStore = store;
            options.MaxRetries = 1;
            if (withCertificate)
            {
                bank.Oauth.TokenType = "Bearer";
                options.Key = null;
                options.ClientCertificate = certificate;
                options.BindTokensToCertificate = true;
                options.ApiAddress = bank.Authority;
            }
            else
            {
                options.DpopKey = dpopKey;
            }

            written.Enqueue(TextOf(options));
        });
        written.Enqueue(TextOf(client));

        await LinkAsync(bank, client);
        await CallAsync(bank, client);
        await FailAsync(bank, client);

        var secrets = Planted(bank, dpopKey, certificate);
        Assert.Contains(
            written,
            text => text.StartsWith("openbanking.client.retries", StringComparison.Ordinal)
        );
        Assert.True(secrets.Count > leastPlanted, $"Only {secrets.Count} secrets were planted.");
        Assert.True(written.Count > 60, $"Only {written.Count} texts were written.");
        foreach (var text in written)
        {
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_holds_a_secret_does_not_show_it()
    {
        await using var bank = await StubBank.StartAsync();
        var store = new MemoryTokenStore();
        var client = await bank.LinkedClientAsync(store, DateTimeOffset.MaxValue);
        var link = await client.AccountLinks.StartAsync(request);
        var secret = WebhookSigner.CreateSecret();
        bank.Script(
            "POST /v1/webhook-endpoints",
            Answers.Json(
                201,
                new
                {
                    id = "whe_1",
                    url = "https://partner.example/hooks",
                    events = Array.Empty<string>(),
                    status = "enabled",
                    secret,
                    created_at = Samples.CreatedAt,
                }
            )
        );
        var endpoint = await client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = "https://partner.example/hooks" }
        );
        var tokens = (await store.GetAsync(Samples.Customer))!;

        Assert.Equal(secret, endpoint.Secret);
        var texts = $"{endpoint} {tokens} {link} {bank.Oauth.ClientKey} {endpoint.Response}";
        Assert.All(
            [secret, tokens.AccessToken, tokens.RefreshToken!, link.Session, link.AuthorizationUrl.Query],
            planted => Assert.DoesNotContain(planted, texts, StringComparison.Ordinal)
        );
    }

    /// <summary>Whoever adds such a property to a public type hides it, or says here that it is none.</summary>
    [Fact]
    public void No_public_type_shows_what_is_named_like_a_secret_or_like_what_persons_are_known_by()
    {
        var shown = holders
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false })
            .Where(type => type != typeof(ClientKey))
            .SelectMany(ShownOf)
            .Where(member => ConfidentialName().IsMatch(member));

        Assert.Equal(notConfidential, shown.Order(StringComparer.Ordinal));
    }

    /// <summary>The text properties of a type that are in its text.</summary>
    private static IEnumerable<string> ShownOf(Type type)
    {
        var whole = RuntimeHelpers.GetUninitializedObject(type);
        var texts = type.GetProperties().Where(each => each is { CanWrite: true }).ToList();
        foreach (var text in texts)
        {
            if (text.PropertyType == typeof(string))
            {
                text.SetValue(whole, Planted(text));
            }
            else if (text.PropertyType == typeof(Uri))
            {
                text.SetValue(whole, new Uri($"https://partner.example/?{Planted(text)}"));
            }
        }

        var said = TextOf(whole);
        return texts
            .Where(text => said.Contains(Planted(text), StringComparison.Ordinal))
            .Select(text => $"{type.Name}.{text.Name}");
    }

    private static string Planted(PropertyInfo text) => $"planted-{text.Name};";

    [GeneratedRegex(
        @"\.\w*(Token|Secret|Session|Assertion|Verifier|Password|Pem|Pin|IdNumber|Mobile|CardNumber)$"
            + @"|\.(RequestUri|AuthorizationUrl|ContinuationUrl)$",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex ConfidentialName();

    /// <summary>What an app gets that logs the whole object.</summary>
    private static string TextOf(object whole) => whole.ToString()!;

    private async Task LinkAsync(StubBank bank, OpenBankingClient client)
    {
        var link = await client.AccountLinks.StartAsync(request);
        written.Enqueue(link.ToString());
        written.Enqueue(
            (await client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback())).ToString()
        );

        await FailsAsync(() =>
            client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback(state: "wrong"))
        );
        await FailsAsync(() =>
            client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback(issuer: "wrong"))
        );
        await FailsAsync(() =>
            client.AccountLinks.CompleteAsync(
                link.Session,
                bank.Oauth.Callback(
                    extra: $"&error=server_error&error_description={string.Join('+', numbers)}"
                )
            )
        );
        await FailsAsync(() => client.AccountLinks.CompleteAsync(link.Session + "x", bank.Oauth.Callback()));
        bank.Oauth.IdTokenClaims = claims => claims["aud"] = "app_other";
        await FailsAsync(() => client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback()));
        bank.Oauth.SignIdToken = (_, _) => bank.Oauth.NewSecret("malformed");
        await FailsAsync(() => client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback()));
    }

    private async Task CallAsync(StubBank bank, OpenBankingClient client)
    {
        bank.Script(
            "GET /v1/accounts",
            Answers.Json(200, new { data = Array.Empty<object>(), has_more = false })
        );
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
        written.Enqueue((await client.Accounts.ListAsync(Samples.Customer)).ToString());
        bank.Script("GET /v1/encryption-keys", Answers.Text(500, string.Join(' ', numbers), "text/html"));
        var application = new CreateAccountApplicationRequest
        {
            Applicant = new()
            {
                Name = "Zhao",
                Mobile = numbers[0],
                IdNumber = numbers[1],
                CardNumber = numbers[2],
            },
        };
        written.Enqueue($"{TextOf(application)} {TextOf(application.Applicant)}");
        await FailsAsync(() => client.AccountApplications.CreateAsync(application, Samples.Key));
        written.Enqueue(
            (
                await Assert.ThrowsAnyAsync<ArgumentException>(() =>
                    client.AccountApplications.CreateAsync(
                        application with
                        {
                            Applicant = application.Applicant with { Name = " " },
                        },
                        Samples.Key
                    )
                )
            ).ToString()
        );
        written.Enqueue((await client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)).ToString());
    }

    private async Task FailAsync(StubBank bank, OpenBankingClient client)
    {
        var stolen = bank.Oauth.Secrets.First();
        var telltale = $"Token {stolen} of {string.Join(", ", numbers)} is wrong.";
        foreach (
            var answer in new[]
            {
                Answers.Cut,
                Answers.Problem(400, ProblemCodes.InvalidRequest, telltale),
                Answers.Problem(503, ProblemCodes.OutcomeUnknown, telltale, retryAfter: "0"),
                Answers.Challenge("invalid_token"),
                Answers.Text(200, stolen, "application/json"),
                Answers.Text(500, telltale, "text/html"),
            }
        )
        {
            bank.Script("POST /v1/payments", answer);
            await FailsAsync(() => client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key));
        }

        bank.Script("POST /token", Answers.OAuthError(400, "invalid_grant", telltale));
        bank.Script("GET /v1/accounts", Answers.Challenge("invalid_token"));
        await FailsAsync(() => client.Accounts.ListAsync(Samples.Customer));
        await FailsAsync(() => client.Accounts.ListAsync(Samples.Customer));
        bank.Script("POST /token", Answers.OAuthError(401, "invalid_client", telltale));
        bank.Script("POST /v1/payments", Answers.Challenge("invalid_token"));
        await FailsAsync(() => client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key));
    }

    private async Task FailsAsync(Func<Task> act)
    {
        var failure = await Assert.ThrowsAnyAsync<OpenBankingException>(act);
        written.Enqueue(failure.ToString());
    }

    private static HashSet<string> Planted(StubBank bank, ClientKey dpopKey, X509Certificate2 certificate)
    {
        HashSet<string> secrets = [.. bank.Oauth.Secrets, .. numbers];
        foreach (var received in bank.Requests)
        {
            secrets.UnionWith(
                received.Headers.Where(header => header.Key is "DPoP").Select(header => header.Value)
            );
            if (received.Method == "POST" && !received.Path.StartsWith("/v1", StringComparison.Ordinal))
            {
                string[] fields = ["client_assertion", "code", "code_verifier", "state", "nonce"];
                secrets.UnionWith(
                    fields.Where(received.Form.ContainsKey).Select(field => received.Form[field])
                );
            }
        }

        secrets.UnionWith(PrivateLines(dpopKey.ToPem()));
        secrets.UnionWith(PrivateLines(bank.Oauth.ClientKey.ToPem()));
        using var certified = certificate.GetECDsaPrivateKey()!;
        secrets.UnionWith(PrivateLines(certified.ExportPkcs8PrivateKeyPem()));
        secrets.UnionWith(PrivateLines(certified.ExportECPrivateKeyPem()));
        secrets.Add(Convert.ToHexString(certified.ExportParameters(includePrivateParameters: true).D!));
        return secrets;
    }

    private static X509Certificate2 Certificate()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=Partner", pair, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
    }

    private static IEnumerable<string> PrivateLines(string pem) =>
        pem.Split('\n').Where(line => line.Length > 20 && !line.StartsWith("---", StringComparison.Ordinal));

    private MeterListener ListenToMetrics()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == OpenBankingDiagnostics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => Keep(instrument, value, tags)
        );
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => Keep(instrument, value, tags)
        );
        listener.Start();
        return listener;

        void Keep(Instrument instrument, object value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            written.Enqueue($"{instrument.Name} {value} {string.Join(' ', tags.ToArray())}");
    }

    private ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OpenBankingDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
                written.Enqueue(activity.DisplayName + " " + string.Join(' ', activity.TagObjects)),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
