using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Storage.Migrations;

/// <summary>One step of the schema, as a file of SQL.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>A database whose schema is brought up to date by one process at a time.</summary>
internal interface IMigrationTarget
{
    /// <summary>The folder of its migrations.</summary>
    string Dialect { get; }

    /// <summary>The numbers and checksums of what was applied.</summary>
    IReadOnlyDictionary<int, string> Applied();

    /// <summary>Applies and notes a migration, in one transaction.</summary>
    void Apply(Migration migration, DateTimeOffset now);
}

/// <summary>Brings the schema up to date: numbered SQL files, forward only, each in one transaction. A file that
/// was changed after it ran stops the start.</summary>
internal static class Migrator
{
    public static void Apply(IMigrationTarget target, TimeProvider time)
    {
        foreach (var migration in Pending(target))
        {
            target.Apply(migration, time.GetUtcNow());
        }
    }

    /// <summary>What is still to be applied, in order.</summary>
    /// <exception cref="InvalidOperationException">The files are not those that were applied.</exception>
    public static IReadOnlyList<Migration> Pending(IMigrationTarget target)
    {
        var all = All(target.Dialect);
        var applied = target.Applied();
        foreach (var migration in all)
        {
            if (applied.TryGetValue(migration.Number, out var checksum) && checksum != migration.Checksum)
            {
                throw new InvalidOperationException(
                    $"Migration {migration.Name} was changed after it had been applied. Restore it, and add a new one."
                );
            }
        }

        return applied.Keys.Any(number => number > all[^1].Number)
            ? throw new InvalidOperationException("The data were written by a newer version of the server.")
            : [.. all.Where(migration => !applied.ContainsKey(migration.Number))];
    }

    private static IReadOnlyList<Migration> All(string dialect)
    {
        var assembly = typeof(Migrator).Assembly;
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
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var file = name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..];
                    return new Migration(
                        int.Parse(file[..4]),
                        file,
                        reader.ReadToEnd().ReplaceLineEndings("\n")
                    );
                }),
        ];
    }
}
