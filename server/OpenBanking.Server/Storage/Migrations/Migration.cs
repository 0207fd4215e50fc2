using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace OpenBanking.Server.Storage.Migrations;

/// <summary>
/// One step of the schema, as a file of SQL. Its first lines say what it means for servers that do not know it:
/// <c>-- expand</c> when all of them go on working, <c>-- contract: needs 0003</c> when only those of schema 3 or newer
/// do. A file that says neither shuts out every server that does not know it.
/// </summary>
internal sealed partial record Migration
{
    public Migration(int number, string name, string sql)
    {
        (Number, Name, Sql) = (number, name, sql);
        Checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
        Expands = Expand().IsMatch(Header(sql));
        Contracts = Contract().IsMatch(Header(sql));
        OldestServer =
            Expands ? 0
            : Contracts ? int.Parse(Contract().Match(Header(sql)).Groups["schema"].Value)
            : number;
        ConcurrentIndex = Concurrently().Match(Header(sql)) is { Success: true } index
            ? index.Groups["index"].Value
            : null;
        if (Contracts && (Expands || OldestServer >= number || ConcurrentIndex is not null))
        {
            throw new InvalidOperationException(
                $"Migration {name} is either an expansion or a contract, and a contract needs an older schema than its own."
            );
        }
    }

    public int Number { get; }

    /// <summary>The file's name, which begins with the number.</summary>
    public string Name { get; }

    public string Sql { get; }

    public string Checksum { get; }

    /// <summary>Whether every older server goes on working.</summary>
    public bool Expands { get; }

    /// <summary>Whether it takes away what servers of <see cref="OldestServer"/> and newer no longer use: they work before
    /// it as well as after it, so that it may wait.</summary>
    public bool Contracts { get; }

    /// <summary>The oldest schema a server may be of to work afterwards; 0 when any may.</summary>
    public int OldestServer { get; }

    /// <summary>The index that it makes while others write, outside a transaction; nothing else is in the file then.
    /// Declared as <c>-- concurrently: name</c>, for PostgreSQL.</summary>
    public string? ConcurrentIndex { get; }

    /// <summary>The comments that the file begins with.</summary>
    private static string Header(string sql) =>
        string.Join('\n', sql.Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)));

    [GeneratedRegex("^-- expand$", RegexOptions.Multiline, 1000)]
    private static partial Regex Expand();

    [GeneratedRegex(@"^-- contract: needs (?<schema>\d{4})$", RegexOptions.Multiline, 1000)]
    private static partial Regex Contract();

    [GeneratedRegex(@"^-- concurrently: (?<index>\w+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex Concurrently();
}

/// <summary>A migration as the database has noted it, perhaps by a newer server.</summary>
/// <param name="OldestServer">As in <see cref="Migration"/>; null when it was noted by a server that did not note it.</param>
internal sealed record AppliedMigration(int Number, string Name, string Checksum, int? OldestServer);

/// <summary>A server that works on the database now.</summary>
/// <param name="Schema">The newest migration it knows.</param>
internal sealed record RunningNode(string Name, int Schema)
{
    public const int FirstKey = 1;

    /// <summary>The newest key for sealed values that it was given.</summary>
    public int NewestKey { get; init; } = FirstKey;

    public override string ToString() => $"{Name} (schema {Schema:0000})";
}

/// <summary>A migration would have taken from running servers what they use; nothing was changed.</summary>
internal sealed class NodesShutOutException(Migration migration, IEnumerable<RunningNode> nodes)
    : InvalidOperationException(
        $"{migration.Name} needs servers of schema {migration.OldestServer:0000} or newer. Stop the older ones first, "
            + $"or start them anew in a newer version: {string.Join(", ", nodes)}."
    );
