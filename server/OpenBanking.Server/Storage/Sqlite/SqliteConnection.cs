using SQLitePCL;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>One connection to the file, with its prepared statements.</summary>
internal sealed class SqliteConnection : IDisposable
{
    /// <summary>How many KB of pages are kept. A reader forgets its own at the next commit, and there may be as many readers as threads;
    /// what it sorts beyond that goes to files, as an audit of everything sorts whole tables.</summary>
    private const int WriterCache = 65_536;
    private const int ReaderCache = 4_096;

    private readonly sqlite3 database;
    private readonly Dictionary<string, SqliteStatement> statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    public SqliteConnection(string path, bool writes)
    {
        var flags =
            raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (writes ? raw.SQLITE_OPEN_CREATE : 0);
        var result = raw.sqlite3_open_v2(path, out database, flags, null);
        SqliteFailure.Check(result, database);
        _ = raw.sqlite3_busy_timeout(database, SqliteStore.BusyTimeoutMilliseconds);
        Execute("PRAGMA journal_mode = WAL");
        // The writer waits for the disk at every commit, and is the only one that checkpoints, so that no reader waits for the
        // copying. A page that changes often is copied back once in so many pages: at a quarter of them a payment costs a third
        // more.
        Execute("PRAGMA synchronous = FULL");
        Execute(writes ? "PRAGMA wal_autocheckpoint = 16000" : "PRAGMA wal_autocheckpoint = 0");
        Execute($"PRAGMA cache_size = -{(writes ? WriterCache : ReaderCache)}");
        Execute(writes ? "PRAGMA temp_store = MEMORY" : "PRAGMA temp_store = FILE");
        if (!writes)
        {
            Execute("PRAGMA query_only = ON");
        }
    }

    /// <summary>The prepared statement for this text, ready for its parameters.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            statements.Add(sql, statement = new(database, sql));
        }

        // A value that could not be written left it half filled.
        statement.Reset();
        return statement;
    }

    /// <summary>Runs text that may hold several statements.</summary>
    public void Execute(string sql) => SqliteFailure.Check(raw.sqlite3_exec(database, sql), database);

    /// <summary>How many rows the last statement changed.</summary>
    public int ChangedRows => raw.sqlite3_changes(database);

    /// <summary>Where the last row stands that was inserted.</summary>
    public long LastPlace => raw.sqlite3_last_insert_rowid(database);

    public bool InTransaction => raw.sqlite3_get_autocommit(database) == 0;

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        database.Dispose();
    }
}
