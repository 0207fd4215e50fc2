using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Http;

/// <summary>What the server is started with, section <c>Server</c> of the configuration.</summary>
public sealed record ServerOptions : ISettings
{
    public static string Section => "Server";

    /// <summary>The address partners and customers know the server by; also the issuer.</summary>
    public Uri PublicAddress { get; init; } = new("http://localhost:5080");

    /// <summary>Whether the outside is made up. A bank's own server connects the outside and turns this off.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>Where a sandbox keeps its file and its keys.</summary>
    public string DataFolder { get; init; } = "data/server";

    /// <summary>The master key, 32 bytes in base64. A sandbox may leave it out: it makes one in its data folder.</summary>
    public string? MasterKey { get; init; }

    /// <summary>Newer keys for sealed values by their version, from 2 on: 32 bytes each in base64. Which one is in use is
    /// decided by <c>keys rewrap</c>.</summary>
    public IReadOnlyDictionary<int, string> WrappingKeys { get; init; } = new Dictionary<int, string>();

    /// <summary>Whether a proxy in front ends TLS, so that plain http may be served elsewhere than on loopback.</summary>
    public bool BehindTlsProxy { get; init; }

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of the proxies in front, whose X-Forwarded-For says who is
    /// asking; without it all callers without a token share one rate limit.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>The address where clients present certificates (RFC 8705), https; without it none are taken.</summary>
    public Uri? MutualTlsAddress { get; init; }

    /// <summary>A file in PEM with the certificates of the authorities that issue clients' certificates, each with those
    /// above it.</summary>
    public string? ClientCertificateAuthorities { get; init; }

    /// <summary>The header in which a trusted proxy passes the client's certificate; without it certificates come from
    /// the TLS connection itself.</summary>
    public string? ClientCertificateHeader { get; init; }

    /// <summary>Requests a second that an app, or a caller without a token, may send on average.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>How many requests may come at once after a quiet while.</summary>
    public int RequestBurst { get; init; } = 200;

    /// <summary>Where a sandbox ends itself, for tests: <see cref="Engine.CrashPoints"/>.</summary>
    public string? CrashAt { get; init; }

    /// <exception cref="WrongSettingException">A setting is out of range.</exception>
    public void Check()
    {
        if (CrashAt is not null && !Sandbox)
        {
            throw new WrongSettingException(
                "Server:CrashAt ends the process on purpose: only a sandbox takes it."
            );
        }

        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            throw new WrongSettingException(
                "Server:DataFolder is empty: name a folder that the server may make, or write in."
            );
        }

        CheckPublicAddress();
        if (MasterKey is { } key && !IsKey(key))
        {
            throw new WrongSettingException("Server:MasterKey is not 32 bytes in base64.");
        }

        foreach (var (version, wrappingKey) in WrappingKeys)
        {
            if (version < 2 || !IsKey(wrappingKey))
            {
                throw new WrongSettingException(
                    $"Server:WrappingKeys:{version} is not 32 bytes in base64, for a version from 2 on."
                );
            }
        }

        if (RequestsPerSecond < 1 || RequestBurst < 1)
        {
            throw new WrongSettingException(
                "Server:RequestsPerSecond and Server:RequestBurst must be at least 1."
            );
        }

        CheckCertificates();
        foreach (var proxy in TrustedProxies)
        {
            _ = NetworkOf(proxy);
        }
    }

    /// <exception cref="WrongSettingException">The file cannot be read, or holds no certificate.</exception>
    public X509Certificate2Collection LoadAuthorities()
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            if (ClientCertificateAuthorities is { } file)
            {
                authorities.ImportFromPemFile(file);
            }
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new WrongSettingException($"Server:ClientCertificateAuthorities: {failure.Message}");
        }

        return ClientCertificateAuthorities is null || authorities.Count > 0
            ? authorities
            : throw new WrongSettingException(
                $"Server:ClientCertificateAuthorities: {ClientCertificateAuthorities} holds no certificate in PEM."
            );
    }

    private static bool IsKey(string text) =>
        Convert.TryFromBase64String(text, new byte[text.Length], out var length)
        && length == ServerKeys.KeyLength;

    private void CheckPublicAddress()
    {
        // The framework makes nothing of an empty one.
        if (PublicAddress is null)
        {
            throw new WrongSettingException("Server:PublicAddress is empty: give an http or https address.");
        }

        RequireAddressAlone("Server:PublicAddress", PublicAddress);
        if (!PublicAddress.IsAbsoluteUri || PublicAddress.Scheme is not ("http" or "https"))
        {
            throw new WrongSettingException(
                $"Server:PublicAddress: {PublicAddress} is no http or https address."
            );
        }

        if (PublicAddress.Scheme != Uri.UriSchemeHttps && !PublicAddress.IsLoopback)
        {
            throw new WrongSettingException(
                $"Server:PublicAddress: {PublicAddress} is plain http. Use https, or an address on loopback."
            );
        }
    }

    /// <summary>It is said to everybody: a password in it is not even repeated here.</summary>
    private static void RequireAddressAlone(string setting, Uri address)
    {
        if (address.IsAbsoluteUri && address is not { Query: "", Fragment: "", UserInfo: "" })
        {
            throw new WrongSettingException(
                $"{setting} is scheme, host, port and path alone: no user, no query and no fragment."
            );
        }
    }

    private void CheckCertificates()
    {
        if (MutualTlsAddress is null)
        {
            if (ClientCertificateAuthorities is not null || ClientCertificateHeader is not null)
            {
                throw new WrongSettingException(
                    "Server:ClientCertificateAuthorities and Server:ClientCertificateHeader need Server:MutualTlsAddress."
                );
            }

            return;
        }

        RequireAddressAlone("Server:MutualTlsAddress", MutualTlsAddress);
        if (
            !MutualTlsAddress.IsAbsoluteUri
            || MutualTlsAddress.Scheme != Uri.UriSchemeHttps
            || MutualTlsAddress.AbsolutePath.TrimEnd('/') != PublicAddress.AbsolutePath.TrimEnd('/')
        )
        {
            throw new WrongSettingException(
                $"Server:MutualTlsAddress: {MutualTlsAddress} is no https address with the path of Server:PublicAddress."
            );
        }

        if (ClientCertificateHeader is not null && TrustedProxies.Count == 0)
        {
            throw new WrongSettingException(
                "Server:ClientCertificateHeader needs Server:TrustedProxies: nobody else may pass a certificate."
            );
        }

        _ = LoadAuthorities();
    }

    /// <summary>A network, or the one of a single address.</summary>
    public static IPNetwork NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : throw new WrongSettingException($"Server:TrustedProxies: {text} is no address and no network.");
}

/// <summary>What kind of server this is, for pages.</summary>
public sealed record ServerMode(bool IsSandbox);
