using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Customers;

/// <summary>A passkey 通行密钥 of a customer: the public part of a key that lies in a device of theirs.</summary>
public sealed record PasskeyRow : VersionedRow
{
    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>A digest of the credential's id, which may be long.</summary>
    public required string CredentialHash { get; init; }

    /// <summary>The id that the device gave the credential.</summary>
    public required byte[] CredentialId { get; init; }

    /// <summary>The public key (COSE, RFC 9052).</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>How often the key has signed, by its device; 0 for ever when it does not count.</summary>
    public required long SignatureCounter { get; init; }

    /// <summary>What the customer calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The customer's when it was added; it signs nobody in under another.</summary>
    public required long Epoch { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Wrong answers since the first of them; a right one begins anew.</summary>
    public long Failures { get; init; }

    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When its counter went backwards: there may be a copy of the key, and it signs nobody in any more.</summary>
    public DateTimeOffset? CounterFellAt { get; init; }

    /// <summary>When the customer deleted it.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

public readonly record struct PasskeyKey(Id<CustomerRow> CustomerId, string CredentialHash);

/// <summary>A challenge that was answered: a second answer to it is none.</summary>
public sealed record UsedChallengeRow
{
    public required string Hash { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public static class PasskeyTables
{
    public static Table<PasskeyKey, PasskeyRow> Passkeys { get; } = new("passkey");

    public static Table<HashKey, UsedChallengeRow> UsedChallenges { get; } = new("used_passkey_challenge");
}
