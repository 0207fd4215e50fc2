using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Erasure;

/// <summary>Who an erased customer was, for as long as the law makes the bank keep it (Anti-Money Laundering Law,
/// article 34). Nothing in the server reads it, and a new wrapping key wraps it unread: a test of the walls holds
/// that.</summary>
public sealed record SealedIdentityRow : IIdentified
{
    public static string IdPrefix => "sid_";

    public required Id<SealedIdentityRow> Id { get; init; }

    /// <summary>Of the ledger's accounts and payments that go with it.</summary>
    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>The blind index of the ID number, by which an authority's question finds it.</summary>
    public required string IdNumberIndex { get; init; }

    /// <summary>The <see cref="CustomerProfile"/> as it was last, sealed.</summary>
    public required byte[] Profile { get; init; }

    public required DateTimeOffset SealedAt { get; init; }

    /// <summary>The day after which the bank deletes it.</summary>
    public required DateOnly KeptUntil { get; init; }
}

public static class SealedIdentityTables
{
    public static Table<Id<SealedIdentityRow>, SealedIdentityRow> Identities { get; } =
        new("sealed_identity");
}
