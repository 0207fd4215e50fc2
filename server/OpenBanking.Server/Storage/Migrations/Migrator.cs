using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Storage.Sqlite;

namespace OpenBanking.Server.Storage.Migrations;

/// <summary>Brings the schema up to date: numbered SQL files, forward only, each in one transaction. A file that
/// was changed after it ran stops the start.</summary>
internal static class Migrator
{
    public static void Apply(SqliteConnection connection, TimeProvider time)
    {
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
            ) STRICT
            """
        );
        var applied = Applied(connection);
        connection.Execute("COMMIT");

        foreach (var file in Files())
        {
            if (!applied.TryGetValue(file.Number, out var checksum))
            {
                Run(connection, file, time.GetUtcNow());
            }
            else if (checksum != file.Checksum)
            {
                throw new InvalidOperationException(
                    $"Migration {file.Name} was changed after it had been applied. Restore it, and add a new one."
                );
            }
        }

        if (applied.Keys.Max(-1) > Files().Max(file => file.Number))
        {
            throw new InvalidOperationException("The data were written by a newer version of the server.");
        }
    }

    private static int Max(this IEnumerable<int> numbers, int least) => numbers.Append(least).Max();

    private static Dictionary<int, string> Applied(SqliteConnection connection)
    {
        var statement = connection.Prepare("SELECT number, checksum FROM schema_migration");
        var applied = new Dictionary<int, string>();
        while (statement.Step())
        {
            applied.Add((int)statement.Row.Int64()!.Value, statement.Row.Text()!);
        }

        statement.Reset();
        return applied;
    }

    private static void Run(SqliteConnection connection, MigrationFile file, DateTimeOffset now)
    {
        connection.Execute("BEGIN IMMEDIATE");
        connection.Execute(file.Sql);
        var statement = connection.Prepare("INSERT INTO schema_migration VALUES (?1, ?2, ?3, ?4)");
        statement.Int64(file.Number);
        statement.Text(file.Name);
        statement.Text(file.Checksum);
        statement.Instant(now);
        statement.Run();
        connection.Execute("COMMIT");
    }

    private static IReadOnlyList<MigrationFile> Files()
    {
        var assembly = typeof(Migrator).Assembly;
        return
        [
            .. assembly
                .GetManifestResourceNames()
                .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
                    var file = name[
                        (name.IndexOf(".Sqlite.", StringComparison.Ordinal) + ".Sqlite.".Length)..
                    ];
                    return new MigrationFile(
                        int.Parse(file[..4]),
                        file,
                        sql,
                        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))
                    );
                }),
        ];
    }

    private sealed record MigrationFile(int Number, string Name, string Sql, string Checksum);
}
