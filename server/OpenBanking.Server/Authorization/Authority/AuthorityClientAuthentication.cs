using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>Who this server is to the authority: <c>private_key_jwt</c> (RFC 7523), or <c>client_secret_basic</c>.</summary>
public sealed class AuthorityClientAuthentication(AuthorityOptions options, TimeProvider time)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static readonly TimeSpan assertionLifetime = TimeSpan.FromSeconds(60);

    private readonly SigningKey? key = options.ClientKeyFile is { } file ? Read(file) : null;

    /// <summary>Authenticates a request by its header, or by the parameters this gives.</summary>
    public IEnumerable<KeyValuePair<string, string>> Authenticate(HttpRequestMessage request)
    {
        if (key is not null)
        {
            return [new("client_assertion_type", AssertionType), new("client_assertion", NewAssertion(key))];
        }

        // RFC 6749 §2.3.1
        var pair = $"{Uri.EscapeDataString(options.ClientId!)}:{Uri.EscapeDataString(options.ClientSecret!)}";
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.ASCII.GetBytes(pair))
        );
        return [];
    }

    private string NewAssertion(SigningKey signer)
    {
        var now = time.GetUtcNow();
        return signer.Sign(
            "JWT",
            JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, object>
                {
                    ["iss"] = options.ClientId!,
                    ["sub"] = options.ClientId!,
                    ["aud"] = options.Authority!,
                    ["iat"] = now.ToUnixTimeSeconds(),
                    ["exp"] = (now + assertionLifetime).ToUnixTimeSeconds(),
                    ["jti"] = Ids.NewSecret(),
                }
            )
        );
    }

    /// <exception cref="WrongSettingException">The file holds no such key.</exception>
    private static SigningKey Read(string file)
    {
        try
        {
            var pem = File.ReadAllText(file);
            return pem.Contains("RSA PRIVATE KEY", StringComparison.Ordinal) ? Open(RSA.Create(), pem)
                : pem.Contains("EC PRIVATE KEY", StringComparison.Ordinal) ? Open(ECDsa.Create(), pem)
                : OpenEither(pem);
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or UnauthorizedAccessException
                        or CryptographicException
                        or ArgumentException
            )
        {
            throw new WrongSettingException(
                $"Authorization:ClientKeyFile: {file} holds no private key in PEM, P-256 or RSA: {failure.Message}"
            );
        }
    }

    /// <summary>A PKCS #8 block says only inside which kind it is of.</summary>
    private static SigningKey OpenEither(string pem)
    {
        try
        {
            return Open(ECDsa.Create(), pem);
        }
        catch (CryptographicException)
        {
            return Open(RSA.Create(), pem);
        }
    }

    private static SigningKey Open(AsymmetricAlgorithm algorithm, string pem)
    {
        using (algorithm)
        {
            algorithm.ImportFromPem(pem);
            return SigningKey.Open(
                algorithm is RSA ? PublicKey.Ps256 : PublicKey.Es256,
                algorithm.ExportPkcs8PrivateKey()
            );
        }
    }
}
