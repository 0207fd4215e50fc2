using System.Globalization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.CommandLine;

/// <summary>keys: shows the signing keys and the wrapping keys; <c>keys rotate</c> makes new signing keys sign within
/// minutes, <c>keys rewrap</c> brings the newest wrapping key into use, <c>keys retire</c> ends an older one.</summary>
public static class KeyCommands
{
    private const string Rotate = "rotate";
    private const string Rewrap = "rewrap";
    private const string Retire = "retire";

    /// <summary>A switch of <c>keys rotate</c>. It has no value, where settings of the command line have one.</summary>
    private const string Compromised = "--compromised";

    /// <summary>After how many parts the rewrapping says how far it is.</summary>
    private const int PartsBetweenLines = 100;

    private const string Usage =
        $"there are keys, keys rotate, keys rotate {Compromised}, keys rewrap and keys retire VERSION.";

    /// <summary>What follows keys, without its own words.</summary>
    /// <exception cref="WrongSettingException">There is no such word or switch.</exception>
    public static string[] SettingsOf(string[] arguments)
    {
        string[] settings = arguments switch
        {
            [Rotate, .. var more] => [.. more.Where(word => word != Compromised)],
            [Rewrap, .. var more] => more,
            [Retire, var version, .. var more] when int.TryParse(version, out _) => more,
            [Retire, ..] => throw new WrongSettingException(
                "keys retire needs the version of a wrapping key, as keys lists it: keys retire VERSION."
            ),
            _ => arguments,
        };
        return settings.FirstOrDefault(word => !ServerCommands.IsSetting(word)) is { } unknown
            ? throw new WrongSettingException($"keys does not know {unknown}; {Usage}")
            : settings;
    }

    public static async Task<int> KeysAsync(this WebApplication app, string[] arguments)
    {
        // Refuses a master key that is not the store's, before anything is changed.
        app.Services.GetRequiredService<Vault>();
        if (arguments is [Rewrap, ..])
        {
            return await app.Services.RewrapAsync(Console.WriteLine);
        }

        if (arguments is [Retire, var version, ..])
        {
            return await app.Services.RetireAsync(
                int.Parse(version, CultureInfo.InvariantCulture),
                Console.WriteLine
            );
        }

        var keys = app.Services.GetRequiredService<SigningKeys>();
        if (arguments is [Rotate, ..])
        {
            await keys.RotateAsync(arguments.Contains(Compromised));
        }

        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var rows = await keys.ListAsync();
        foreach (var row in rows)
        {
            Console.WriteLine($"{row.Purpose, -12}  {row.Algorithm}  {row.KeyId}  {StateOf(row, rows, now)}");
        }

        if (arguments is not [Rotate, ..])
        {
            await app.Services.ListWrappingKeysAsync(Console.WriteLine);
        }

        return 0;
    }

    /// <summary>Brings the newest wrapping key into use, or has one that is in use look for what is left; then rewraps
    /// beside the servers until it comes to an end.</summary>
    public static async Task<int> RewrapAsync(this IServiceProvider services, Action<string> write)
    {
        var keys = services.GetRequiredService<WrappingKeys>();
        if (keys.Newest == WrappingKeys.First)
        {
            write("There is no newer wrapping key: give every node Server:WrappingKeys:2 first.");
            return 1;
        }

        var lacking = services
            .GetRequiredService<Store>()
            .OtherNodes()
            .Where(node => node.NewestKey < keys.Newest)
            .ToList();
        if (lacking.Count > 0)
        {
            write(
                $"Start these with Server:WrappingKeys:{keys.Newest} first, or stop them: {string.Join(", ", lacking)}."
            );
            return 1;
        }

        await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new UseWrappingKey(services.GetRequiredService<TimeProvider>().GetUtcNow(), keys.Newest)
            );
        await keys.RefreshAsync();
        var rewrapping = services.GetRequiredService<Rewrapping>();
        for (var parts = 1; await rewrapping.RewrapPartAsync(); parts++)
        {
            await keys.RefreshAsync();
            if (parts % PartsBetweenLines == 0)
            {
                await services.ListWrappingKeysAsync(write);
            }
        }

        await services.ListWrappingKeysAsync(write);
        return 0;
    }

    /// <summary>Ends a wrapping key that nothing needs.</summary>
    public static async Task<int> RetireAsync(
        this IServiceProvider services,
        int version,
        Action<string> write
    )
    {
        var keys = services.GetRequiredService<WrappingKeys>();
        await keys.RefreshAsync();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var current = (await keys.ListAsync()).FirstOrDefault(row => row.Number == keys.Current);
        if (keys.Find(version) is null || version >= keys.Current || current is null)
        {
            write($"There is no wrapping key {version} before the one in use, {keys.Current}.");
            return 1;
        }

        if (now < current.WrapsSince + WrappingKeys.Spread)
        {
            write($"Nodes may wrap with it until {Show(current.WrapsSince + WrappingKeys.Spread)}.");
            return 1;
        }

        var needed = (await services.GetRequiredService<Rewrapping>().CountAsync())
            .Where(count => count.Key == version)
            .ToList();
        if (needed.Count > 0)
        {
            write(
                $"Wrapping key {version} is needed: "
                    + string.Join(", ", needed.Select(count => $"{count.Values} of {count.Column.Name}"))
                    + ". See keys rewrap."
            );
            return 1;
        }

        await services.GetRequiredService<Engine.Engine>().SubmitAsync(new RetireWrappingKey(now, version));
        write($"retired: wrapping key {version}");
        return 0;
    }

    private static async Task ListWrappingKeysAsync(this IServiceProvider services, Action<string> write)
    {
        var keys = services.GetRequiredService<WrappingKeys>();
        var counts = await services.GetRequiredService<Rewrapping>().CountAsync();
        var rows = (await keys.ListAsync()).ToDictionary(row => row.Number);
        foreach (
            var version in counts
                .Select(count => count.Key)
                .Union(rows.Keys)
                .Append(keys.Current)
                .Distinct()
                .Order()
        )
        {
            var row = rows.GetValueOrDefault(version);
            var values = counts.Where(count => count.Key == version).Sum(count => count.Values);
            var state =
                row?.RetiredAt is { } retired ? $", retired since {Show(retired)}"
                : version != keys.Current ? ""
                : row?.FinishedAt is { } finished ? $", in use; all rewrapped at {Show(finished)}"
                : row is not null ? $", in use; {row.Rewrapped} rewrapped so far"
                : ", in use";
            write($"wrapping key {version}: {values} values{state}");
        }
    }

    private static string StateOf(RotatingKeyRow row, IReadOnlyList<RotatingKeyRow> rows, DateTimeOffset now)
    {
        var line = rows.Where(other => other.Purpose == row.Purpose && other.Algorithm == row.Algorithm);
        var goes = row.GoesAt is { } at ? $", published until {Show(at)}" : "";
        return KeyRules.HasGone(row, now) ? $"gone since {Show(row.GoesAt!.Value)}"
            : KeyRules.Signer(line, now) == row
                ? $"signs {(row.SignsFrom > now ? "from" : "since")} {Show(row.SignsFrom)}{goes}"
            : row.SignsFrom > now ? $"announced, signs from {Show(row.SignsFrom)}{goes}"
            : $"signed from {Show(row.SignsFrom)}{goes}";
    }

    private static string Show(DateTimeOffset instant) =>
        instant.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
