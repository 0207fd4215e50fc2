using System.Globalization;
using System.Text.RegularExpressions;

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
public static partial class Settings
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
            throw new WrongSettingException(
                WhatIsExpected<T>(configuration.GetSection(T.Section)) ?? unreadable.Message
            );
        }

        // The framework takes every number for a name, also one that nothing is named by, and for so many days; and an instant
        // without an offset for one of the machine's zone.
        if (
            WhatIsExpected<T>(
                configuration.GetSection(T.Section),
                type => type.IsEnum || type == typeof(TimeSpan) || type == typeof(DateTimeOffset?)
            ) is
            { } expected
        )
        {
            throw new WrongSettingException(expected);
        }

        settings.Check();
        return settings;
    }

    /// <summary>Refuses a time of nothing, and one that is longer than its use allows: no timer runs for years.</summary>
    /// <exception cref="WrongSettingException">It is out of range.</exception>
    internal static void RequireTime(string setting, TimeSpan time, TimeSpan longest)
    {
        if (time <= TimeSpan.Zero || time > longest)
        {
            throw new WrongSettingException($"{setting} must be more than nothing, and at most {longest}.");
        }
    }

    /// <exception cref="WrongSettingException">It is out of range.</exception>
    internal static void RequireNumber(string setting, int number, int least, int most)
    {
        if (number < least || number > most)
        {
            throw new WrongSettingException($"{setting} must be {least} to {most}.");
        }
    }

    /// <summary>Of the first value that is none of its kind.</summary>
    /// <param name="among">The kinds that are looked at; all when null.</param>
    private static string? WhatIsExpected<T>(IConfigurationSection section, Func<Type, bool>? among = null)
        where T : ISettings =>
        typeof(T)
            .GetProperties()
            .Where(property => section[property.Name] is not null)
            .Where(property => among?.Invoke(property.PropertyType) ?? true)
            .Select(property =>
                (property.Name, Expected: KindOf(property.PropertyType, section[property.Name]!))
            )
            .Where(wrong => wrong.Expected is not null)
            .Select(wrong =>
                $"{T.Section}:{wrong.Name} is \"{section[wrong.Name]}\"; {wrong.Expected} is expected."
            )
            .FirstOrDefault();

    /// <summary>What a value of a kind looks like; null where this one does.</summary>
    private static string? KindOf(Type type, string text)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(bool) && !bool.TryParse(text, out _) ? "true or false"
            : type.IsEnum && !Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase)
                ? string.Join(" or ", Enum.GetNames(type))
            : type == typeof(TimeSpan)
            && !(text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out _))
                ? "a time such as 00:00:30, or 7.00:00:00 for seven days,"
            : type == typeof(DateTimeOffset)
            && !(
                Instant().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)
            )
                ? "an instant such as 2027-01-31T00:00:00+08:00"
            : type == typeof(int)
            && !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                ? $"a whole number up to {int.MaxValue}"
            : type == typeof(long)
            && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                ? "a whole number"
            : type == typeof(Uri) && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) ? "an address"
            : null;
    }

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,7})?)? ?(Z|[+-]\d\d:\d\d)\z",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Instant();
}
