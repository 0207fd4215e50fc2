using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>The SDK of an app that is registered with a certificate.</summary>
public sealed class CertificateSdkTests(CertificateBank bank)
{
    private const string Subject = "CN=Sdk, O=Example";
    private const string SubjectDn = "tls_client_auth_subject_dn";
    private const string UnknownPayment = "pay_01hzy3v9k2m4n6p8q0r2s4t6v8";

    [Fact]
    public async Task An_app_links_a_customer_with_a_certificate_and_tokens_that_are_bound_to_it()
    {
        using var certificate = bank.Authority.Issue(Subject);
        var partner = await TestPartner.NewAsync(bank.Plain);
        var clientId = await CertificateBank.RegisterAtAsync(partner, bank.Plain, SubjectDn, Subject);
        var client = NewClient(clientId, certificate, bound: true);

        var customer = await LinkAsync(client, partner);

        Assert.Single((await client.Accounts.ListAsync(customer.CustomerId)).Data);
        Assert.True(await client.AccountLinks.RevokeTokensAsync(customer.CustomerId));
    }

    [Fact]
    public async Task A_certificate_authenticates_and_the_tokens_are_bound_to_a_key_all_the_same()
    {
        using var certificate = bank.Authority.Issue(Subject);
        var clientId = await bank.RegisterAsync(
            SubjectDn,
            Subject,
            ("tls_client_certificate_bound_access_tokens", false)
        );

        await FindsNothingAsync(NewClient(clientId, certificate, bound: false));
    }

    [Fact]
    public async Task A_certificate_of_the_apps_own_making_does_as_well()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Certificates.SelfSigned(Subject, key);
        var jwk = RawClient.PublicJwkOf(key);
        jwk["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData));
        var registered = await bank.TryRegisterAsync(
            ("token_endpoint_auth_method", CertificateBank.BySelf),
            ("tls_client_certificate_bound_access_tokens", true),
            ("jwks", new JsonObject { ["keys"] = new JsonArray(jwk) })
        );
        Assert.True(registered.Status == 201, registered.Text);
        var clientId = registered.Json["client_id"]!.GetValue<string>();

        await FindsNothingAsync(NewClient(clientId, certificate, bound: true));
    }

    [Fact]
    public async Task A_certificate_is_replaced_while_the_app_runs()
    {
        using var first = bank.Authority.Issue(Subject);
        using var second = bank.Authority.Issue(Subject);
        var current = first;
        var partner = await TestPartner.NewAsync(bank.Plain);
        var clientId = await CertificateBank.RegisterAtAsync(partner, bank.Plain, SubjectDn, Subject);
        var options = NewOptions(clientId, bound: true);
        options.CurrentClientCertificate = () => current;
        options.HttpHandler = OpenBankingOptions.CreateHttpHandler(() => current, Trust);
        var (client, tokens) = (new OpenBankingClient(options), options.TokenStore!);
        await GoesOnAsync(client, tokens, partner, replace: () => current = second);

        current = null!;
        var none = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            client.Payments.GetAsync(UnknownPayment)
        );
        Assert.StartsWith("CurrentClientCertificate gave none", none.Message);
    }

    [Fact]
    public async Task A_certificate_of_a_client_from_the_container_is_replaced_while_the_app_runs()
    {
        using var first = bank.Authority.Issue(Subject);
        using var second = bank.Authority.Issue(Subject);
        var current = first;
        var partner = await TestPartner.NewAsync(bank.Plain);
        var clientId = await CertificateBank.RegisterAtAsync(partner, bank.Plain, SubjectDn, Subject);
        var collection = new ServiceCollection().AddOpenBanking(
            "live",
            options =>
            {
                options.Authority = bank.Plain;
                options.ApiAddress = bank.Secure;
                options.ClientId = clientId;
                options.BindTokensToCertificate = true;
                options.CurrentClientCertificate = () => current;
            }
        );
        collection.AddKeyedSingleton<ITokenStore>("live", new MemoryTokenStore());
        // The server's own certificate is of nobody who is known.
        collection
            .AddHttpClient("OpenBanking:live")
            .ConfigurePrimaryHttpMessageHandler(() =>
                OpenBankingOptions.CreateHttpHandler(() => current, Trust)
            );
        await using var services = collection.BuildServiceProvider();
        var client = services.GetRequiredKeyedService<OpenBankingClient>("live");
        var tokens = services.GetRequiredKeyedService<ITokenStore>("live");

        await GoesOnAsync(client, tokens, partner, replace: () => current = second);
    }

    [Fact]
    public async Task Another_certificate_is_refused_and_named()
    {
        using var other = bank.Authority.Issue("CN=Another, O=Example");
        var client = NewClient(await bank.RegisterAsync(SubjectDn, Subject), other, bound: true);

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            client.Payments.GetAsync(UnknownPayment)
        );

        Assert.Equal("invalid_client", refusal.Code);
        Assert.Contains("does not have the registered", refusal.Message);
        Assert.Contains($"with the certificate {other.Thumbprint}", refusal.Message);
    }

    /// <summary>App and customer are served before and after, with tokens that are bound to another certificate then.</summary>
    private static async Task GoesOnAsync(
        OpenBankingClient client,
        ITokenStore tokens,
        TestPartner partner,
        Action replace
    )
    {
        var customer = await LinkAsync(client, partner);
        await FindsNothingAsync(client);
        var before = (await tokens.GetAsync(customer.CustomerId))!.KeyThumbprint;

        replace();

        await FindsNothingAsync(client);
        Assert.Single((await client.Accounts.ListAsync(customer.CustomerId)).Data);
        Assert.NotEqual(before, (await tokens.GetAsync(customer.CustomerId))!.KeyThumbprint);
    }

    /// <summary>What is not there is said to who may ask.</summary>
    private static async Task FindsNothingAsync(OpenBankingClient client)
    {
        var answer = await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.Payments.GetAsync(UnknownPayment)
        );
        Assert.Equal(ProblemCodes.NotFound, answer.Code);
    }

    private static async Task<LinkedCustomer> LinkAsync(OpenBankingClient client, TestPartner partner)
    {
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        var person = (await partner.PersonsAsync())[0];
        using var visitor = new BankCustomer(person, partner.MessagesUrl, TestPartner.Pin);
        var callback = await visitor.AgreeAsync(link.AuthorizationUrl, TestPartner.RedirectUri);
        return await client.AccountLinks.CompleteAsync(link.Session, callback);
    }

    private OpenBankingClient NewClient(string clientId, X509Certificate2 certificate, bool bound)
    {
        var options = NewOptions(clientId, bound);
        options.ClientCertificate = certificate;
        var handler = OpenBankingOptions.CreateHttpHandler(certificate);
        Trust(handler);
        options.HttpHandler = handler;
        return new(options);
    }

    private OpenBankingOptions NewOptions(string clientId, bool bound) =>
        new()
        {
            Authority = bank.Plain,
            ApiAddress = bound ? bank.Secure : null,
            ClientId = clientId,
            BindTokensToCertificate = bound,
            TokenStore = new MemoryTokenStore(),
        };

    private static void Trust(SocketsHttpHandler handler) =>
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.Subject == Certificates.Localhost;
}
