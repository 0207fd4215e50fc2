namespace OpenBanking.Server.Confirmations;

/// <summary>How long a payment waits for its customer.</summary>
public sealed record ConfirmationOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Confirmations";

    /// <summary>30 days at the most.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromMinutes(30);

    /// <exception cref="WrongSettingException">The setting is out of range.</exception>
    public void Check() => Settings.RequireTime("Confirmations:Lasts", Lasts, TimeSpan.FromDays(30));
}
