using SQLitePCL;

namespace OpenBanking.Server.Storage.Sqlite;

/// <summary>A prepared statement: parameters are written to it and columns read from it, both in order.
/// Instants are microseconds since 1970, dates are yyyymmdd, ids are sixteen bytes that sort as they were
/// made.</summary>
internal sealed class SqliteStatement : RowWriter, IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly ColumnReader columns;
    private int parameter;

    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        SqliteFailure.Check(raw.sqlite3_prepare_v2(database, sql, out statement), database);
        columns = new(statement);
    }

    public override void Int64(long? value) =>
        Check(value is { } set ? raw.sqlite3_bind_int64(statement, ++parameter, set) : BindNull());

    protected override void Checked(string? text) =>
        Check(text is null ? BindNull() : raw.sqlite3_bind_text(statement, ++parameter, text));

    public override void Blob(byte[]? value) =>
        Check(value is null ? BindNull() : raw.sqlite3_bind_blob(statement, ++parameter, value));

    public override void Uuid(Guid? value)
    {
        if (value is not { } set)
        {
            Check(BindNull());
            return;
        }

        Span<byte> bytes = stackalloc byte[16];
        set.TryWriteBytes(bytes, bigEndian: true, out _);
        Check(raw.sqlite3_bind_blob(statement, ++parameter, bytes));
    }

    public override void Instant(DateTimeOffset? value) =>
        Int64(value is { } set ? MicrosecondsOf(set) : null);

    public override void Date(DateOnly? value) =>
        Int64(value is { } set ? (set.Year * 10_000) + (set.Month * 100) + set.Day : null);

    public override void Bool(bool? value) => Int64(value is { } set ? (set ? 1 : 0) : null);

    /// <summary>Moves to the next row.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        columns.Restart();
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteFailure.Check(result, database);
        }

        return result == raw.SQLITE_ROW;
    }

    /// <summary>Whether there is a row to be read.</summary>
    public bool IsAtRow => raw.sqlite3_data_count(statement) > 0;

    /// <summary>The current row.</summary>
    public RowReader Row => columns;

    /// <summary>Runs a statement that gives no rows, and makes it ready for the next parameters.</summary>
    public void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Reset();
        }
    }

    public void Reset()
    {
        _ = raw.sqlite3_reset(statement);
        parameter = 0;
    }

    public void Dispose() => statement.Dispose();

    private static long MicrosecondsOf(DateTimeOffset value) =>
        (value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private int BindNull() => raw.sqlite3_bind_null(statement, ++parameter);

    private void Check(int result) => SqliteFailure.Check(result, database);

    private sealed class ColumnReader(sqlite3_stmt statement) : RowReader
    {
        private int column;

        public void Restart() => column = 0;

        public override long? Int64() =>
            IsNull() ? Skip<long?>() : raw.sqlite3_column_int64(statement, column++);

        public override string? Text() =>
            IsNull() ? Skip<string?>() : raw.sqlite3_column_text(statement, column++).utf8_to_string();

        public override byte[]? Blob() =>
            IsNull() ? Skip<byte[]?>() : raw.sqlite3_column_blob(statement, column++).ToArray();

        public override Guid? Uuid() =>
            IsNull()
                ? Skip<Guid?>()
                : new Guid(raw.sqlite3_column_blob(statement, column++), bigEndian: true);

        public override DateTimeOffset? Instant() =>
            Int64() is { } microseconds
                ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond)
                : null;

        public override DateOnly? Date() =>
            Int64() is { } date
                ? new DateOnly((int)(date / 10_000), (int)(date / 100 % 100), (int)(date % 100))
                : null;

        public override bool? Bool() => Int64() is { } flag ? flag != 0 : null;

        private bool IsNull() => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

        private T? Skip<T>()
        {
            column++;
            return default;
        }
    }
}

/// <summary>Turns SQLite's result codes into exceptions.</summary>
internal static class SqliteFailure
{
    /// <summary>The disk is full, broken or slow, or another holds the file: it says nothing of the statement.</summary>
    public static bool IsOfStore(SqliteStoreException failure) =>
        failure.Result
            is raw.SQLITE_FULL
                or raw.SQLITE_IOERR
                or raw.SQLITE_BUSY
                or raw.SQLITE_CANTOPEN
                or raw.SQLITE_READONLY
                or raw.SQLITE_NOMEM;

    /// <summary>The file is not what SQLite wrote.</summary>
    public static bool IsDamage(SqliteStoreException failure) =>
        failure.Result is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>A value is none of its column's: no date, too short an id, nothing where something must be.</summary>
    public static bool IsOfValue(Exception failure) =>
        failure is ArgumentException or InvalidOperationException or OverflowException or FormatException;

    /// <summary>What SQLite says, in a sentence for the bank's own people; null when the failure is none of its.</summary>
    public static string? Tell(Exception failure) =>
        failure switch
        {
            SqliteStoreException refusal when IsDamage(refusal) =>
                $"The store's file is damaged ({refusal.Message}). Keep a copy of it as it is, and restore a backup "
                    + "(docs/operating/server.md).",
            SqliteStoreException => failure.Message,
            _ => null,
        };

    public static void Check(int result, sqlite3 database)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteStoreException(result, raw.sqlite3_errmsg(database).utf8_to_string());
        }
    }
}

/// <summary>SQLite refused a statement.</summary>
public sealed class SqliteStoreException(int result, string message, Exception? cause = null)
    : Exception($"SQLite {result}: {message}", cause)
{
    public int Result { get; } = result;
}
