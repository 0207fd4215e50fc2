using Npgsql;
using NpgsqlTypes;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>Unlogged tables: nothing waits for the disk, and a crash or a change to a standby empties them all at once.
/// Times are the database's own, so that nodes with different clocks agree.</summary>
internal sealed class PostgresSharedMemory(NpgsqlDataSource connections) : ISharedMemory
{
    /// <summary>Seconds; whoever asks waits for a request to be let in.</summary>
    private const int Timeout = 5;

    private const string Join = """
        INSERT INTO proof_epoch (world, number, id, secret) VALUES (0, 1, $1, $2) ON CONFLICT DO NOTHING
        """;

    private const string Read = "SELECT id, secret FROM proof_epoch WHERE world = 0 AND number = 1";

    /// <summary>In the order of the digests, so that nodes wait for each other and never in a circle.</summary>
    private const string Remember = """
        WITH epoch AS (SELECT id FROM proof_epoch WHERE world = 0 AND number = 1 AND id = $1),
        fresh AS (
            INSERT INTO seen_proof (world, digest, expires_at)
            SELECT 0, seen.digest, now() + $3
            FROM epoch, unnest($2) AS seen (digest)
            ORDER BY seen.digest
            ON CONFLICT DO NOTHING
            RETURNING digest
        )
        SELECT digest, false FROM fresh UNION ALL SELECT id, true FROM epoch
        """;

    public async Task<MemoryEpoch> JoinAsync(MemoryEpoch proposed)
    {
        try
        {
            await using var connection = await connections.OpenConnectionAsync();
            await using var join = NewCommand(Join, connection);
            join.Parameters.Add(new() { Value = proposed.Id });
            join.Parameters.Add(new() { Value = proposed.Secret });
            await join.ExecuteNonQueryAsync();
            await using var read = NewCommand(Read, connection);
            await using var result = await read.ExecuteReaderAsync();
            await result.ReadAsync();
            return new(result.GetGuid(0), result.GetFieldValue<byte[]>(1));
        }
        catch (NpgsqlException failure)
        {
            throw PostgresFailure.Unavailable(connections, failure);
        }
    }

    public async Task<IReadOnlySet<Guid>?> RememberAsync(Guid epoch, Guid[] digests, TimeSpan lifetime)
    {
        try
        {
            await using var connection = await connections.OpenConnectionAsync();
            await using var command = NewCommand(Remember, connection);
            command.Parameters.Add(new() { Value = epoch });
            command.Parameters.Add(
                new() { Value = digests, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }
            );
            command.Parameters.Add(new() { Value = lifetime });
            await using var result = await command.ExecuteReaderAsync();
            return await ReadAsync(result);
        }
        catch (NpgsqlException failure)
        {
            throw PostgresFailure.Unavailable(connections, failure);
        }
    }

    public async Task ForgetExpiredAsync()
    {
        try
        {
            await using var connection = await connections.OpenConnectionAsync();
            await using var command = NewCommand(
                "DELETE FROM seen_proof WHERE expires_at < now()",
                connection
            );
            await command.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException failure)
        {
            throw PostgresFailure.Unavailable(connections, failure);
        }
    }

    private static async Task<IReadOnlySet<Guid>?> ReadAsync(NpgsqlDataReader result)
    {
        var fresh = new HashSet<Guid>();
        var lasts = false;
        while (await result.ReadAsync())
        {
            if (result.GetBoolean(1))
            {
                lasts = true;
            }
            else
            {
                fresh.Add(result.GetGuid(0));
            }
        }

        return lasts ? fresh : null;
    }

    private static NpgsqlCommand NewCommand(string sql, NpgsqlConnection connection) =>
        new(sql, connection) { CommandTimeout = Timeout };
}
