using System.Globalization;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server;

/// <summary>keys: shows the signing keys; <c>keys rotate</c> makes new ones sign within minutes.</summary>
public static class KeyCommands
{
    /// <summary>A switch of <c>keys rotate</c>. It has no value, where settings of the command line have one.</summary>
    private const string Compromised = "--compromised";

    /// <summary>What follows keys, without its own words.</summary>
    /// <exception cref="WrongSettingException">There is no such word or switch.</exception>
    public static string[] SettingsOf(string[] arguments)
    {
        var rotates = arguments is ["rotate", ..];
        string[] settings =
        [
            .. arguments.Skip(rotates ? 1 : 0).Where(word => !rotates || word != Compromised),
        ];
        return
            settings.FirstOrDefault(word =>
                !word.StartsWith("--", StringComparison.Ordinal)
                || !word.Contains(':', StringComparison.Ordinal)
            )
                is { } unknown
            ? throw new WrongSettingException(
                $"keys does not know {unknown}; there are keys, keys rotate and keys rotate {Compromised}."
            )
            : settings;
    }

    public static async Task<int> KeysAsync(this WebApplication app, string[] arguments)
    {
        var keys = app.Services.GetRequiredService<SigningKeys>();
        if (arguments is ["rotate", ..])
        {
            await keys.RotateAsync(arguments.Contains(Compromised));
        }

        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var rows = await keys.ListAsync();
        foreach (var row in rows)
        {
            Console.WriteLine($"{row.Purpose, -12}  {row.Algorithm}  {row.KeyId}  {StateOf(row, rows, now)}");
        }

        return 0;
    }

    private static string StateOf(RotatingKeyRow row, IReadOnlyList<RotatingKeyRow> rows, DateTimeOffset now)
    {
        var line = rows.Where(other => other.Purpose == row.Purpose && other.Algorithm == row.Algorithm);
        var goes = row.GoesAt is { } at ? $", published until {Show(at)}" : "";
        return KeyRules.HasGone(row, now) ? $"gone since {Show(row.GoesAt!.Value)}"
            : KeyRules.Signer(line, now) == row ? $"signs since {Show(row.SignsFrom)}{goes}"
            : row.SignsFrom > now ? $"announced, signs from {Show(row.SignsFrom)}{goes}"
            : $"signed from {Show(row.SignsFrom)}{goes}";
    }

    private static string Show(DateTimeOffset instant) =>
        instant.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
