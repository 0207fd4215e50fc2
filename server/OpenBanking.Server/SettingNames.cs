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

    private static string SectionOf(Type type) =>
        (string)type.GetProperty("Section", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
}
