using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>What a customer is to be asked for, and where to come back to.</summary>
public sealed record AccountLinkRequest
{
    /// <summary>Where the bank sends the customer back to: a registered redirect URI, to the
    /// letter.</summary>
    public required Uri RedirectUri { get; init; }

    /// <summary>What is asked for (RFC 9396); at least one.</summary>
    public required IReadOnlyList<AuthorizationDetail> AuthorizationDetails
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The scopes, space-separated, with <c>openid</c> among them; <c>openid accounts coupons</c>
    /// when null.</summary>
    public string? Scope { get; init; }

    /// <summary>The customer's languages in order, space-separated, such as <c>zh-CN en</c> (OpenID Connect
    /// Core §3.1.2.1); the bank chooses when null.</summary>
    public string? UiLocales { get; init; }
}

/// <summary>An account link that has been started.</summary>
public sealed record AccountLink
{
    /// <summary>Where to send the customer, with 303. It names the request and holds nothing of it.</summary>
    public required Uri AuthorizationUrl { get; init; }

    /// <summary>What completes the link. Keep it on the server or in an encrypted cookie, bound to this
    /// browser; it is good for one callback.</summary>
    public required string Session { get; init; }

    /// <summary>Neither the session nor the address.</summary>
    public override string ToString() => nameof(AccountLink);
}

/// <summary>A customer who has agreed. The tokens are in the token store, under the customer's id.</summary>
public sealed record LinkedCustomer
{
    /// <summary>The customer, <c>cus_…</c>; another partner sees another id for the same person.</summary>
    public required string CustomerId { get; init; }

    /// <summary>The consent, <c>cns_…</c>.</summary>
    public required string ConsentId { get; init; }

    /// <summary>What was granted. The customer may have refused a part of what was asked for.</summary>
    public required IReadOnlyList<GrantedAuthorization> AuthorizationDetails
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The payment agreement, <c>agr_…</c>, when one was granted.</summary>
    public string? AgreementId { get; init; }

    /// <summary>The e-account, <c>acct_…</c>, when the grant names one.</summary>
    public string? AccountId { get; init; }

    /// <summary>The id token, which <see cref="AccountLinksClient.SignOutUrlAsync"/> takes; keep it on the server if it is
    /// needed for that, or not at all.</summary>
    public string? IdToken { get; init; }

    /// <summary>The HTTP answer this came in.</summary>
    public ResponseInfo? Response { get; init; }

    /// <summary>The customer and the consent; no token.</summary>
    public override string ToString() => $"{nameof(LinkedCustomer)} {CustomerId}, consent {ConsentId}";
}
