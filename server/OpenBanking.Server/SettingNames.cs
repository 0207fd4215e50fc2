using System.Reflection;

namespace OpenBanking.Server;

/// <summary>A setting with a slip in its name would be one that nobody reads: a server that is to be a bank's would serve as a
/// sandbox.</summary>
public static class SettingNames
{
    private static readonly ILookup<string, string> known = typeof(ISettings)
        .Assembly.GetTypes()
        .Where(type => !type.IsInterface && type.IsAssignableTo(typeof(ISettings)))
        .SelectMany(type =>
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.CanWrite)
                .Select(property => (Section: SectionOf(type), property.Name))
        )
        .ToLookup(setting => setting.Section, setting => setting.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Looks through the server's own sections, and for those with a slip in their names. Others belong to the framework, or to
    /// the bank's own adapters.</summary>
    /// <exception cref="WrongSettingException">There is no such setting.</exception>
    public static void Check(IConfiguration configuration)
    {
        var sections = known.Select(section => section.Key);
        foreach (var other in configuration.GetChildren().Where(child => !known.Contains(child.Key)))
        {
            if (other.GetChildren().Any() && Nearest.BySlip(other.Key, sections) is { } meant)
            {
                throw new WrongSettingException($"There is no section {other.Key}; {meant} is meant?");
            }
        }

        foreach (var section in known)
        {
            foreach (var child in configuration.GetSection(section.Key).GetChildren())
            {
                if (!section.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                {
                    throw new WrongSettingException(
                        $"There is no setting {section.Key}:{child.Key}"
                            + (
                                Nearest.Of(child.Key, section) is { } meant
                                    ? $"; {section.Key}:{meant} is meant?"
                                    : "."
                            )
                    );
                }
            }
        }
    }

    /// <summary>Looks for settings of the server's in the folder where it was started, which is not where they are read from.</summary>
    /// <exception cref="WrongSettingException">There are some that nobody reads.</exception>
    public static void RequireNoneUnread(string startedIn, string readFrom)
    {
        const string file = "appsettings.json";
        var (unread, read) = (Path.Combine(startedIn, file), Path.Combine(readFrom, file));
        if (HoldsOwn(unread) && !(File.Exists(read) && File.ReadAllText(read) == File.ReadAllText(unread)))
        {
            throw new WrongSettingException(
                $"{unread} would not be read: settings come from {file} beside the program ({readFrom}), environment variables and "
                    + "the command line. Move it there, or start the server in another folder."
            );
        }
    }

    /// <summary>Whether a file has settings of the server's; what cannot be read as settings is not taken for any.</summary>
    private static bool HoldsOwn(string path)
    {
        try
        {
            var settings = new ConfigurationBuilder().AddJsonFile(path, optional: true).Build();
            return known.Any(section => settings.GetSection(section.Key).GetChildren().Any());
        }
        catch (Exception failure)
            when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string SectionOf(Type type) =>
        (string)type.GetProperty("Section", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}
