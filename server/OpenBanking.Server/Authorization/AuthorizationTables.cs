using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>What may be used only once; each kind has its own names, so that one can never pass for another.</summary>
public enum SingleUseKind
{
    ClientAssertion = 1,

    /// <summary>An access token that was taken back, by its <c>jti</c>.</summary>
    RevokedToken = 2,
}

/// <summary>Something that was used and may not be used again until it would have expired anyway.</summary>
public sealed record SingleUseRow
{
    public required SingleUseKind Kind { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public readonly record struct SingleUseKey(SingleUseKind Kind, string Hash)
{
    /// <summary>As good as none has the same as another.</summary>
    internal UInt128 Digest
    {
        get
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(Hash.AsSpan()), digest);
            return BinaryPrimitives.ReadUInt128LittleEndian(digest) ^ (UInt128)(int)Kind;
        }
    }
}

/// <summary>An authorization request that was pushed (RFC 9126), found by its request_uri (<see cref="RequestUris.KeyOf"/>).</summary>
public sealed record PushedRequestRow : VersionedRow
{
    public required string Hash { get; init; }

    public required Id<AppRow> AppId { get; init; }

    /// <summary>The validated request (<see cref="AuthorizationRequest"/>), as JSON.</summary>
    public required string Request { get; init; }

    /// <summary>Whether an authorization was completed with it.</summary>
    public required bool Used { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A customer's way through the bank's pages, from the redirect to the answer.</summary>
public sealed record InteractionRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "ixn_";

    public required Id<InteractionRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    /// <summary>The pushed request it serves.</summary>
    public required string RequestHash { get; init; }

    /// <summary>The hash of the secret in the browser's cookie; a new one after sign-in.</summary>
    public required string BrowserHash { get; init; }

    /// <summary>The mobile number being signed in with, sealed; and its blind index.</summary>
    public byte[]? Mobile { get; init; }

    public string? MobileIndex { get; init; }

    public Id<OneTimeCodeRow>? CodeId { get; init; }

    /// <summary>Whether the one-time code was right: from here on the mobile number is the customer's. Or a passkey
    /// was, and the number is the one the customer has.</summary>
    public required bool SignedIn { get; init; }

    /// <summary>The customer, once known.</summary>
    public Id<CustomerRow>? CustomerId { get; init; }

    public Id<AccountApplicationRow>? ApplicationId { get; init; }

    /// <summary>The name in the newest application, sealed: whose application came to nothing need not type it again.</summary>
    public byte[]? ApplicantName { get; init; }

    /// <summary>Whether it ended: agreed or refused.</summary>
    public required bool Completed { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the one-time code, or the passkey, was right.</summary>
    public DateTimeOffset? SignedInAt { get; init; }
}

/// <summary>An authorization code, found by its hash.</summary>
public sealed record AuthorizationCodeRow : VersionedRow
{
    public required string Hash { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<ConsentRow> ConsentId { get; init; }

    public required string RedirectUri { get; init; }

    public required string CodeChallenge { get; init; }

    /// <summary>The key the code is bound to (RFC 9449 §10), if the request named one.</summary>
    public string? KeyThumbprint { get; init; }

    public string? Nonce { get; init; }

    public required bool Used { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the customer signed in, for the id token.</summary>
    public DateTimeOffset? SignedInAt { get; init; }
}

/// <summary>A refresh token, found by its hash. Not rotated; it ends with its consent.</summary>
public sealed record RefreshTokenRow
{
    public required string Hash { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<ConsentRow> ConsentId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A key the server signs with; the private part is sealed. Kept in the live world.</summary>
public sealed record SigningKeyRow
{
    public required string KeyId { get; init; }

    public required string Algorithm { get; init; }

    public required byte[] PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public readonly record struct SigningKeyKey(string KeyId);

/// <summary>A key of the framework's form protection, sealed. Kept in the live world.</summary>
public sealed record PageKeyRow
{
    public required string Name { get; init; }

    public required byte[] Xml { get; init; }
}

public readonly record struct PageKeyKey(string Name);

/// <summary>What is asked about ways through the pages.</summary>
public static class InteractionQueries
{
    private const int MostEnded = 1_000;

    /// <summary>The ways from apps on which somebody has signed in with a number, and which are not over.</summary>
    /// <param name="now">The real time.</param>
    public static async ValueTask<IReadOnlyList<Id<InteractionRow>>> ListSignedInAsync(
        this Store store,
        World world,
        string mobileIndex,
        DateTimeOffset now
    )
    {
        var interactions = await store.ListAsync(
            AuthorizationTables.Interactions,
            world,
            $"expires_at > {now} AND mobile_index = {mobileIndex} ORDER BY expires_at DESC LIMIT {MostEnded}"
        );
        return
        [
            .. interactions
                .Where(interaction => interaction is { SignedIn: true, Completed: false })
                .Select(interaction => interaction.Id),
        ];
    }
}

public static class AuthorizationTables
{
    public static Table<SingleUseKey, SingleUseRow> SingleUse { get; } =
        new("single_use") { Digest = key => key.Digest };

    public static Table<HashKey, PushedRequestRow> PushedRequests { get; } = new("pushed_request");

    public static Table<Id<InteractionRow>, InteractionRow> Interactions { get; } = new("interaction");

    public static Table<HashKey, AuthorizationCodeRow> Codes { get; } = new("authorization_code");

    public static Table<HashKey, RefreshTokenRow> RefreshTokens { get; } = new("refresh_token");

    public static Table<SigningKeyKey, SigningKeyRow> SigningKeys { get; } = new("signing_key");

    public static Table<PageKeyKey, PageKeyRow> PageKeys { get; } = new("page_key");
}
