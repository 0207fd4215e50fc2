namespace OpenBanking.Server.Applications;

/// <summary>Whether customers give pictures of their ID card on the bank's pages when they open an account.</summary>
public enum ImageRule
{
    /// <summary>They are not asked.</summary>
    Off,

    /// <summary>They may.</summary>
    Optional,

    /// <summary>They must, both sides.</summary>
    Required,
}

/// <summary>Limits of applications, section <c>Applications</c> of the configuration.</summary>
public sealed record ApplicationOptions : ISettings
{
    public static string Section => "Applications";

    /// <summary>How many applications a partner, with all its apps, may make in a minute.</summary>
    public int MostInMinute { get; init; } = 60;

    public ImageRule IdentityImages { get; init; } = ImageRule.Optional;

    /// <exception cref="WrongSettingException">A limit is out of range.</exception>
    public void Check()
    {
        if (MostInMinute < 1)
        {
            throw new WrongSettingException("Applications:MostInMinute must be at least 1.");
        }

        if (!Enum.IsDefined(IdentityImages))
        {
            throw new WrongSettingException("Applications:IdentityImages is Off, Optional or Required.");
        }
    }
}
