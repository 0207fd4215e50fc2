using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Partners;

/// <summary>A company 合作方 whose apps the bank is in.</summary>
public sealed record PartnerRow : IIdentified
{
    public static string IdPrefix => "prt_";

    public required Id<PartnerRow> Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An app 应用 of a partner: an OAuth client.</summary>
public sealed record AppRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "app_";

    public required Id<AppRow> Id { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    public required string Name { get; init; }

    public required string Scene { get; init; }

    /// <summary>Space-separated, as are the next two.</summary>
    public required string Scope { get; init; }

    public required string GrantTypes { get; init; }

    public required string AuthorizationDetailsTypes { get; init; }

    /// <summary>JSON array.</summary>
    public required string RedirectUris { get; init; }

    /// <summary>JSON Web Key Set.</summary>
    public required string Jwks { get; init; }

    public required int WebhookEndpoints { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>JSON array of where customers may be sent after signing out; null when there are none.</summary>
    public string? PostLogoutRedirectUris { get; init; }

    /// <summary>The hash of the token its registration is managed with (RFC 7592); null when nobody may.</summary>
    public string? ManagementHash { get; init; }

    /// <summary>Until when the last of its own access tokens that were taken back would have lasted: only so long is
    /// their list looked at.</summary>
    public DateTimeOffset? RevocationsUntil { get; init; }

    /// <summary>How it authenticates, by certificate (RFC 8705 §2); null for <c>private_key_jwt</c>.</summary>
    public string? AuthenticationMethod { get; init; }

    /// <summary>The one attribute its certificates have, for <c>tls_client_auth</c>: which.</summary>
    public string? CertificateSubjectKind { get; init; }

    /// <summary>And with what value.</summary>
    public string? CertificateSubject { get; init; }

    /// <summary>Whether tokens it asks for without a DPoP proof are bound to its certificate.</summary>
    public bool CertificateBoundTokens { get; init; }

    /// <summary>When its registration was deleted; since then it is no client.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it was seen, some time after its end, that none of its consents is left.</summary>
    public DateTimeOffset? ConsentsEndedAt { get; init; }

    /// <summary>Which logo it has: the digest of its content, as it stands in its address; null when it has none.</summary>
    public string? Logo { get; init; }
}

/// <summary>An app's logo. Of one that was taken back the content is empty.</summary>
public sealed record AppLogoRow : VersionedRow
{
    public required Id<AppRow> Id { get; init; }

    public required string MediaType { get; init; }

    public required byte[] Content { get; init; }
}

/// <summary>Which world an app is in; kept in the live world, since a client id comes without its world.</summary>
public sealed record AppWorldRow
{
    public required Id<AppRow> Id { get; init; }

    public required int WorldNumber { get; init; }
}

/// <summary>Lets a partner register apps (RFC 7591 §3); kept in the live world.</summary>
public sealed record InitialAccessTokenRow
{
    public required string Hash { get; init; }

    public required int WorldNumber { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public readonly record struct HashKey(string Hash);

public static class PartnerTables
{
    public static Table<Id<PartnerRow>, PartnerRow> Partners { get; } = new("partner");

    public static Table<Id<AppRow>, AppRow> Apps { get; } = new("app");

    public static Table<Id<AppRow>, AppWorldRow> AppWorlds { get; } = new("app_world");

    public static Table<Id<AppRow>, AppLogoRow> Logos { get; } = new("app_logo");

    public static Table<HashKey, InitialAccessTokenRow> InitialAccessTokens { get; } =
        new("initial_access_token");
}
