using System.Globalization;
using System.Text.Json;

namespace OpenBanking.Server.Accounts;

/// <summary>Reads limits as <see cref="LimitRules"/>, from <c>limit-rules.json</c> or from the bank's own file of the same form. How
/// high they are is the bank's own matter.</summary>
public static class LimitFile
{
    private const string Setting = "Limits:Rules";

    private const int OldestMinimumAge = 150;

    private static readonly JsonDocumentOptions strict = new() { AllowDuplicateProperties = false };

    private static readonly string[] fieldsOfVersion = ["effective", "source", "minimum_age", "types"];

    private static readonly string[] fieldsOfType =
    [
        "daily_outflow",
        "yearly_outflow",
        "accounts_per_person",
        "cards_per_account",
        "code_above",
        "most_balance",
    ];

    /// <param name="file">The bank's own limits; those of the server when null.</param>
    /// <param name="today">The business day on which some version must be in force.</param>
    /// <exception cref="WrongSettingException">The file cannot be read, or one of its versions cannot be kept to; the message says
    /// which and why.</exception>
    public static LimitRules Load(string? file, DateOnly today)
    {
        try
        {
            using var stream = file is null
                ? typeof(LimitFile).Assembly.GetManifestResourceStream(
                    "OpenBanking.Server.Accounts.limit-rules.json"
                )!
                : File.OpenRead(file);
            using var json = JsonDocument.Parse(stream, strict);
            return new(VersionsOf(json.RootElement, today));
        }
        catch (Exception failure)
            when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Wrong(failure.Message);
        }
    }

    private static List<LimitVersion> VersionsOf(JsonElement list, DateOnly today)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw Wrong("a list of one version or more is expected.");
        }

        List<LimitVersion> versions = [];
        foreach (var entry in list.EnumerateArray())
        {
            var version = VersionOf(entry, $"version {versions.Count + 1}");
            if (versions is [.., var before] && version.Effective <= before.Effective)
            {
                throw Wrong(
                    $"version {versions.Count + 1} comes into force on {Show(version.Effective)}, and that before it on "
                        + $"{Show(before.Effective)}: each must come into force later than the one before it."
                );
            }

            versions.Add(version);
        }

        return versions[0].Effective <= today
            ? versions
            : throw Wrong(
                $"no version is in force today, on {Show(today)}: the first comes into force on {Show(versions[0].Effective)}."
            );
    }

    private static LimitVersion VersionOf(JsonElement entry, string where)
    {
        RequireFields(entry, where, fieldsOfVersion);
        if (
            !DateOnly.TryParseExact(
                TextOf(entry, where, "effective"),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var effective
            )
        )
        {
            throw Wrong($"{where}: effective must be a day, such as \"2027-01-01\".");
        }

        where += $" (from {Show(effective)})";
        var types = FieldOf(entry, where, "types");
        RequireFields(types, $"{where}, types", LimitRules.KnownTypes);
        return new(
            effective,
            TextOf(entry, where, "source"),
            (int)NumberOf(entry, where, "minimum_age", OldestMinimumAge),
            LimitRules.KnownTypes.ToDictionary(
                type => type,
                type => LimitsOf(FieldOf(types, $"{where}, types", type), $"{where}, {type}")
            )
        );
    }

    private static AccountLimits LimitsOf(JsonElement type, string where)
    {
        RequireFields(type, where, fieldsOfType);
        return new(
            NumberOf(type, where, "daily_outflow"),
            NumberOf(type, where, "yearly_outflow"),
            (int)NumberOf(type, where, "accounts_per_person", int.MaxValue),
            (int)NumberOf(type, where, "cards_per_account", int.MaxValue),
            NumberOf(type, where, "code_above"),
            type.TryGetProperty("most_balance", out _) ? NumberOf(type, where, "most_balance") : null
        );
    }

    /// <summary>A name that is not known may be a limit that was misspelt.</summary>
    private static void RequireFields(JsonElement entry, string where, IReadOnlyList<string> known)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"{where}: an object with {string.Join(", ", known)} is expected.");
        }

        foreach (var field in entry.EnumerateObject().Where(field => !known.Contains(field.Name)))
        {
            throw Wrong($"{where}: {field.Name} is not known here, only {string.Join(", ", known)}.");
        }
    }

    private static JsonElement FieldOf(JsonElement entry, string where, string name) =>
        entry.TryGetProperty(name, out var field) ? field : throw Wrong($"{where}: {name} is missing.");

    private static string TextOf(JsonElement entry, string where, string name) =>
        FieldOf(entry, where, name) is { ValueKind: JsonValueKind.String } field
        && field.GetString() is { } text
        && !string.IsNullOrWhiteSpace(text)
            ? text
            : throw Wrong($"{where}: {name} must be a text that is not empty.");

    private static long NumberOf(JsonElement entry, string where, string name, long most = long.MaxValue) =>
        FieldOf(entry, where, name) is { ValueKind: JsonValueKind.Number } field
        && field.TryGetInt64(out var number)
        && number >= 1
        && number <= most
            ? number
            : throw Wrong($"{where}: {name} must be a whole number from 1 to {most}.");

    private static string Show(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static WrongSettingException Wrong(string why) => new($"{Setting}: {why}");
}
