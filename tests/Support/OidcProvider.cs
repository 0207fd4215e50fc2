using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests;

/// <summary>What npm oidc-provider is to be.</summary>
/// <param name="Audience">The resource its access tokens are for.</param>
/// <param name="Clients">Those that get tokens.</param>
public sealed record OidcProviderSettings(string Audience, params IReadOnlyList<RawIdentity> Clients)
{
    /// <summary>Who asks what tokens are, and gets none.</summary>
    public RawIdentity? ResourceServer { get; init; }

    /// <summary>Whether its access tokens say nothing by themselves.</summary>
    public bool IsOpaque { get; init; }

    /// <summary>The bank's ids of its customers, by its own.</summary>
    public IReadOnlyDictionary<string, string> Customers { get; init; } = new Dictionary<string, string>();

    /// <summary>What it signs with, and that key's name; a new key when null.</summary>
    public (ECDsa Key, string Id)? Signing { get; init; }

    public Uri Address { get; init; } = new($"http://localhost:{Ports.Free()}");
}

/// <summary>npm oidc-provider as a process of its own: a FAPI 2.0 server that nobody here wrote. Needs <c>npm ci</c> in
/// <c>tests/Support/oidc-provider</c>.</summary>
public sealed class OidcProvider : IDisposable
{
    public const string RedirectUri = "https://partner.example/callback";

    private OidcProvider(Process process, Uri address)
    {
        Process = process;
        Address = address;
    }

    public Process Process { get; }

    public Uri Address { get; }

    /// <summary>Its address without a slash.</summary>
    public string Issuer => Address.GetLeftPart(UriPartial.Authority);

    public static async Task<OidcProvider> StartAsync(OidcProviderSettings settings)
    {
        var start = new ProcessStartInfo(
            "node",
            [RepositoryFiles.Find("tests/Support/oidc-provider/server.mjs")]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(Describe(settings));
        process.StandardInput.Close();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                return new(process, settings.Address);
            }
        }

        throw new InvalidOperationException(
            "oidc-provider did not start: run npm ci in tests/Support/oidc-provider."
        );
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    private static string Describe(OidcProviderSettings settings)
    {
        var clients = settings.Clients.Select(client =>
            Describe(client, ["client_credentials", "authorization_code"], ["code"], [RedirectUri])
        );
        return JsonSerializer.Serialize(
            new
            {
                port = settings.Address.Port,
                audience = settings.Audience,
                scope = string.Join(' ', [Scopes.OpenId, Scopes.Accounts, .. Scopes.OfApp]),
                format = settings.IsOpaque ? "opaque" : "jwt",
                customers = settings.Customers,
                key = settings.Signing is { } signing ? PrivatePart(signing.Key, signing.Id) : null,
                clients = settings.ResourceServer is { } server
                    ? clients.Append(Describe(server, [], [], []))
                    : clients,
            }
        );
    }

    private static object Describe(
        RawIdentity client,
        string[] grants,
        string[] responses,
        string[] places
    ) =>
        new
        {
            client_id = client.ClientId,
            token_endpoint_auth_method = "private_key_jwt",
            token_endpoint_auth_signing_alg = "ES256",
            id_token_signed_response_alg = "ES256",
            grant_types = grants,
            response_types = responses,
            redirect_uris = places,
            dpop_bound_access_tokens = true,
            authorization_details_types = responses.Length > 0
                ? new[] { AccountInformation.TypeName, CouponWallet.TypeName }
                : [],
            jwks = new { keys = new[] { PublicPart(client.Key) } },
        };

    private static object PublicPart(ClientKey key) =>
        new
        {
            kty = key.PublicJwk.Kty,
            crv = key.PublicJwk.Crv,
            x = key.PublicJwk.X,
            y = key.PublicJwk.Y,
            kid = key.PublicJwk.Kid,
            alg = "ES256",
            use = "sig",
        };

    private static JsonObject PrivatePart(ECDsa key, string id)
    {
        var jwk = RawClient.PublicJwkOf(key);
        jwk["d"] = System.Buffers.Text.Base64Url.EncodeToString(
            key.ExportParameters(includePrivateParameters: true).D
        );
        jwk["kid"] = id;
        return jwk;
    }
}
