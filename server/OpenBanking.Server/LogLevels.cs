namespace OpenBanking.Server;

/// <summary>The levels of the log belong to the framework, which does not say which of them it cannot read.</summary>
public static class LogLevels
{
    private const string Section = "LogLevel";

    /// <exception cref="WrongSettingException">One is no level.</exception>
    public static void Check(IConfiguration configuration)
    {
        var logging = configuration.GetSection("Logging");
        var levels = logging.GetChildren().Select(child => child.GetSection(Section));
        foreach (
            var level in levels
                .Prepend(logging.GetSection(Section))
                .SelectMany(section => section.GetChildren())
                .Where(level => !string.IsNullOrEmpty(level.Value))
        )
        {
            if (!Enum.TryParse(level.Value, ignoreCase: true, out LogLevel known) || !Enum.IsDefined(known))
            {
                throw new WrongSettingException(
                    $"{level.Path} is \"{level.Value}\"; {string.Join(" or ", Enum.GetNames<LogLevel>())} is expected."
                );
            }
        }
    }
}
