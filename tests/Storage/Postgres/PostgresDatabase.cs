using System.Collections.Concurrent;
using Npgsql;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Migrations;
using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>A database in the cluster of the test run. Its schema is up to date from the start: making it takes longer
/// than most tests, so that the database of a test that has ended is emptied and given to the next.</summary>
public class PostgresDatabase : TestDatabase
{
    private static readonly ConcurrentBag<NpgsqlDataSource> idle = [];

    private static readonly Lazy<string> template = new(() =>
    {
        var name = PostgresCluster.Shared.NewDatabase();
        using var store = new PostgresStore(PostgresCluster.Shared.ConnectionStringOf(name));
        Migrator.Apply(store, TimeProvider.System);
        return name;
    });

    /// <summary>What a test may leave behind, guards that it took away among it.</summary>
    private static readonly string empty =
        "SET session_replication_role = replica;"
        + string.Concat(Schema.Tables.Select(table => $"DELETE FROM {table.Name};"))
        + "ALTER TABLE entry ENABLE TRIGGER USER; ALTER TABLE audit_record ENABLE TRIGGER USER;"
        + "ALTER TABLE audit_seal ENABLE TRIGGER USER; ALTER TABLE audit_head ENABLE TRIGGER USER; RESET session_replication_role";

    private readonly NpgsqlDataSource connections;
    private readonly bool forTheNext;

    public PostgresDatabase()
        : this(idle.TryTake(out var emptied) ? emptied : NewDatabase(template.Value), forTheNext: true) { }

    protected PostgresDatabase(NpgsqlDataSource connections, bool forTheNext) =>
        (this.connections, this.forTheNext) = (connections, forTheNext);

    /// <summary>One that no test has had: what others have deleted takes room, and the planner counts with it.</summary>
    public static PostgresDatabase Unused() => new(NewDatabase(template.Value), forTheNext: true);

    public override IReadOnlyList<string> Settings =>
        ["--Storage:Provider=Postgres", $"--Storage:ConnectionString={connections.ConnectionString}"];

    public override IReadOnlyList<string> Tables =>
        Query(
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
            )
            .ConvertAll(row => row[0]!);

    public override void Execute(string sql) => Query(sql);

    public override string? Scalar(string sql) => Query(sql)[0][0];

    /// <summary>The lines of the first answer that has any.</summary>
    public string Text(string sql) => string.Join('\n', Query(sql).Select(row => row[0]));

    public override string Literal(DateTimeOffset instant) => $"'{instant:O}'";

    public override IReadOnlyList<DatabaseColumn> ColumnsOf(string table) =>
        Query(
                $"""
                SELECT column_name::text, is_nullable::text FROM information_schema.columns
                WHERE table_name = '{table}' ORDER BY ordinal_position
                """
            )
            .ConvertAll(row => new DatabaseColumn(row[0]!, Nullable: row[1] == "YES"));

    public override void UnguardEntries() => Execute("ALTER TABLE entry DISABLE TRIGGER USER");

    public override void UnguardAudit() =>
        Execute(
            """
            ALTER TABLE audit_record DISABLE TRIGGER USER; ALTER TABLE audit_seal DISABLE TRIGGER USER;
            ALTER TABLE audit_head DISABLE TRIGGER USER
            """
        );

    public override bool IsRefusal(Exception exception) =>
        exception is DuplicateRowException or PostgresException { SqlState: ['2', '3', ..] };

    /// <summary>The server that the store is connected to, or what stands between them.</summary>
    protected virtual string ConnectionString => connections.ConnectionString;

    public override Store Connect(string? rehearsalFolder = null) =>
        new PostgresStore(ConnectionString, rehearsalFolder);

    protected static NpgsqlDataSource NewDatabase(string template) =>
        NpgsqlDataSource.Create(
            PostgresCluster.Shared.ConnectionStringOf(PostgresCluster.Shared.NewDatabase(template))
        );

    protected override void Dispose(bool disposing)
    {
        if (forTheNext)
        {
            Execute(empty);
            idle.Add(connections);
        }
        else
        {
            connections.Dispose();
        }
    }

    /// <summary>A connection of its own, past the server's code.</summary>
    private List<string?[]> Query(string sql)
    {
        using var command = connections.CreateCommand(sql);
        using var result = command.ExecuteReader();
        var rows = new List<string?[]>();
        while (result.Read())
        {
            rows.Add([
                .. Enumerable
                    .Range(0, result.FieldCount)
                    .Select(column => result.IsDBNull(column) ? null : result.GetValue(column).ToString()),
            ]);
        }

        return rows;
    }
}

/// <summary>A database that no server has seen. It goes with its cluster.</summary>
public sealed class EmptyPostgresDatabase() : PostgresDatabase(NewDatabase("template0"), forTheNext: false);
