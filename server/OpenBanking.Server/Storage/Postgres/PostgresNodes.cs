using System.Text.RegularExpressions;
using Npgsql;
using OpenBanking.Server.Storage.Migrations;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>
/// How the nodes on one database know of each other: every connection carries its node's schema and name as its
/// application name, and a new connection is refused when the schema has become too new for its node. A contract
/// looks around and commits under a lock that a new connection waits for, so that none slips in between.
/// </summary>
internal static partial class PostgresNodes
{
    /// <summary>What all begin with; the first version of the server had nothing after it.</summary>
    public const string Prefix = "OpenBanking.Server";

    /// <summary>"openban" and a k in capitals, in ASCII: the lock.</summary>
    private const long LockNumber = 0x6F70656E62616E4B;

    /// <summary>PostgreSQL cuts off what is longer than 63 bytes.</summary>
    private const int LongestMachineName = 22;
    private const int SchemaOfTheFirstVersion = 1;

    /// <summary>This process as the others see it.</summary>
    public static string ApplicationName(int schema, int newestKey = RunningNode.FirstKey) =>
        $"{Prefix}/{schema:0000} {Own}" + (newestKey > RunningNode.FirstKey ? $" key {newestKey}" : "");

    /// <summary>The name of this process.</summary>
    private static string Own
    {
        get
        {
            var machine = Environment.MachineName;
            return $"{machine[..Math.Min(machine.Length, LongestMachineName)]}:{Environment.ProcessId}";
        }
    }

    /// <summary>The nodes that have a connection, apart from this process.</summary>
    public static IReadOnlyList<RunningNode> Others(NpgsqlConnection connection) =>
        [.. Running(connection).Where(node => node.Name != Own)];

    /// <summary>The nodes that have a connection, apart from this one.</summary>
    public static IReadOnlyList<RunningNode> Running(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            $"""
            SELECT DISTINCT application_name::text FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE '{Prefix}%'
            ORDER BY 1
            """,
            connection
        );
        using var result = command.ExecuteReader();
        var nodes = new List<RunningNode>();
        while (result.Read())
        {
            nodes.Add(NodeOf(result.GetString(0)));
        }

        return nodes;
    }

    /// <summary>What was applied; nothing when no server has been here.</summary>
    public static async Task<IReadOnlyList<AppliedMigration>> AppliedAsync(NpgsqlConnection connection)
    {
        await using (
            var known = new NpgsqlCommand("SELECT to_regclass('schema_migration') IS NOT NULL", connection)
        )
        {
            if (await known.ExecuteScalarAsync() is not true)
            {
                return [];
            }
        }

        // The column is read as one that may be missing: the first version of the server made none.
        await using var command = new NpgsqlCommand(
            $"""
            SELECT pg_advisory_xact_lock_shared({LockNumber});
            SELECT number, name, checksum, (to_jsonb(noted) ->> 'oldest_server')::integer FROM schema_migration noted
            """,
            connection
        );
        await using var result = await command.ExecuteReaderAsync();
        await result.NextResultAsync();
        var applied = new List<AppliedMigration>();
        while (await result.ReadAsync())
        {
            applied.Add(
                new(
                    result.GetInt32(0),
                    result.GetString(1),
                    result.GetString(2),
                    await result.IsDBNullAsync(3) ? null : result.GetInt32(3)
                )
            );
        }

        return applied;
    }

    /// <summary>Keeps new connections waiting until the transaction ends.</summary>
    public static void KeepOut(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({LockNumber})", connection);
        command.ExecuteNonQuery();
    }

    /// <exception cref="SchemaTooNewException">A node that knows these migrations must not work here any more.</exception>
    public static async Task AdmitAsync(NpgsqlConnection connection, IReadOnlyList<Migration> known)
    {
        if (Migrator.WhyTooOld(known, await AppliedAsync(connection)) is { } why)
        {
            throw new SchemaTooNewException(why);
        }
    }

    private static RunningNode NodeOf(string applicationName) =>
        Label().Match(applicationName) is { Success: true } label
            ? new(label.Groups["name"].Value, int.Parse(label.Groups["schema"].Value))
            {
                NewestKey = label.Groups["key"] is { Success: true, Value: var key }
                    ? int.Parse(key)
                    : RunningNode.FirstKey,
            }
            : new("a server of the first version", SchemaOfTheFirstVersion);

    [GeneratedRegex(@"/(?<schema>\d{4,9}) (?<name>.*?)(?: key (?<key>\d{1,9}))?$", RegexOptions.None, 1000)]
    private static partial Regex Label();
}

/// <summary>The database can be reached, and is not for this server any more.</summary>
internal sealed class SchemaTooNewException(string message) : NpgsqlException(message);
