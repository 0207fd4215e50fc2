using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Tests.Sdk;

public sealed class OpenBankingOptionsTests
{
    [Fact]
    public void Options_that_are_complete_are_accepted() => Complete().Validate();

    [Fact]
    public void What_is_missing_or_wrong_is_named_with_what_to_do()
    {
        Refused("Authority", options => options.Authority = null);
        Refused("https", options => options.Authority = new Uri("http://open.bank.example"));
        Refused("query", options => options.Authority = new Uri("https://open.bank.example/?a=b"));
        Refused("ApiAddress", options => options.ApiAddress = new Uri("http://api.bank.example"));
        Refused("ClientId", options => options.ClientId = " ");
        Refused("line's end", options => options.ClientId += "\n");
        Refused("ClientId", options => options.ClientId += "\0");
        Refused("Key", options => options.Key = null);
        Refused("DpopKey", options => options.DpopKey = options.Key);
        Refused("Key", options => options.ClientCertificate = Certificate());
        Refused("Key", options => options.CurrentKey = () => options.Key!);
        Refused(
            "private key",
            options =>
            {
                options.Key = null;
                options.ClientCertificate = X509CertificateLoader.LoadCertificate(Certificate().RawData);
            }
        );
        Refused("ClientCertificate", options => options.BindTokensToCertificate = true);
        Refused(
            "ApiAddress",
            options =>
            {
                options.Key = null;
                options.ClientCertificate = Certificate();
                options.BindTokensToCertificate = true;
            }
        );
        Refused("AttemptTimeout", options => options.AttemptTimeout = TimeSpan.Zero);
        Refused("TotalTimeout", options => options.TotalTimeout = TimeSpan.FromSeconds(1));
        Refused("TotalTimeout", options => options.TotalTimeout = TimeSpan.FromDays(1));
        Refused("MaxRetries", options => options.MaxRetries = 11);
    }

    [Theory]
    [InlineData("https://api.bank.example/v1", "https://api.bank.example")]
    [InlineData("https://api.bank.example/v1/", "https://api.bank.example")]
    [InlineData("https://api.bank.example/open/V1", "https://api.bank.example/open")]
    [InlineData("https://api.bank.example/v1/payments", "https://api.bank.example")]
    public void An_address_of_the_API_with_what_the_client_adds_is_refused_with_what_to_write(
        string address,
        string meant
    )
    {
        Refused($"Set ApiAddress to {meant}:", options => options.ApiAddress = new Uri(address));

        var options = Complete();
        options.ApiAddress = new Uri(meant);
        options.Validate();
    }

    [Theory]
    [InlineData("https://v1.bank.example")]
    [InlineData("https://api.bank.example/v10")]
    [InlineData("https://api.bank.example/dev1")]
    public void An_address_of_the_API_that_only_looks_so_is_accepted(string address)
    {
        var options = Complete();
        options.ApiAddress = new Uri(address);
        options.Validate();
    }

    [Theory]
    [InlineData("http://localhost:5000")]
    [InlineData("http://127.0.0.1:5000/")]
    [InlineData("http://[::1]:5000")]
    public void Plain_http_is_accepted_on_loopback(string authority)
    {
        var options = Complete();
        options.Authority = new Uri(authority);
        options.Validate();
    }

    private static void Refused(string word, Action<OpenBankingOptions> spoil)
    {
        var options = Complete();
        spoil(options);
        var refusal = Assert.Throws<ArgumentException>(() => new OpenBankingClient(options));
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=Partner", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
    }

    private static OpenBankingOptions Complete() =>
        new()
        {
            Authority = new Uri("https://open.bank.example/"),
            ClientId = "app_1",
            Key = ClientKey.CreateEs256(),
        };
}
