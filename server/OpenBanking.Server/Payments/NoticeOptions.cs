namespace OpenBanking.Server.Payments;

/// <summary>What customers are told of by a message to their phone.</summary>
public sealed record NoticeOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Notices";

    /// <summary>Each payment under an agreement. A bank whose core banking tells its customers of every debit turns it
    /// off.</summary>
    public bool Payments { get; init; } = true;
}
