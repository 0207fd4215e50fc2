using SQLitePCL;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>One connection to the file, with its prepared statements.</summary>
internal sealed class SqliteConnection : IDisposable
{
    /// <summary>How many KB of pages are kept. A reader forgets its own at the next commit, and there may be as many readers as threads;
    /// what it sorts beyond that goes to files, as an audit of everything sorts whole tables.</summary>
    private const int WriterCache = 65_536;
    private const int ReaderCache = 4_096;

    /// <summary>In bytes: more than a busy log comes to, so that its room on the disk is used again.</summary>
    private const long LongestLog = 192L * 1_024 * 1_024;

    private readonly sqlite3 database;
    private readonly Dictionary<string, SqliteStatement> statements = [];

    static SqliteConnection() => Batteries_V2.Init();

    public SqliteConnection(string path, bool writes)
    {
        Path = path;
        var flags =
            raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (writes ? raw.SQLITE_OPEN_CREATE : 0);
        var result = raw.sqlite3_open_v2(path, out database, flags, null);
        SqliteFailure.Check(result, database);
        _ = raw.sqlite3_busy_timeout(database, SqliteStore.BusyTimeoutMilliseconds);
        Execute("PRAGMA journal_mode = WAL");
        // The writer waits for the disk at every commit. No commit copies the log back by itself, so that nobody waits for that.
        Execute("PRAGMA synchronous = FULL");
        Execute("PRAGMA wal_autocheckpoint = 0");
        Execute($"PRAGMA cache_size = -{(writes ? WriterCache : ReaderCache)}");
        Execute(writes ? "PRAGMA temp_store = MEMORY" : "PRAGMA temp_store = FILE");
        // What a long reader made the log grow to is given back when the writer begins it anew.
        Execute(writes ? $"PRAGMA journal_size_limit = {LongestLog}" : "PRAGMA query_only = ON");
    }

    public string Path { get; }

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

    /// <summary>How many pages went to the log since this was asked the last time.</summary>
    public int TakePagesWritten()
    {
        _ = raw.sqlite3_db_status(
            database,
            raw.SQLITE_DBSTATUS_CACHE_WRITE,
            out var written,
            out _,
            resetFlg: 1
        );
        return written;
    }

    /// <summary>Copies of the log what no reader needs any more, without waiting for anybody; gives whether that was all of
    /// it.</summary>
    public bool TryCheckpoint() =>
        raw.sqlite3_wal_checkpoint_v2(
            database,
            null,
            raw.SQLITE_CHECKPOINT_PASSIVE,
            out var pages,
            out var copied
        ) == raw.SQLITE_OK
        && copied == pages;

    /// <summary>Copies all of the log, for a store that nobody else has open, and empties it; where there is no room for that, it stays
    /// as it is.</summary>
    public void BeginLogAnew() =>
        _ = raw.sqlite3_wal_checkpoint_v2(database, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);

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
