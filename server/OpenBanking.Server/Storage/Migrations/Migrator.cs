using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Storage.Migrations;

/// <summary>One step of the schema, as a file of SQL.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));
}

/// <summary>A database whose schema is brought up to date by one process at a time.</summary>
internal interface IMigrationTarget : IDisposable
{
    /// <summary>The folder of its migrations.</summary>
    string Dialect { get; }

    /// <summary>Waits until no other process migrates; held until the target is disposed of.</summary>
    void Lock();

    /// <summary>The numbers and checksums of what was applied; changes nothing.</summary>
    IReadOnlyDictionary<int, string> Applied();

    /// <summary>Applies and notes a migration, in one transaction.</summary>
    void Apply(Migration migration, DateTimeOffset now);
}

/// <summary>Brings the schema up to date: numbered SQL files, forward only, each in one transaction. A file that
/// was changed after it ran stops the start.</summary>
internal static class Migrator
{
    /// <param name="applied">Told of each migration when it is there to stay.</param>
    /// <exception cref="InvalidOperationException">The files are not those that were applied.</exception>
    public static void Apply(Store store, TimeProvider time, Action<Migration>? applied = null)
    {
        using var target = store.OpenMigrations();
        target.Lock();
        foreach (var migration in Pending(target))
        {
            target.Apply(migration, time.GetUtcNow());
            applied?.Invoke(migration);
        }
    }

    /// <summary>What is still to be applied, in order; changes nothing.</summary>
    /// <exception cref="InvalidOperationException">The files are not those that were applied.</exception>
    public static IReadOnlyList<Migration> Pending(Store store)
    {
        using var target = store.OpenMigrations();
        return Pending(target);
    }

    /// <exception cref="InvalidOperationException">The schema is older than this server.</exception>
    public static void RequireNothingPending(Store store)
    {
        if (Pending(store) is { Count: > 0 } pending)
        {
            throw new InvalidOperationException(
                $"The schema lacks {string.Join(", ", pending.Select(migration => migration.Name))}: "
                    + "run OpenBanking.Server migrate, as a role that may change the schema."
            );
        }
    }

    private static IReadOnlyList<Migration> Pending(IMigrationTarget target)
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
