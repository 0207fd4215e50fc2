namespace OpenBanking.Server;

/// <summary>A section of the server's settings.</summary>
public interface ISettings
{
    /// <summary>The section's name.</summary>
    static abstract string Section { get; }

    /// <exception cref="WrongSettingException">A value makes no sense.</exception>
    void Check() { }
}

/// <summary>Reads the server's settings.</summary>
public static class Settings
{
    /// <summary>A section, checked; what it does not set is as the type says.</summary>
    /// <exception cref="WrongSettingException">A value is none of its kind, or makes no sense.</exception>
    public static T Read<T>(this IConfiguration configuration)
        where T : ISettings, new()
    {
        T settings;
        try
        {
            settings = configuration.GetSection(T.Section).Get<T>() ?? new();
        }
        catch (InvalidOperationException unreadable)
        {
            throw new WrongSettingException(unreadable.Message);
        }

        settings.Check();
        return settings;
    }
}
