namespace OpenBanking.Server.Applications;

/// <summary>Limits of applications, section <c>Applications</c> of the configuration.</summary>
public sealed record ApplicationOptions
{
    public const string Section = "Applications";

    /// <summary>How many applications a partner, with all its apps, may make in a minute.</summary>
    public int MostInMinute { get; init; } = 60;

    /// <exception cref="WrongSettingException">A limit is out of range.</exception>
    public void Check()
    {
        if (MostInMinute < 1)
        {
            throw new WrongSettingException("Applications:MostInMinute must be at least 1.");
        }
    }
}
