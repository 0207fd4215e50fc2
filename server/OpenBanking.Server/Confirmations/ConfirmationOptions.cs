namespace OpenBanking.Server.Confirmations;

/// <summary>How long a payment waits for its customer.</summary>
public sealed record ConfirmationOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Confirmations";

    public TimeSpan Lasts { get; init; } = TimeSpan.FromMinutes(30);

    /// <exception cref="WrongSettingException">The setting is out of range.</exception>
    public void Check()
    {
        if (Lasts <= TimeSpan.Zero)
        {
            throw new WrongSettingException("Confirmations:Lasts must be more than nothing.");
        }
    }
}
