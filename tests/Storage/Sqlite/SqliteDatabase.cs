using OpenBanking.Server.Storage;
using OpenBanking.Server.Storage.Sqlite;
using SQLitePCL;

namespace OpenBanking.Tests.Storage.Sqlite;

/// <summary>The embedded store in a temporary folder. Its schema is up to date from the start: making it takes longer than
/// most tests.</summary>
public class SqliteDatabase : TestDatabase
{
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-storage-").FullName;

    static SqliteDatabase() => Batteries_V2.Init();

    public SqliteDatabase()
        : this(withSchema: true) { }

    protected SqliteDatabase(bool withSchema)
    {
        if (withSchema)
        {
            EmptyBooks.CopyTo(folder);
        }
    }

    public string Path => System.IO.Path.Combine(folder, "openbanking.db");

    public override IReadOnlyList<string> Settings => [$"--Server:DataFolder={folder}"];

    public override IReadOnlyList<string> Tables =>
        Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'schema_migration'")
            .ConvertAll(row => row[0]!);

    public override void Execute(string sql) => Query(sql);

    public override string? Scalar(string sql) => Query(sql)[0][0];

    /// <summary>How SQLite would run a query.</summary>
    public string PlanOf(string sql) =>
        string.Join('\n', Query($"EXPLAIN QUERY PLAN {sql}").Select(row => row[3]));

    public override string Literal(DateTimeOffset instant) =>
        $"{(instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}";

    /// <remarks>The place of a row is SQLite's own, and has a name only so that nothing gives the row another.</remarks>
    public override IReadOnlyList<DatabaseColumn> ColumnsOf(string table) =>
        Query($"SELECT name, \"notnull\" FROM pragma_table_info('{table}') WHERE name <> 'arrival'")
            .ConvertAll(row => new DatabaseColumn(row[0]!, Nullable: row[1] == "0"));

    public override void UnguardEntries() =>
        Execute("DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_deleted");

    public override void UnguardAudit() =>
        Execute(
            string.Concat(
                ((string[])["audit_record", "audit_seal", "audit_head"]).Select(table =>
                    $"DROP TRIGGER {table}_is_never_changed; DROP TRIGGER {table}_is_never_deleted;"
                )
            )
        );

    public override bool IsRefusal(Exception exception) =>
        exception is SqliteStoreException { Result: raw.SQLITE_CONSTRAINT };

    public override Store Connect(string? rehearsalFolder = null) => new SqliteStore(Path, rehearsalFolder);

    protected override void Dispose(bool disposing) => Directory.Delete(folder, recursive: true);

    /// <summary>A connection of its own, past the server's code.</summary>
    private List<string?[]> Query(string sql)
    {
        Check(raw.sqlite3_open(Path, out var database));
        using (database)
        {
            Check(raw.sqlite3_busy_timeout(database, SqliteStore.BusyTimeoutMilliseconds));
            var rows = new List<string?[]>();
            var result = raw.sqlite3_exec(
                database,
                sql,
                (_, values, _) =>
                {
                    rows.Add(values);
                    return raw.SQLITE_OK;
                },
                null,
                out var error
            );
            return result == raw.SQLITE_OK ? rows : throw new InvalidOperationException(error);
        }

        static void Check(int result)
        {
            if (result != raw.SQLITE_OK)
            {
                throw new InvalidOperationException($"SQLite {result}");
            }
        }
    }
}

/// <summary>A file that no server has made yet.</summary>
public sealed class EmptySqliteDatabase() : SqliteDatabase(withSchema: false);
