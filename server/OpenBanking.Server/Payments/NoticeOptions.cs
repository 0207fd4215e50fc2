namespace OpenBanking.Server.Payments;

/// <summary>What customers are told of by a message to their phone.</summary>
public sealed record NoticeOptions
{
    /// <summary>The section of the settings.</summary>
    public const string Section = "Notices";

    /// <summary>Each payment under an agreement. A bank whose core banking tells its customers of every debit turns it
    /// off.</summary>
    public bool Payments { get; init; } = true;
}
