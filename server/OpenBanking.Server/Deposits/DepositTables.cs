using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Deposits;

/// <summary>How far a small amount has come that proves a card 小额打款验证.</summary>
public enum DepositState
{
    /// <summary>None is needed: the card's bank has confirmed the card.</summary>
    None = 0,

    /// <summary>The bank is sending it.</summary>
    Sending = 1,

    /// <summary>It was sent; the customer has to say how much came.</summary>
    Sent = 2,

    /// <summary>The customer knew.</summary>
    Confirmed = 3,
}

/// <summary>How many amounts a card was sent lately, by its blind index.</summary>
public sealed record DepositRateRow : VersionedRow
{
    public required string CardIndex { get; init; }

    public required DateTimeOffset WindowStart { get; init; }

    public required int Sent { get; init; }
}

public readonly record struct DepositRateKey(string CardIndex);

public static class DepositTables
{
    public static Table<DepositRateKey, DepositRateRow> Rates { get; } = new("deposit_rate");
}
