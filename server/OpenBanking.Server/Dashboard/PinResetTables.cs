using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Dashboard;

public enum PinResetState
{
    /// <summary>The card's bank is asked whether all of it is this person's.</summary>
    Verifying = 1,

    Done = 2,

    /// <summary>The card's bank said no, or the mobile number was changed meanwhile, or the session ended.</summary>
    Refused = 3,
}

/// <summary>A forgotten payment PIN that is set anew, one for each session.</summary>
public sealed record PinResetRow : VersionedRow
{
    public required Id<CustomerSessionRow> SessionId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required PinResetState State { get; init; }

    /// <summary>The new PIN as a slow hash; nothing once it is over.</summary>
    public required byte[] PinHash { get; init; }

    public required byte[] PinSalt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public readonly record struct PinResetKey(Id<CustomerSessionRow> SessionId);

public static class PinResetTables
{
    public static Table<PinResetKey, PinResetRow> Resets { get; } = new("pin_reset");
}
