using System.Diagnostics;
using System.Text.Json;

namespace OpenBanking.Tests.Bench;

/// <summary>npm oidc-provider as a process of its own, with one client: a FAPI 2.0 server that nobody here wrote. Needs
/// <c>npm ci</c> in <c>tests/Bench/oidc-provider</c>.</summary>
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

    /// <param name="audience">The resource its access tokens are for.</param>
    public static async Task<OidcProvider> StartAsync(string clientId, ClientKey key, string audience)
    {
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var start = new ProcessStartInfo("node", [Path.Combine(FindFolder(), "server.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(Describe(address, clientId, key, audience));
        process.StandardInput.Close();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                return new(process, address);
            }
        }

        throw new InvalidOperationException(
            "oidc-provider did not start: run npm ci in tests/Bench/oidc-provider."
        );
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    private static string Describe(Uri address, string clientId, ClientKey key, string audience) =>
        JsonSerializer.Serialize(
            new
            {
                port = address.Port,
                audience,
                scope = "openid " + string.Join(' ', Scopes.OfApp),
                client = new
                {
                    client_id = clientId,
                    token_endpoint_auth_method = "private_key_jwt",
                    token_endpoint_auth_signing_alg = "ES256",
                    id_token_signed_response_alg = "ES256",
                    grant_types = new[] { "client_credentials", "authorization_code" },
                    response_types = new[] { "code" },
                    redirect_uris = new[] { RedirectUri },
                    dpop_bound_access_tokens = true,
                    jwks = new { keys = new[] { PublicPart(key) } },
                },
            }
        );

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

    private static string FindFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenBanking.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("This is not in the repository.");
        }

        return Path.Combine(folder.FullName, "tests", "Bench", "oidc-provider");
    }
}
