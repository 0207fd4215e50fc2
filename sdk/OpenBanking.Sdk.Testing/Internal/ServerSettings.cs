using System.Collections;
using System.Reflection;
using OpenBanking.Server;

namespace OpenBanking.Testing.Internal;

/// <summary>Which settings the server knows: of those that it does not, it takes no notice.</summary>
internal static class ServerSettings
{
    /// <summary>Those of the framework, whose names are its own.</summary>
    private static readonly string[] ofFramework = ["Kestrel", "Logging", "AllowedHosts", "urls"];

    private static readonly ILookup<string, Type> sections = typeof(ISettings)
        .Assembly.GetTypes()
        .Where(type => type.IsClass && typeof(ISettings).IsAssignableFrom(type))
        .ToLookup(SectionOf, StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a setting is none of the server's, as a sentence; null when it is one.</summary>
    /// <param name="setting">The setting, as <c>Name:Of:It=value</c>, with dashes before it or without.</param>
    public static string? FaultOf(string setting)
    {
        var parts = setting.TrimStart('-').Split('=', 2);
        var name = parts[0].Trim();
        return parts.Length < 2 ? $"{name} has no value: write {name}=…, in one string."
            : IsKnown(name) ? null
            : $"The server has no setting {name}: {Hint(name)} listed in docs/operating/server.md.";
    }

    private static string SectionOf(Type settings) =>
        (string)
            settings
                .GetProperty(nameof(ISettings.Section), BindingFlags.Public | BindingFlags.Static)!
                .GetValue(null)!;

    private static bool IsKnown(string name)
    {
        var path = name.Split(':');
        return ofFramework.Contains(path[0], StringComparer.OrdinalIgnoreCase)
            || sections[path[0]].Any(type => Leads(type, path.AsSpan(1)));
    }

    /// <summary>Whether the rest of a path leads to a value. Of dictionaries and lists any key does.</summary>
    private static bool Leads(Type type, ReadOnlySpan<string> path)
    {
        if (IsValue(type) || path.Length == 0)
        {
            return path.Length == 0;
        }

        var next = ItemOf(type) ?? PropertyOf(type, path[0])?.PropertyType;
        return next is not null && Leads(next, path[1..]);
    }

    private static PropertyInfo? PropertyOf(Type type, string name) =>
        Settable(type)
            .FirstOrDefault(property =>
                string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)
            );

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property =>
                property.SetMethod is { IsPublic: true } || ItemOf(property.PropertyType) is not null
            );

    private static bool IsValue(Type type) =>
        type == typeof(string)
        || type == typeof(Uri)
        || (ItemOf(type) is null && (Nullable.GetUnderlyingType(type) ?? type).IsValueType);

    private static Type? ItemOf(Type type) =>
        type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type) ? null
        : type.IsArray ? type.GetElementType()
        : type.IsGenericType ? type.GetGenericArguments()[^1]
        : null;

    private static string Hint(string name) =>
        Nearest.Of(name, Names.Concat(ofFramework)) is { } nearest
            ? $"is {nearest} meant? They are"
            : "they are";

    private static IEnumerable<string> Names =>
        sections.SelectMany(section =>
            section.SelectMany(type => Settable(type).Select(property => $"{section.Key}:{property.Name}"))
        );
}
