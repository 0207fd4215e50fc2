using System.Collections.Concurrent;

namespace OpenBanking.Server.Storage.Migrations;

/// <summary>The migrations a server knows: its own, and those it rehearses.</summary>
internal static class MigrationFiles
{
    private static readonly ConcurrentDictionary<string, IReadOnlyList<Migration>> own = [];

    /// <param name="rehearsalFolder">More of them, in a folder for each dialect; none when null.</param>
    public static IReadOnlyList<Migration> Known(string dialect, string? rehearsalFolder)
    {
        var known = own.GetOrAdd(dialect, Own);
        return rehearsalFolder is null ? known : [.. known, .. In(Path.Combine(rehearsalFolder, dialect))];
    }

    private static IReadOnlyList<Migration> Own(string dialect)
    {
        var assembly = typeof(MigrationFiles).Assembly;
        var folder = $".{dialect}.";
        return
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name =>
                    name.EndsWith(".sql", StringComparison.Ordinal)
                    && name.Contains(folder, StringComparison.Ordinal)
                )
                .Order(StringComparer.Ordinal)
                .Select(name =>
                    Read(
                        name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..],
                        assembly.GetManifestResourceStream(name)!
                    )
                ),
        ];
    }

    /// <exception cref="WrongSettingException">There is no such folder, or what is in it are no migrations.</exception>
    private static IReadOnlyList<Migration> In(string folder)
    {
        try
        {
            return
            [
                .. Directory
                    .GetFiles(folder, "*.sql")
                    .Order(StringComparer.Ordinal)
                    .Select(file => Read(Path.GetFileName(file), File.OpenRead(file))),
            ];
        }
        catch (Exception failure)
            when (failure
                    is IOException
                        or UnauthorizedAccessException
                        or FormatException
                        or ArgumentException
            )
        {
            throw new WrongSettingException($"Storage:RehearsalFolder cannot be read: {failure.Message}");
        }
    }

    private static Migration Read(string file, Stream content)
    {
        using var reader = new StreamReader(content);
        return new(int.Parse(file[..4]), file, reader.ReadToEnd().ReplaceLineEndings("\n"));
    }
}
