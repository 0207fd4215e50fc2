namespace OpenBanking.Server.Http;

/// <summary>The address the server is known by. Never taken from a request: a Host header proves nothing.</summary>
public sealed record ServerAddress
{
    /// <exception cref="ArgumentException">Plain http is served on loopback only.</exception>
    public ServerAddress(Uri publicAddress, Uri? mutualTlsAddress = null)
    {
        if (publicAddress.Scheme != Uri.UriSchemeHttps && !publicAddress.IsLoopback)
        {
            throw new ArgumentException(
                $"The public address {publicAddress} is plain http. Use https, or an address on loopback.",
                nameof(publicAddress)
            );
        }

        Origin = publicAddress.GetLeftPart(UriPartial.Authority);
        Issuer = publicAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');
        PathBase = Issuer[Origin.Length..];
        IsLoopback = publicAddress.IsLoopback;
        MutualTlsOrigin = mutualTlsAddress?.GetLeftPart(UriPartial.Authority);
        MutualTlsBase = MutualTlsOrigin + PathBase;
    }

    /// <summary>The issuer identifier, and the base of every address the server gives out; no slash at its end.</summary>
    public string Issuer { get; }

    /// <summary>Scheme, host and port.</summary>
    public string Origin { get; }

    /// <summary>What of the public address comes after the origin: empty, or a path without a slash at its end.</summary>
    public string PathBase { get; }

    public bool IsLoopback { get; }

    /// <summary>Scheme, host and port where clients present certificates; null when none are taken.</summary>
    public string? MutualTlsOrigin { get; }

    /// <summary>The base of every address there.</summary>
    public string MutualTlsBase { get; }
}
