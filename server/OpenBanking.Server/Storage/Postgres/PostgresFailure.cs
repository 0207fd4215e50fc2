using Npgsql;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>What an error of PostgreSQL means for who ran into it.</summary>
internal static class PostgresFailure
{
    /// <summary>Raised by <c>require_rows</c> when a version is no longer the one that was read.</summary>
    public const string VersionConflict = "OB001";

    /// <summary>Of a notice: the wait for a standby was cut short.</summary>
    public const string Warning = "01000";

    /// <summary>A read or write of a node that stood still: the server has ended its transaction meanwhile.</summary>
    private const string IdleTransactionEnded = "25P03";
    private const string TransactionTimedOut = "25P04";

    /// <summary>Another writer was first: the same batch, run again, sees what that one wrote.</summary>
    public static bool IsConflict(NpgsqlException failure) =>
        failure.SqlState
            is VersionConflict
                or PostgresErrorCodes.SerializationFailure
                or PostgresErrorCodes.DeadlockDetected;

    /// <summary>What to do about a database that takes no writes.</summary>
    public const string ToPrimary = "Lead the server to the primary, or let the database be written to.";

    /// <summary>What to do about tables that were there at the start, and are not found.</summary>
    public const string ToTables =
        "The role does not find the server's tables, or not as the server made them: let its search_path lead to their schema, and "
        + "GRANT it USAGE there, or lead the server to its own database.";

    /// <summary>The role lacks a right, the database takes no writes, the schema that was there at the start is not found, or what is
    /// read is damaged: to try again is of no use.</summary>
    public static bool IsRefusal(NpgsqlException failure) =>
        failure.SqlState
            is PostgresErrorCodes.InsufficientPrivilege
                or PostgresErrorCodes.ReadOnlySqlTransaction
        || LacksTables(failure)
        || IsDamage(failure);

    /// <summary>What a pool's connection could not do. Those that were made while their role was set so are left: another one may be let
    /// do it.</summary>
    public static StoreUnavailableException Unavailable(NpgsqlDataSource connections, NpgsqlException failure)
    {
        if (MayEndWithConnection(failure))
        {
            connections.Clear();
        }

        return new(failure);
    }

    /// <summary>Whether a refusal may be the connection's own, which goes by what its role and database were set to when it was made:
    /// another one may be let do it.</summary>
    public static bool MayEndWithConnection(NpgsqlException failure) =>
        failure.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction || LacksTables(failure);

    /// <summary>Of a schema that was up to date at the start: it is looked for elsewhere, may not be used, or was changed by
    /// hand.</summary>
    private static bool LacksTables(NpgsqlException failure) =>
        failure.SqlState
            is PostgresErrorCodes.UndefinedTable
                or PostgresErrorCodes.UndefinedColumn
                or PostgresErrorCodes.UndefinedFunction
                or PostgresErrorCodes.InvalidSchemaName;

    /// <summary>What to do about it beside what <see cref="Tell"/> says, after a space.</summary>
    public static string? Advise(Exception failure) =>
        failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => $". {ToPrimary}",
            PostgresException refusal when LacksTables(refusal) => $". {ToTables}",
            _ => null,
        };

    /// <summary>The files of the database are not what PostgreSQL wrote.</summary>
    public static bool IsDamage(NpgsqlException failure) =>
        failure.SqlState is PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted;

    /// <summary>The server could not be reached, ended the connection, has no room, or cannot use its disk; it says nothing
    /// of the statement.</summary>
    public static bool IsOfConnection(NpgsqlException failure) =>
        failure.SqlState is not { } state
        || state.StartsWith("08", StringComparison.Ordinal)
        || state.StartsWith("53", StringComparison.Ordinal)
        || state.StartsWith("57", StringComparison.Ordinal)
        || state.StartsWith("58", StringComparison.Ordinal)
        || state is PostgresErrorCodes.LockNotAvailable or IdleTransactionEnded or TransactionTimedOut;

    /// <summary>What PostgreSQL says, or why it cannot be asked, in a sentence for the bank's own people; null when the failure is none
    /// of its. A connection string is in none of it.</summary>
    public static string? Tell(Exception failure) =>
        failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refusal =>
                $"PostgreSQL: {refusal.MessageText} ({refusal.SqlState}). Give the role that right; where it may not change the "
                    + "schema, run OpenBanking.Server migrate as one that may, and start with Storage:MigrateAtStart=false.",
            PostgresException damage when IsDamage(damage) =>
                $"The database is damaged (PostgreSQL: {damage.MessageText}, {damage.SqlState}). Keep a copy of it as it is, and "
                    + "restore a backup (docs/operating/server.md).",
            PostgresException refusal => $"PostgreSQL: {refusal.MessageText} ({refusal.SqlState})",
            NpgsqlException { InnerException: PostgresException refusal } => Tell(refusal),
            NpgsqlException { InnerException: { } cause } =>
                $"PostgreSQL: {failure.Message} ({cause.Message})",
            NpgsqlException => $"PostgreSQL: {failure.Message}",
            _ => null,
        };

    /// <summary>The server answered, so the transaction is rolled back for certain.</summary>
    public static bool IsCertain(NpgsqlException failure) =>
        failure is PostgresException { SqlState: var state }
        && !state.StartsWith("57P", StringComparison.Ordinal)
        && !state.StartsWith("08", StringComparison.Ordinal);
}
