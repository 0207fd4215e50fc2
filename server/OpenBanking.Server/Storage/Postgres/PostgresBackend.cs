using Npgsql;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>The server's process behind a connection. Its start tells it from a later one of the same number.</summary>
internal readonly record struct PostgresBackend(int ProcessId, DateTime StartedAt)
{
    /// <summary>A transaction that has waited this long for its client, with rows locked, is one whose node stands still.</summary>
    private const int SilentSeconds = 2;

    private const int TimeoutSeconds = 2;

    private const string EndOne = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2
        """;

    /// <summary>Also in the middle of a pipeline, where the server's own limit for idle transactions does not count.</summary>
    private static readonly string endSilent = $"""
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND application_name LIKE '{PostgresNodes.Prefix}%'
        AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL AND wait_event_type = 'Client'
        AND xact_start < clock_timestamp() - interval '{SilentSeconds} s'
        """;

    public static PostgresBackend Of(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()",
            connection
        )
        {
            CommandTimeout = TimeoutSeconds,
        };
        using var result = command.ExecuteReader();
        result.Read();
        return new(result.GetInt32(0), result.GetDateTime(1));
    }

    /// <summary>Ends the process if it is still there; true when it was not. What it had not committed by then, it never
    /// will.</summary>
    public bool IsGone(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(EndOne, connection) { CommandTimeout = TimeoutSeconds };
        command.Parameters.Add(new() { Value = ProcessId });
        command.Parameters.Add(new() { Value = StartedAt });
        return command.ExecuteScalar() is 0L;
    }

    /// <summary>Ends the transactions of nodes that stand still, so that nobody waits for them. Such a node finds its
    /// connection lost when it wakes, and decides its batch anew.</summary>
    public static void EndSilent(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(endSilent, connection);
        command.ExecuteNonQuery();
    }
}
