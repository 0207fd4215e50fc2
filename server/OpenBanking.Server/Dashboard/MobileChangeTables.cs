using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Dashboard;

public enum MobileChangeState
{
    /// <summary>A one-time code is on its way to the new number.</summary>
    CodeSent = 1,

    /// <summary>The card's bank is asked whether all of it is this person's.</summary>
    Verifying = 2,

    Done = 3,

    /// <summary>The card's bank said no, or the number had been changed meanwhile.</summary>
    Refused = 4,

    /// <summary>Another customer has the number.</summary>
    OfAnother = 5,
}

/// <summary>A mobile number that takes the place of a customer's, one for each session.</summary>
public sealed record MobileChangeRow : VersionedRow
{
    public required Id<CustomerSessionRow> SessionId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required MobileChangeState State { get; init; }

    /// <summary>The blind index of the new number.</summary>
    public required string MobileIndex { get; init; }

    /// <summary>Who is to be verified (<see cref="MobileChangeRequest"/>), sealed; nothing once it is over.</summary>
    public required byte[] Request { get; init; }

    /// <summary>The code that was sent to the new number.</summary>
    public required Id<OneTimeCodeRow> CodeId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public readonly record struct MobileChangeKey(Id<CustomerSessionRow> SessionId);

public static class MobileChangeTables
{
    public static Table<MobileChangeKey, MobileChangeRow> Changes { get; } = new("mobile_change");
}
