using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Risk;

/// <summary>How payments are judged before they are decided.</summary>
public sealed record RiskOptions : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Risk";

    /// <summary>No partner waits longer for its answer because of this.</summary>
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(5);

    /// <summary>How long the bank's risk engine has for one payment.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>What counts when it fails or is late.</summary>
    public RiskAnswer WithoutAnswer { get; init; } = RiskAnswer.Confirm;

    /// <summary>A file with the bank's own velocity rules; those of the server when null.</summary>
    public string? VelocityRules { get; init; }

    /// <exception cref="WrongSettingException">A setting is out of range.</exception>
    public void Check()
    {
        if (Deadline <= TimeSpan.Zero || Deadline > longest)
        {
            throw new WrongSettingException(
                $"Risk:Deadline must be more than nothing, and at most {longest}."
            );
        }
    }
}
