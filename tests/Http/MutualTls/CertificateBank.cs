using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using OpenBanking.Tests.Http.MutualTls;
using Xunit;

[assembly: AssemblyFixture(typeof(CertificateBank))]

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>A server that takes client certificates on connections of its own, beside its plain address; an authority it
/// trusts; and a partner there.</summary>
public sealed class CertificateBank : IAsyncLifetime
{
    public const string ByAuthority = "tls_client_auth";
    public const string BySelf = "self_signed_tls_client_auth";
    private const string Password = "test";

    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-certificates-").FullName;
    private TestServer server = null!;

    public Uri Plain { get; } = new($"http://localhost:{Ports.Free()}");

    /// <summary>Where certificates are presented.</summary>
    public Uri Secure { get; } = new($"https://localhost:{Ports.Free()}");

    public Certificates Authority { get; } = new();

    /// <summary>The authority's file.</summary>
    public string AuthorityFile => Path.Combine(folder, "authorities.crt");

    public TestPartner Partner { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(AuthorityFile, Authority.Pem);
        var own = Path.Combine(folder, "server.p12");
        await File.WriteAllBytesAsync(own, Certificates.ForLocalhost(Password));
        server = await TestServer.StartAsync(
            settings:
            [
                $"Server:PublicAddress={Plain}",
                $"Server:MutualTlsAddress={Secure}",
                $"Server:ClientCertificateAuthorities={AuthorityFile}",
                $"Kestrel:Endpoints:Plain:Url={Plain}",
                $"Kestrel:Endpoints:Secure:Url={Secure}",
                $"Kestrel:Endpoints:Secure:Certificate:Path={own}",
                $"Kestrel:Endpoints:Secure:Certificate:Password={Password}",
                "Kestrel:Endpoints:Secure:ClientCertificateMode=AllowCertificate",
            ]
        );
        Partner = await TestPartner.NewAsync(Plain);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A client that presents a certificate, or none.</summary>
    public CertificateClient NewClient(string? clientId, X509Certificate2? certificate) =>
        new(Secure, clientId, certificate);

    /// <summary>Registers an app that authenticates by a certificate with this attribute, and whose tokens are bound to
    /// it.</summary>
    public Task<string> RegisterAsync(string kind, string value, params (string, JsonNode?)[] changes) =>
        RegisterAtAsync(Partner, Plain, kind, value, changes);

    /// <summary>The same, at another server.</summary>
    public static async Task<string> RegisterAtAsync(
        TestPartner partner,
        Uri address,
        string kind,
        string value,
        params (string, JsonNode?)[] changes
    )
    {
        var answer = await TryRegisterAsync(
            partner,
            address,
            [
                ("token_endpoint_auth_method", ByAuthority),
                ("tls_client_certificate_bound_access_tokens", true),
                (kind, value),
                .. changes,
            ]
        );
        return answer.Status == 201
            ? answer.Json["client_id"]!.GetValue<string>()
            : throw new InvalidOperationException(answer.Text);
    }

    public Task<RawAnswer> TryRegisterAsync(params (string Name, JsonNode? Value)[] members) =>
        TryRegisterAsync(Partner, Plain, members);

    /// <summary>Registers an app that authenticates by certificates of its own making, and whose tokens are bound to
    /// them.</summary>
    public async Task<JsonNode> RegisterSelfSignedAsync(params JsonNode[] keys)
    {
        var answer = await TryRegisterAsync(SelfSigned(keys));
        return answer.Status == 201 ? answer.Json : throw new InvalidOperationException(answer.Text);
    }

    /// <summary>What such a registration says.</summary>
    public static (string, JsonNode?)[] SelfSigned(params JsonNode[] keys) =>
        [
            ("token_endpoint_auth_method", BySelf),
            ("tls_client_certificate_bound_access_tokens", true),
            ("jwks", new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }),
        ];

    /// <summary>Registers an app anew, as a test says.</summary>
    /// <param name="registration">As it was answered last.</param>
    public async Task<RawAnswer> ChangeAsync(
        JsonNode registration,
        params (string Name, JsonNode? Value)[] members
    )
    {
        using var client = new RawClient(Partner, Plain);
        using var request = new HttpRequestMessage(
            HttpMethod.Put,
            registration["registration_client_uri"]!.GetValue<string>()
        );
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"Bearer {registration["registration_access_token"]!.GetValue<string>()}"
        );
        request.Content = new StringContent(
            Registration(members).ToJsonString(),
            Encoding.UTF8,
            "application/json"
        );
        return await client.SendAsync(request);
    }

    /// <summary>A registration of its own key, with what a test says.</summary>
    public static JsonObject Registration(params (string Name, JsonNode? Value)[] members)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var body = new JsonObject
        {
            ["client_name"] = "Certificate App",
            ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(RawClient.PublicJwkOf(key)) },
        };
        foreach (var (name, value) in members)
        {
            body[name] = value;
        }

        return body;
    }

    public static async Task<RawAnswer> TryRegisterAsync(
        TestPartner partner,
        Uri address,
        params (string Name, JsonNode? Value)[] members
    )
    {
        using var client = new RawClient(partner, address);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/oauth/register"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {partner.InitialAccessToken}");
        request.Content = new StringContent(
            Registration(members).ToJsonString(),
            Encoding.UTF8,
            "application/json"
        );
        return await client.SendAsync(request);
    }
}
