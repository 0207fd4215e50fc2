namespace OpenBanking.Server.Authorization;

/// <summary>Lifetimes and windows of the authorization server, within what FAPI 2.0 allows.</summary>
public static class AuthorizationServerOptions
{
    /// <summary>An authorization code (SP §5.3.2.1 no. 11: at most 60 s).</summary>
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromSeconds(45);

    /// <summary>A pushed request (SP §5.3.2.2 no. 12: under 600 s).</summary>
    public static readonly TimeSpan PushedRequestLifetime = TimeSpan.FromSeconds(300);

    /// <summary>An access token.</summary>
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(5);

    /// <summary>An id token: it is read once.</summary>
    public static readonly TimeSpan IdTokenLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The longest a client assertion may be good for.</summary>
    public static readonly TimeSpan AssertionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>How far ahead of ours a client's clock may be (SP §5.3.2.1 no. 13: 10 to 60 s).</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>How old a DPoP proof may be.</summary>
    public static readonly TimeSpan ProofAge = TimeSpan.FromSeconds(60);

    /// <summary>How far the clocks of the nodes may be apart for a proof to be good once.</summary>
    public static readonly TimeSpan NodeClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>A DPoP nonce is of one slot, and good until the end of the next.</summary>
    public static readonly TimeSpan NonceSlot = TimeSpan.FromSeconds(60);

    /// <summary>A customer's way through the pages.</summary>
    public static readonly TimeSpan InteractionLifetime = TimeSpan.FromMinutes(30);

    /// <summary>A consent.</summary>
    public static readonly TimeSpan ConsentLifetime = TimeSpan.FromDays(365);

    /// <summary>How long a signing key signs.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(90);

    /// <summary>How long before it signs a key is published.</summary>
    public static readonly TimeSpan KeyAnnounced = TimeSpan.FromDays(14);

    /// <summary>How long after it signed a key is published.</summary>
    public static readonly TimeSpan KeyRetained = TimeSpan.FromDays(14);

    /// <summary>How often a node reads the signing keys.</summary>
    public static readonly TimeSpan KeyRefresh = TimeSpan.FromMinutes(1);

    /// <summary>After this every node that is up has read a new key: one that was not announced signs from then on.</summary>
    public static readonly TimeSpan KeySpread = KeyRefresh * 2;

    /// <summary>How long the server's metadata need not be asked for again.</summary>
    public static readonly TimeSpan MetadataKept = TimeSpan.FromMinutes(5);

    /// <summary>An initial access token.</summary>
    public static readonly TimeSpan InitialAccessTokenLifetime = TimeSpan.FromDays(30);
}
