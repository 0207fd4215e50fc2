using Npgsql;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Postgres;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>A database in the cluster of the test run.</summary>
public sealed class PostgresDatabase : TestDatabase
{
    private readonly string name = PostgresCluster.Shared.NewDatabase();

    public override IReadOnlyList<string> Tables =>
        Query(
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
            )
            .ConvertAll(row => row[0]!);

    public string ConnectionString => PostgresCluster.Shared.ConnectionStringOf(name);

    public override Store Open(TimeProvider? time = null)
    {
        var store = new PostgresStore(ConnectionString);
        try
        {
            store.Migrate(time ?? TimeProvider.System);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    public override void Execute(string sql) => Query(sql);

    public override string? Scalar(string sql) => Query(sql)[0][0];

    public override IReadOnlyList<DatabaseColumn> ColumnsOf(string table) =>
        Query(
                $"""
                SELECT column_name::text, is_nullable::text FROM information_schema.columns
                WHERE table_name = '{table}' ORDER BY ordinal_position
                """
            )
            .ConvertAll(row => new DatabaseColumn(row[0]!, Nullable: row[1] == "YES"));

    public override void UnguardEntries() => Execute("DROP TRIGGER entry_is_never_changed ON entry");

    public override bool IsRefusal(Exception exception) =>
        exception is PostgresException { SqlState: ['2', '3', ..] };

    protected override void Dispose(bool disposing) => PostgresCluster.Shared.DropDatabase(name);

    /// <summary>A connection of its own, past the server's code.</summary>
    private List<string?[]> Query(string sql)
    {
        using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
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
