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

    /// <summary>A DPoP nonce is of one slot, and good until the end of the next.</summary>
    public static readonly TimeSpan NonceSlot = TimeSpan.FromSeconds(60);

    /// <summary>A customer's way through the pages.</summary>
    public static readonly TimeSpan InteractionLifetime = TimeSpan.FromMinutes(30);

    /// <summary>A consent.</summary>
    public static readonly TimeSpan ConsentLifetime = TimeSpan.FromDays(365);

    /// <summary>An initial access token.</summary>
    public static readonly TimeSpan InitialAccessTokenLifetime = TimeSpan.FromDays(30);
}
