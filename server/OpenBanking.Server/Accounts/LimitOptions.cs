namespace OpenBanking.Server.Accounts;

/// <summary>Where the limits of e-accounts come from.</summary>
public sealed record LimitOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Limits";

    /// <summary>A file with the bank's own limits; those of the server when null.</summary>
    public string? Rules { get; init; }
}
