namespace OpenBanking.Server.Http;

/// <summary>What the server is started with, section <c>Server</c> of the configuration.</summary>
public sealed record ServerOptions
{
    public const string Section = "Server";

    /// <summary>The address partners and customers know the server by; also the issuer.</summary>
    public Uri PublicAddress { get; init; } = new("http://localhost:5080");

    /// <summary>Whether the outside is made up. A bank's own server connects the outside and turns this off.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>Where a sandbox keeps its file and its keys.</summary>
    public string DataFolder { get; init; } = "data/server";

    /// <summary>The master key, 32 bytes in base64. A sandbox may leave it out: it makes one in its data folder.</summary>
    public string? MasterKey { get; init; }

    /// <summary>Whether a proxy in front ends TLS, so that plain http may be served elsewhere than on loopback.</summary>
    public bool BehindTlsProxy { get; init; }

    /// <summary>Requests a second that an app, or a caller without a token, may send on average.</summary>
    public int RequestsPerSecond { get; init; } = 100;

    /// <summary>How many requests may come at once after a quiet while.</summary>
    public int RequestBurst { get; init; } = 200;
}

/// <summary>What kind of server this is, for pages.</summary>
public sealed record ServerMode(bool IsSandbox);
